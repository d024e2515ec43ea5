// Reads what /proc says about a jail: proc(5). Everything is read or it is an error.
#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <memory>

#include "sandbox/descriptor.hpp"
#include "sandbox/setup_failure.hpp"
#include "sandbox/verify.hpp"

namespace ward::sandbox {
namespace {

std::string read_whole(const std::string& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    must(file.number(), "verify the jail: open " + path);
    std::string text;
    std::array<char, 16384> piece{};
    for (;;) {
        const auto length = must(::read(file.number(), piece.data(), piece.size()), "verify the jail: read " + path);
        if (length == 0) return text;
        text.append(piece.data(), static_cast<std::size_t>(length));
    }
}

std::string read_link(const std::string& path) {
    std::array<char, 4096> target{};
    const auto length = must(::readlink(path.c_str(), target.data(), target.size()), "verify the jail: read " + path);
    return {target.data(), static_cast<std::size_t>(length)};
}

// The names in a folder of /proc, without `.` and `..`.
std::vector<std::string> names_in(const std::string& path) {
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), ::closedir);
    must(folder ? 0 : -1, "verify the jail: open " + path);
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(folder.get()))
        if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
    must(errno == 0 ? 0 : -1, "verify the jail: read " + path);
    return names;
}

// "Name:\tvalue" lines.
std::map<std::string, std::string> parse_status(std::string_view text) {
    std::map<std::string, std::string> fields;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        const auto colon = line.find(":\t");
        if (colon != std::string_view::npos) fields.emplace(line.substr(0, colon), line.substr(colon + 2));
    }
    return fields;
}

[[noreturn]] void not_understood(const std::string& what) {
    cannot("verify the jail: understand " + what, EPROTO);
}

// The number at the beginning.
template <typename Number>
Number number_in(std::string_view text, const std::string& what, int base = 10) {
    Number value{};
    if (std::from_chars(text.data(), text.data() + text.size(), value, base).ec != std::errc()) not_understood(what);
    return value;
}

std::uint64_t parse_limit(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    if (text.starts_with("unlimited")) return RLIM_INFINITY;
    return number_in<std::uint64_t>(text, "a limit of /proc/PID/limits");
}

// A header, and a line for each resource in the order of their numbers: columns of 25, 20 and 20 letters.
std::vector<ProcessView::Limit> parse_limits(std::string_view text) {
    constexpr std::size_t soft_column = 26;
    constexpr std::size_t hard_column = 47;
    std::vector<ProcessView::Limit> limits;
    for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
        text.remove_prefix(end + 1);
        const std::string_view line = text.substr(0, text.find('\n'));
        if (line.empty()) continue;  // behind the last
        if (line.size() <= hard_column) not_understood("a line of /proc/PID/limits");
        limits.push_back({parse_limit(line.substr(soft_column)), parse_limit(line.substr(hard_column))});
    }
    return limits;
}

// The 19th field: proc_pid_stat(5). The second one, a name in parentheses, may hold anything.
int parse_nice(std::string_view stat) {
    stat.remove_prefix(std::min(stat.rfind(')') + 2, stat.size()));
    for (int field = 3; field < 19 && !stat.empty(); ++field)
        stat.remove_prefix(std::min(stat.find(' ') + 1, stat.size()));
    return number_in<int>(stat, "/proc/PID/stat");
}

// "flags:\t02100002": octal, as open(2) takes them.
bool closes_at_exec(const std::string& file_information) {
    const std::string flags = parse_status(file_information)["flags"];
    return (number_in<unsigned>(flags, "the flags in /proc/PID/fdinfo", 8) & O_CLOEXEC) != 0;
}

void read_namespaces(const std::string& folder, ProcessView& view) {
    for (const char* name : {"user", "mnt", "pid", "ipc", "uts", "net", "cgroup", "time"})
        view.namespaces[name] = read_link(folder + "/ns/" + name);
}

void read_files(const std::string& folder, ProcessView& view) {
    const std::string files = folder + "/fd/";
    const std::string information = folder + "/fdinfo/";
    for (const std::string& name : names_in(files)) {
        std::string flags = information;
        flags.append(name);
        std::string link = files;
        link.append(name);
        view.files[std::stoi(name)] = {read_link(link), closes_at_exec(read_whole(flags))};
    }
}

ProcessView read_process(const std::string& name) {
    const std::string folder = "/proc/" + name;
    ProcessView view;
    view.status = parse_status(read_whole(folder + "/status"));
    read_namespaces(folder, view);
    return view;
}

ProcessView read_inside(pid_t pid) {
    const std::string folder = "/proc/" + std::to_string(pid);
    ProcessView view = read_process(std::to_string(pid));
    view.pid = pid;
    view.root = read_link(folder + "/root");
    view.folder = read_link(folder + "/cwd");
    view.uid_map = read_whole(folder + "/uid_map");
    view.gid_map = read_whole(folder + "/gid_map");
    view.nice = parse_nice(read_whole(folder + "/stat"));
    view.limits = parse_limits(read_whole(folder + "/limits"));
    read_files(folder, view);
    return view;
}

std::vector<Mount> read_mounts(const std::string& path) {
    auto mounts = parse_mounts(read_whole(path));
    if (!mounts) not_understood(path);
    return std::move(*mounts);
}

// CONFIG_PROC_CHILDREN; "1234 ".
pid_t only_child_of(pid_t init) {
    const std::string pid = std::to_string(init);
    const std::string text = read_whole("/proc/" + pid + "/task/" + pid + "/children");
    pid_t child = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), child);
    if (error != std::errc() || std::string_view(end) != " ") cannot("verify the jail: find its program", ECHILD);
    return child;
}

}  // namespace

std::string target_of_descriptor(int descriptor) {
    return read_link("/proc/self/fd/" + std::to_string(descriptor));
}

KernelView read_kernel_view(pid_t init, const LaunchView& launch) {
    KernelView view;
    const pid_t program = only_child_of(init);
    view.supervisor = read_process("self");
    view.init = read_inside(init);
    view.program = read_inside(program);
    view.host_mounts = read_mounts("/proc/self/mountinfo");
    view.mounts = read_mounts("/proc/" + std::to_string(program) + "/mountinfo");
    for (const CgroupFile& file : launch.limits) view.limits.push_back({file.path, read_whole(file.path)});
    for (const std::string& folder : launch.groups)
        view.members.push_back({folder + "/cgroup.procs", read_whole(folder + "/cgroup.procs")});
    return view;
}

}  // namespace ward::sandbox
