#include "tests/kernel/support/cgroup_folders.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace fs = std::filesystem;

namespace ward::test {

namespace {

std::vector<std::string> parents() {
    std::vector<std::string> all;
    for (const char* controller : {"memory", "pids", "cpu", "cpuset", "blkio"})
        all.push_back(std::string("/sys/fs/cgroup/") + controller);
    if (!given_folder().empty()) all.push_back(given_folder());
    return all;
}

}  // namespace

std::string given_folder() {
    const char* folder = std::getenv("WARD_TEST_CGROUP");
    return folder == nullptr ? "" : folder;
}

std::vector<std::string> groups_below(const std::string& folder) {
    std::vector<std::string> found;
    if (!fs::exists(folder)) return found;
    for (const auto& entry : fs::directory_iterator(folder))
        if (entry.is_directory() && entry.path().filename().string().starts_with("ward-"))
            found.push_back(entry.path());
    return found;
}

std::vector<std::string> groups_of(const std::vector<pid_t>& launchers) {
    std::vector<std::string> found;
    for (const std::string& parent : parents()) {
        for (const std::string& group : groups_below(parent)) {
            const auto is_launchers = [&](pid_t id) {
                return group.starts_with(parent + "/ward-" + std::to_string(id) + "-");
            };
            if (std::any_of(launchers.begin(), launchers.end(), is_launchers)) found.push_back(group);
        }
    }
    return found;
}

std::string first_line(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

Invocation below_cgroup(const std::string& folder, Invocation invocation) {
    std::vector<std::string> words = {"/bin/sh", "-c", "echo $$ >" + folder + "/cgroup.procs || exit 99\nexec \"$@\"",
                                      "sh"};
    if (!invocation.user.privileged()) {
        const std::string id = std::to_string(invocation.user.uid);
        for (const char* word : {"/usr/bin/setpriv", "--clear-groups", "--reuid"}) words.emplace_back(word);
        words.insert(words.end(), {id, "--regid", id});
    }
    words.insert(words.end(), invocation.arguments.begin(), invocation.arguments.end());
    invocation.arguments = std::move(words);
    invocation.user = User{"root", 0, 0};
    return invocation;
}

}  // namespace ward::test
