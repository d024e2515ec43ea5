// `ward wrap`: programs that run under their profile whenever their name is typed, by shims before them in PATH.
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>

#include "policy/library.hpp"
#include "policy/render.hpp"
#include "policy/similar_name.hpp"
#include "sandbox/cli/caller.hpp"
#include "sandbox/cli/console.hpp"
#include "sandbox/cli/operands.hpp"
#include "sandbox/cli/replace_file.hpp"
#include "sandbox/cli/shim.hpp"
#include "sandbox/cli/subcommand.hpp"
#include "sandbox/json.hpp"

namespace ward::cli {
namespace {

using policy::Diagnostics;
using policy::escaped;

constexpr mode_t shim_mode = 0755;

// This program: a shim must find it whatever PATH is by then. Absent where /proc is not there, and when the file
// has been replaced since the start.
std::optional<std::string> own_program() {
    std::array<char, PATH_MAX> path{};
    const ssize_t length = readlink("/proc/self/exe", path.data(), path.size() - 1);
    struct stat named {};
    struct stat running {};
    if (length <= 0 || stat(path.data(), &named) != 0 || stat("/proc/self/exe", &running) != 0) return std::nullopt;
    if (named.st_dev != running.st_dev || named.st_ino != running.st_ino) return std::nullopt;
    return std::string(path.data(), static_cast<std::size_t>(length));
}

std::string shim_at(const std::string& folder, const std::string& name) {
    return folder + '/' + name;
}

bool make_folders(const std::string& path) {
    for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
        const std::string part = path.substr(0, end);
        if (mkdir(part.c_str(), 0755) != 0 && errno != EEXIST) return false;
        if (end == std::string::npos) return true;
    }
}

// ---- what is said

void report_no_profile(const std::string& name, const policy::Library& library, Diagnostics& diagnostics) {
    auto& error = diagnostics.add(policy::slug::no_profile, std::nullopt, "no policy is named `" + name + "`");
    const std::vector<policy::Listed> all = library.list();
    std::vector<std::string_view> names;
    names.reserve(all.size());
    for (const policy::Listed& each : all) names.push_back(each.name);
    const auto similar = policy::similar_names(name, names);
    if (similar.empty())
        error.help("write one into `~/.config/ward/" + name + ".ward`; `ward list` shows those that there are");
    else
        error.help("a policy with a similar name exists: " + policy::quoted_list(similar));
}

// Where the shims' folder stands in PATH: before the program, behind it or nowhere.
std::string advice_about_path(const std::string& folder) {
    const std::string path = ':' + own_search_path() + ':';
    if (path.starts_with(':' + folder + ':')) return {};
    const std::string line = "export PATH=\"" + folder + ":$PATH\"";
    return "to use them, put this line into ~/.profile (and into this shell):\n    " + line + '\n';
}

// ---- install

// A program that can be wrapped. Otherwise false, and an error.
bool can_wrap(const std::string& name, const std::string& folder, const policy::Library& library,
              Diagnostics& diagnostics) {
    if (name.find('/') != std::string::npos || name.empty() || name.front() == '.' || name.front() == '-') {
        diagnostics.add(policy::slug::usage, std::nullopt, "`" + name + "` is no name of a program")
            .help("write the name alone, as it is typed: `ward wrap install curl`");
        return false;
    }
    if (!library.has(name)) {
        report_no_profile(name, library, diagnostics);
        return false;
    }
    if (find_program(name, own_search_path(), "/").path.empty()) {
        diagnostics.add(policy::slug::program_not_found, std::nullopt, "there is no program `" + name + "`")
            .help("install it first");
        return false;
    }
    const std::string place = shim_at(folder, name);
    struct stat status {};
    if (lstat(place.c_str(), &status) != 0 || is_shim(place)) return true;
    diagnostics.add(policy::slug::file_exists, std::nullopt, "`" + place + "` is there, and is no shim")
        .help("move it away: `mv " + place + " ~`");
    return false;
}

bool write_shim(const std::string& place, const std::string& ward, const std::string& name, Diagnostics& diagnostics) {
    struct stat like {};
    like.st_mode = shim_mode;
    like.st_uid = geteuid();
    like.st_gid = getegid();
    if (replace_file(place, like, shim_text(ward, name))) return true;
    diagnostics
        .add(policy::slug::output_unwritable, std::nullopt,
             "`" + place + "` cannot be written: " + strerrordesc_np(errno))
        .help("make its folder one that you may write");
    return false;
}

int install(const Words& names, const std::string& folder, Diagnostics& diagnostics) {
    const policy::Library library(policy::SearchPath::from_environment());
    if (names.empty()) return misuse("wrap", "no program is named", "write `ward wrap install curl`");
    const auto ward = own_program();
    if (!ward) {
        diagnostics
            .add(policy::slug::program_not_found, std::nullopt,
                 "the file of this ward is gone, and a shim must name it")
            .help("run ward by its installed path");
        return failure_status;
    }
    // All or none.
    for (const std::string& name : names) static_cast<void>(can_wrap(name, folder, library, diagnostics));
    if (diagnostics.has_errors()) return failure_status;
    if (!make_folders(folder)) {
        diagnostics
            .add(policy::slug::output_unwritable, std::nullopt,
                 "`" + folder + "` cannot be made: " + strerrordesc_np(errno))
            .help("make a folder of this name");
        return failure_status;
    }
    std::string text;
    for (const std::string& name : names) {
        if (!write_shim(shim_at(folder, name), *ward, name, diagnostics)) return failure_status;
        text += escaped(name) + " runs under the profile `" + escaped(name) + "` as " + escaped(shim_at(folder, name)) +
                '\n';
    }
    return answer(text + advice_about_path(folder));
}

// ---- list, remove

std::vector<std::string> installed(const std::string& folder) {
    std::vector<std::string> names;
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(opendir(folder.c_str()), closedir);
    while (stream) {
        const dirent* entry = readdir(stream.get());
        if (entry == nullptr) break;
        if (is_shim(shim_at(folder, entry->d_name))) names.emplace_back(entry->d_name);
    }
    std::ranges::sort(names);
    return names;
}

// What each of them leads to now, with this PATH.
int list_shims(const std::string& folder, bool for_machines) {
    std::string text;
    sandbox::Json list = sandbox::Json::list();
    const auto names = installed(folder);
    std::size_t width = 0;
    for (const std::string& name : names) width = std::max(width, name.size());
    for (const std::string& name : names) {
        const std::string program = find_program(name, own_search_path(), "/").path;
        std::string padded = name;
        padded.resize(width, ' ');
        text += escaped(padded) + "  " + (program.empty() ? "(not in PATH)" : escaped(program)) + '\n';
        const sandbox::Json found = program.empty() ? sandbox::Json(nullptr) : sandbox::Json(program);
        list.add(sandbox::Json::object().set("name", name).set("shim", shim_at(folder, name)).set("program", found));
    }
    if (for_machines) return answer(list.ascii_text());
    return answer(text + (names.empty() ? "" : advice_about_path(folder)));
}

int remove_shims(Words names, bool all, const std::string& folder, Diagnostics& diagnostics) {
    const auto there = installed(folder);
    if (all) names = there;
    if (names.empty() && !all)
        return misuse("wrap", "no program is named", "write `ward wrap remove NAME`, or `ward wrap remove --all`");
    std::vector<std::string_view> known(there.begin(), there.end());
    for (const std::string& name : names) {
        if (std::ranges::find(there, name) != there.end()) continue;
        const auto similar = policy::similar_names(name, known);
        diagnostics.add(policy::slug::usage, std::nullopt, "`" + name + "` is not wrapped")
            .help(similar.empty() ? "`ward wrap list` shows those that are"
                                  : "one with a similar name is: " + policy::quoted_list(similar));
    }
    if (diagnostics.has_errors()) return failure_status;
    for (const std::string& name : names) {
        if (unlink(shim_at(folder, name).c_str()) == 0) continue;
        diagnostics
            .add(policy::slug::output_unwritable, std::nullopt,
                 "`" + shim_at(folder, name) + "` cannot be removed: " + strerrordesc_np(errno))
            .help("make its folder one that you may write");
    }
    return diagnostics.has_errors() ? failure_status : EXIT_SUCCESS;
}

int dispatch(const Options& options, const std::string& folder, Diagnostics& diagnostics) {
    const std::string& action = options.rest.front();
    const Words names(options.rest.begin() + 1, options.rest.end());
    if (options.has("all") && (action != "remove" || !names.empty()))
        return misuse("wrap", "`--all` stands alone behind `remove`", "write `ward wrap remove --all`");
    if (options.has("json") && action != "list")
        return misuse("wrap", "only `list` answers in JSON", "leave `--json` out");
    if (action == "install") return install(names, folder, diagnostics);
    if (action == "remove") return remove_shims(names, options.has("all"), folder, diagnostics);
    if (action == "list" && names.empty()) return list_shims(folder, options.has("json"));
    return misuse("wrap", "`" + action + "` is nothing that `wrap` does", "write `install`, `list` or `remove`");
}

}  // namespace

int wrap(const Words& words) {
    const auto [options, status] = begin_with_operands("wrap", words);
    if (!options) return status;
    if (options->rest.empty())
        return misuse("wrap", "nothing is said about what to do", "write `ward wrap install NAME`, `list` or `remove`");
    Diagnostics diagnostics;
    const auto facts = facts_about_caller(diagnostics);
    const int result = facts ? dispatch(*options, shim_folder(facts->home), diagnostics) : failure_status;
    show(diagnostics, policy::Sources());
    return result;
}

}  // namespace ward::cli
