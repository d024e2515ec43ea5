#include "sandbox/cli/caller.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <pwd.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <string_view>
#include <tuple>

#include "sandbox/cli/shim.hpp"
#include "sandbox/host.hpp"

namespace ward::cli {
namespace {

constexpr int not_there = 127;  // a status for the shell

struct Account {
    std::string name;
    std::string home;
};

// getpwuid(3) would load name-service libraries, which a static program cannot.
Account account_of(uid_t user) {
    std::string table = sandbox::read_record("/etc/passwd");
    // In memory: a stream of the file itself asks for its size and place first.
    const std::unique_ptr<FILE, int (*)(FILE*)> file(fmemopen(table.data(), table.size(), "r"), &std::fclose);
    while (file) {
        const passwd* entry = fgetpwent(file.get());
        if (entry == nullptr) break;
        if (entry->pw_uid == user) return {entry->pw_name, entry->pw_dir};
    }
    return {std::to_string(user), {}};
}

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

std::string absolute_or_empty(const std::string& path) {
    return path.starts_with('/') ? absolute_path(path, "/") : "";
}

std::optional<std::string> working_folder(policy::Diagnostics& diagnostics) {
    const std::unique_ptr<char, void (*)(void*)> folder(getcwd(nullptr, 0), &std::free);
    // getcwd(3): "(unreachable)" stands before a folder that is outside the caller's root.
    if (folder && *folder == '/') return std::string(folder.get());
    diagnostics
        .add(policy::slug::caller_unknown, std::nullopt,
             std::string("the working folder has no path: ") + strerrordesc_np(folder ? ENOENT : errno))
        .help("change to a folder that exists, for example with `cd /`");
    return std::nullopt;
}

bool exists(const std::string& path) {
    return faccessat(AT_FDCWD, path.c_str(), F_OK, 0) == 0;
}

// For `when exists`: links are followed, as they are when a path is granted.
bool is_there(const std::string& path) {
    struct stat status {};
    return stat(path.c_str(), &status) == 0;
}

#if defined(__x86_64__)
constexpr compiler::Abi own_machine = compiler::Abi::x86_64;
#elif defined(__aarch64__)
constexpr compiler::Abi own_machine = compiler::Abi::aarch64;
#else
#error "ward knows no other machine"
#endif

// False, with a diagnostic, if the kernel's name for itself has no version.
bool look_at_machine(compiler::Facts& facts, policy::Diagnostics& diagnostics) {
    facts.machine = own_machine;
    facts.exists = is_there;
    const auto version = sandbox::kernel_version(sandbox::kernel_release());
    if (version) std::tie(facts.kernel_major, facts.kernel_minor) = *version;
    if (version) return true;
    diagnostics
        .add(policy::slug::caller_unknown, std::nullopt,
             "the kernel says no version: `" + sandbox::kernel_release() + "`")
        .help("run `uname -r` to see it: two numbers with a `.` between them are expected");
    return false;
}

// The part of a word that may be a path: `-…=PATH` or the whole word.
std::string_view path_part(std::string_view word) {
    const auto sign = word.find('=');
    if (word.starts_with('-')) return sign == std::string_view::npos ? std::string_view() : word.substr(sign + 1);
    return word;
}

// The home folder's own path: the working folder, which is compared with it, is one without links too.
std::string without_links(const std::string& path) {
    std::array<char, PATH_MAX> real{};
    return realpath(path.c_str(), real.data()) != nullptr ? real.data() : path;
}

// How a path is judged: 0, or why it cannot be executed as a status for the shell.
using Obstacle = std::function<int(const std::string&)>;

int obstacle_below(const std::string& root, const std::string& path) {
    const int folder = open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return 127;
    open_how how{};
    how.flags = O_PATH | O_CLOEXEC;
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    const auto file = static_cast<int>(syscall(SYS_openat2, folder, path.c_str(), &how, sizeof how));
    struct stat status {};
    const bool is_there = file >= 0 && fstat(file, &status) == 0;
    if (file >= 0) close(file);
    close(folder);
    if (!is_there) return 127;
    return S_ISREG(status.st_mode) && (status.st_mode & 0111U) != 0 ? 0 : 126;
}

int obstacle(const std::string& path) {
    struct stat status {};
    if (stat(path.c_str(), &status) != 0) return errno == EACCES ? 126 : 127;
    return S_ISREG(status.st_mode) && faccessat(AT_FDCWD, path.c_str(), X_OK, 0) == 0 ? 0 : 126;
}

// The same answer for a whole start.
std::function<std::string()> once(std::function<std::string()> ask) {
    return [ask = std::move(ask), known = std::optional<std::string>()]() mutable {
        if (!known) known = ask();
        return *known;
    };
}

}  // namespace

std::string absolute_path(const std::string& path, const std::string& folder) {
    const std::string whole = path.starts_with('/') ? path : folder + "/" + path;
    std::string result;
    for (std::size_t at = 0; at < whole.size();) {
        const std::size_t end = std::min(whole.find('/', at), whole.size());
        const std::string_view part = std::string_view(whole).substr(at, end - at);
        if (part == "..") {
            if (!result.empty()) result.resize(result.rfind('/'));
        } else if (!part.empty() && part != ".") {
            (result += '/') += part;
        }
        at = end + 1;
    }
    return result.empty() ? "/" : result;
}

std::string working_folder_or_root() {
    const std::unique_ptr<char, void (*)(void*)> folder(getcwd(nullptr, 0), &std::free);
    return folder && *folder == '/' ? folder.get() : "/";
}

std::string repository_around(const std::string& folder, const std::string& home) {
    struct stat inner {};
    if (stat(folder.c_str(), &inner) != 0) return {};
    for (std::string at = folder; at.size() > 1 && !(home + '/').starts_with(at + '/'); at.resize(at.rfind('/'))) {
        struct stat mark {};
        if (lstat((at + "/.git").c_str(), &mark) == 0 && mark.st_uid == inner.st_uid) return at;
    }
    return {};
}

std::string user_name(uid_t user) {
    return account_of(user).name;
}

std::optional<compiler::Facts> facts_about_caller(policy::Diagnostics& diagnostics) {
    auto folder = working_folder(diagnostics);
    if (!folder) return std::nullopt;
    const auto user = static_cast<uid_t>(getauxval(AT_UID));  // told at exec (getauxval(3))
    compiler::Facts facts;
    facts.home = absolute_or_empty(variable("HOME"));
    if (facts.home.empty()) facts.home = absolute_or_empty(account_of(user).home);
    facts.home = without_links(facts.home);
    if (facts.home.empty()) {
        diagnostics.add(policy::slug::caller_unknown, std::nullopt, "the caller has no home folder")
            .help("set `HOME` to an absolute path");
        return std::nullopt;
    }
    facts.cwd = *folder;
    facts.repository = once([folder = facts.cwd, home = facts.home] { return repository_around(folder, home); });
    facts.user = once([user] { return user_name(user); });
    facts.uid = user;
    facts.gid = static_cast<gid_t>(getauxval(AT_GID));
    facts.runtime = absolute_or_empty(variable("XDG_RUNTIME_DIR"));
    if (!look_at_machine(facts, diagnostics)) return std::nullopt;
    return facts;
}

std::vector<std::string> named_paths(const std::vector<std::string>& words, const std::string& folder) {
    std::vector<std::string> paths;
    for (const std::string& word : words) {
        const std::string_view part = path_part(word);
        // `.` alone is a word of many programs (`jq .`); as a path it is written `./`.
        if (part.empty() || part == "." || part == "..") continue;
        std::string path = absolute_path(std::string(part), folder);
        if (exists(path) && std::ranges::find(paths, path) == paths.end()) paths.push_back(std::move(path));
    }
    return paths;
}

namespace {

ProgramSearch search(const std::string& name, const std::string& search_path, const std::string& folder,
                     const Obstacle& obstacle_at) {
    if (name.find('/') != std::string::npos) {
        std::string path = absolute_path(name, folder);
        const int status = obstacle_at(path);
        return status == 0 ? ProgramSearch{std::move(path), 0} : ProgramSearch{{}, status};
    }
    int status = 127;
    for (std::size_t at = 0; !name.empty() && at <= search_path.size();) {
        const std::size_t end = std::min(search_path.find(':', at), search_path.size());
        // An empty element is the working folder, as in execvp(3).
        std::string path = absolute_path(search_path.substr(at, end - at) + "/" + name, folder);
        if (end == at) path = absolute_path(name, folder);
        const int found = obstacle_at(path);
        if (found == 0) return {std::move(path), 0};
        status = std::min(status, found);
        at = end + 1;
    }
    return {{}, status};
}

}  // namespace

std::string own_search_path() {
    return variable("PATH");
}

ProgramSearch find_program(const std::string& name, const std::string& search_path, const std::string& folder) {
    return search(name, search_path, folder, [](const std::string& path) {
        const int found = obstacle(path);
        return found == 0 && is_shim(path) ? not_there : found;
    });
}

ProgramSearch find_program_below(const std::string& root, const std::string& name, const std::string& search_path,
                                 const std::string& folder) {
    if (root.empty()) return {{}, 127};
    return search(name, search_path, folder, [&](const std::string& path) { return obstacle_below(root, path); });
}

}  // namespace ward::cli
