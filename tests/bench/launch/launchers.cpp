#include "launchers.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pty.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace ward::bench {
namespace {

namespace fs = std::filesystem;

constexpr int filter_descriptor = 10;

double now() {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

std::string text_of(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::vector<char*> pointers(const Words& words) {
    std::vector<char*> all;
    for (const std::string& word : words) all.push_back(const_cast<char*>(word.c_str()));
    all.push_back(nullptr);
    return all;
}

}  // namespace

Place::Place() {
    programs_.add("ward", ward_binary());
    for (const char* name : {"nothing", "sleeper", "floor"}) {
        const std::string built = std::string(WARD_BENCH_PROGRAMS) + '/' + name;
        if (fs::exists(built)) programs_.add(name, built);
    }
    static_cast<void>(policy("bench", ""));
    const std::string filter = folder() + "/filter";
    static_cast<void>(output_of({program("ward"), "compile", "--emit", "bpf", "-o", filter, folder() + "/bench.ward"}));
    if (fs::exists(filter)) fs::permissions(filter, fs::perms(0644));
}

std::string Place::policy(const std::string& name, const std::string& more) const {
    std::string text = text_of(WARD_BENCH_POLICY);
    text.replace(0, text.find('"'), "policy " + name + ' ');
    const std::string path = folder() + '/' + name + ".ward";
    std::ofstream(path) << text << "files { execute " << folder() << " }\n" << more << '\n';
    return path;
}

std::string ward_binary() {
    const char* stated = std::getenv("WARD_BENCH_BINARY");
    return stated == nullptr ? WARD_BINARY : stated;
}

Words ward_words(const Place& place, const std::string& policy, const Words& options) {
    Words words{place.program("ward"), "run", "-p", policy};
    words.insert(words.end(), options.begin(), options.end());
    return words;
}

std::optional<Launcher> bubblewrap(const Place& place, const std::string& program) {
    const char* const path = "/usr/bin/bwrap";
    if (access(path, X_OK) != 0) return {};
    Launcher launcher{"bubblewrap", {path, "--unshare-user", "--unshare-all", "--hostname", "jail"}};
    for (const std::string& folder : {std::string("/usr"), std::string("/lib"), std::string("/lib64"), place.folder()})
        for (const std::string& word : {std::string("--ro-bind"), folder, folder}) launcher.words.push_back(word);
    for (const char* word : {"--tmpfs", "/tmp", "--proc", "/proc", "--dev", "/dev", "--cap-drop", "ALL", "--seccomp"})
        launcher.words.emplace_back(word);
    launcher.words.push_back(std::to_string(filter_descriptor));
    launcher.words.push_back(program);
    return launcher;
}

std::optional<Launcher> floor_launcher(const Place& place, const std::string& program) {
    const std::string path = place.program("floor");
    if (access(path.c_str(), X_OK) != 0) return {};
    return Launcher{"floor", {path, place.folder() + "/filter", place.folder(), program}};
}

pid_t start(const Place& place, const Words& words, uid_t user, int streams) {
    const auto argv = pointers(words);
    const int filter = open((place.folder() + "/filter").c_str(), O_RDONLY | O_CLOEXEC);
    const pid_t child = vfork();
    if (child != 0) {
        close(filter);
        return child;
    }
    for (int stream = 0; stream < 3; ++stream) dup2(streams, stream);
    dup2(filter, filter_descriptor);
    const bool changed = user == 0 || (setgroups(0, nullptr) == 0 && setresgid(user, user, user) == 0 &&
                                       setresuid(user, user, user) == 0);
    if (changed && chdir("/") == 0) execv(argv[0], argv.data());
    _exit(127);
}

Run run(const Place& place, const Launcher& launcher, uid_t user) {
    int master = -1;
    int streams = -1;
    if (launcher.terminal)
        static_cast<void>(openpty(&master, &streams, nullptr, nullptr, nullptr));
    else
        streams = open("/dev/null", O_RDWR | O_CLOEXEC);
    const double begin = now();
    const pid_t child = start(place, launcher.words, user, streams);
    int status = 0;
    waitpid(child, &status, 0);
    Run result;
    result.microseconds = now() - begin;
    result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    close(streams);
    if (master >= 0) close(master);
    return result;
}

std::string output_of(const Words& words) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return {};
    const auto argv = pointers(words);
    const pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], 1);
        dup2(ends[1], 2);
        execvp(argv[0], argv.data());
        _exit(127);
    }
    close(ends[1]);
    std::string text;
    char piece[4096];
    for (ssize_t length = 0; (length = read(ends[0], piece, sizeof piece)) > 0;)
        text.append(piece, static_cast<std::size_t>(length));
    close(ends[0]);
    waitpid(child, nullptr, 0);
    return text;
}

}  // namespace ward::bench
