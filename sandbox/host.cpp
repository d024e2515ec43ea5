// Reads the machine. Each look costs start-up time, so there is one read for each file.
#include "sandbox/host.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <tuple>

#include "sandbox/raw_syscall.hpp"
#include "sandbox/setup_failure.hpp"
#include "sandbox/systemd_scope.hpp"

namespace ward::sandbox {
namespace {

// The errno of the last call is the reason.
void cannot_tell(Host& host, const std::string& fact) {
    if (host.unknown.empty()) host.unknown = fact + ": " + error_words(errno);
}

// The numbers behind `name` in /proc/PID/status (proc(5)); none if it is not there.
std::vector<std::uint64_t> status_numbers(std::string_view status, std::string_view name, int base) {
    std::vector<std::uint64_t> numbers;
    const auto at = status.find('\n' + std::string(name) + ":\t");
    if (at == std::string_view::npos) return numbers;
    const char* here = status.data() + at + name.size() + 3;
    const char* const end = status.data() + std::min(status.find('\n', at + 1), status.size());
    for (std::uint64_t value = 0;;) {
        while (here != end && (*here == '\t' || *here == ' ')) ++here;
        const auto read = std::from_chars(here, end, value, base);
        if (read.ec != std::errc{}) return numbers;
        numbers.push_back(value);
        here = read.ptr;
    }
}

// The one number behind `name`; 0 if it is not there.
std::uint64_t status_field(std::string_view status, std::string_view name, int base) {
    const auto numbers = status_numbers(status, name, base);
    return numbers.empty() ? 0 : numbers.front();
}

bool has_fields(std::string_view status) {
    constexpr std::array needed{"\nUid:\t",   "\nGid:\t",     "\nGroups:\t", "\nCapEff:\t",
                                "\nUmask:\t", "\nSeccomp:\t", "\nSigIgn:\t"};
    return std::all_of(needed.begin(), needed.end(),
                       [&](const char* name) { return status.find(name) != std::string_view::npos; });
}

// The initial user namespace has this inode on every kernel (USER_NS_INIT_INO in <linux/nsfs.h> of Linux
// 6.18, PROC_USER_INIT_INO before); no other one has.
bool in_initial_user_namespace(Host& host) {
    constexpr ino_t initial = 0xEFFFFFFD;
    struct stat space {};
    if (stat("/proc/self/ns/user", &space) != 0) cannot_tell(host, "which user namespace it is");
    return space.st_ino == initial;
}

bool is_privileged(Host& host, std::uint64_t effective) {
    const std::uint64_t needed = (1ULL << CAP_SYS_ADMIN) | (1ULL << CAP_SETUID) | (1ULL << CAP_SETGID);
    return host.uid == 0 && (effective & needed) == needed && in_initial_user_namespace(host);
}

// Who this process is: its effective ids and supplementary groups.
void read_ids(Host& host, std::string_view status) {
    constexpr std::size_t effective = 1;  // of real, effective, saved and the file system's
    const auto users = status_numbers(status, "Uid", 10);
    const auto groups = status_numbers(status, "Gid", 10);
    if (users.size() <= effective || groups.size() <= effective) {
        host.uid = geteuid();
        return cannot_tell(host, "whose process this is");
    }
    host.uid = static_cast<uid_t>(users[effective]);
    host.gid = static_cast<gid_t>(groups[effective]);
    for (const std::uint64_t group : status_numbers(status, "Groups", 10))
        host.groups.push_back(static_cast<gid_t>(group));
}

// The kernel knows no capability above it: prctl(2), PR_CAPBSET_READ fails there.
int last_capability() {
    int last = 40;  // CAP_CHECKPOINT_RESTORE, Linux 5.9: every kernel that ward runs on has it
    while (last < 63 && prctl(PR_CAPBSET_READ, last + 1, 0, 0, 0) >= 0) ++last;
    return last;
}

[[noreturn]] void ask_for_listener(void* /*nothing*/) {
    sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    const sock_fprog program{1, &allow};
    raw_syscall(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    const long made = raw_syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
    for (;;) raw_syscall(SYS_exit_group, made >= 0 ? 0 : 1);
}

// seccomp(2): one task has one listener, and a second one is EBUSY. Asked in a process of its own, because the filter
// of the question would stay. It shares this memory: a copy may have neither heap nor stack (first_process.hpp).
bool a_listener_is_refused() {
    alignas(16) std::array<char, 4096> stack;
    clone_args how{};
    how.flags = CLONE_VM | CLONE_VFORK;
    // Without a signal at its end, which a caller may have left ignored: then nobody would hear of it (wait(2)).
    how.exit_signal = 0;
    how.stack = reinterpret_cast<std::uint64_t>(stack.data());
    how.stack_size = stack.size();
    const auto child = static_cast<pid_t>(raw_clone(how, ask_for_listener, nullptr));
    int status = 0;
    pid_t reaped = -1;
    do {
        reaped = child > 0 ? waitpid(child, &status, __WALL) : -1;
    } while (child > 0 && reaped < 0 && errno == EINTR);
    return reaped < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

void read_kernel_version(Host& host) {
    if (const auto version = kernel_version(kernel_release()))
        std::tie(host.kernel_major, host.kernel_minor) = *version;
}

void read_hard_limits(Host& host) {
    for (int resource = 0; resource < static_cast<int>(RLIM_NLIMITS); ++resource) {
        rlimit limit{};
        if (getrlimit(static_cast<__rlimit_resource>(resource), &limit) == 0 && limit.rlim_max != RLIM_INFINITY)
            host.hard_limits.emplace(resource, limit.rlim_max);
    }
}

// systemd says so with an extended attribute (systemd.resource-control(5), Delegate=): the second name since
// version 251, the first for root alone.
bool is_delegated(const std::string& cgroup) {
    std::array<char, 2> value{};
    for (const char* name : {"trusted.delegate", "user.delegate"})
        if (getxattr(cgroup.c_str(), name, value.data(), value.size()) == 1 && value[0] == '1') return true;
    return false;
}

// The systemd that would give this user a scope: for root that of the system, else that of the user's session.
std::optional<std::string> systemd_manager(uid_t user) {
    const std::string id = std::to_string(user);
    const std::string bus = user == 0 ? "/run/dbus/system_bus_socket" : "/run/user/" + id + "/bus";
    if (access(bus_client, X_OK) != 0 || access(bus.c_str(), W_OK) != 0) return std::nullopt;
    return user == 0 ? "/" : "/user.slice/user-" + id + ".slice/user@" + id + ".service";
}

void read_cgroups(Host& host) {
    // sd_booted(3); and it must count processes as we do, or a request would be about another one.
    const bool systemd = access("/run/systemd/system", F_OK) == 0 && read_record("/proc/1/comm") == "systemd\n";
    const CgroupSight sight{
        .own = read_record("/proc/self/cgroup"),
        .writable = [](const std::string& path) { return access(path.c_str(), W_OK) == 0; },
        .read = read_text,
        .systemd = systemd,
        .manager = systemd ? systemd_manager(host.uid) : std::nullopt,
        .delegated = is_delegated,
        .asked = says_delegated,
    };
    host.cgroups = find_cgroups(host.mounts.all(), sight);
    if (host.cgroups.size() == controller_count) return;
    host.cgroup_obstacle = host.uid == 0 ? "no hierarchy that root may write here has it"
                                         : "no cgroup with it was handed to user " + std::to_string(host.uid);
}

// landlock_create_ruleset(2): the version of its interface; a kernel without it has no such call.
int landlock_abi(Host& host) {
    constexpr unsigned ask_for_version = 1;  // LANDLOCK_CREATE_RULESET_VERSION
    const long version = syscall(SYS_landlock_create_ruleset, nullptr, 0, ask_for_version);
    const bool is_missing = errno == ENOSYS || errno == EOPNOTSUPP;  // not built in, not switched on
    if (version < 0 && !is_missing) cannot_tell(host, "the version of Landlock");
    return version < 0 ? 0 : static_cast<int>(version);
}

std::string read_whole(const std::string& path, bool ends_short) {
    std::string text;
    const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return text;
    std::array<char, 4096> piece;  // as much as /proc gives at once
    ssize_t length = 0;
    do {
        length = read(descriptor, piece.data(), piece.size());
        if (length > 0) text.append(piece.data(), static_cast<std::size_t>(length));
    } while (length > 0 && (!ends_short || static_cast<std::size_t>(length) == piece.size()));
    close(descriptor);
    return length < 0 ? std::string() : text;
}

}  // namespace

Stream look_at_stream(int descriptor) {
    struct stat file {};
    Stream stream;
    if (fstat(descriptor, &file) != 0) {
        stream.error = errno == EBADF ? 0 : errno;  // closed: /dev/null takes its place
        return stream;
    }
    constexpr unsigned memory = 1;  // /dev/null and its kin: admin-guide/devices.txt of the kernel
    const bool is_device = S_ISCHR(file.st_mode) && major(file.st_rdev) != memory;
    const bool is_file = S_ISREG(file.st_mode) || S_ISBLK(file.st_mode);
    const int flags = is_file ? fcntl(descriptor, F_GETFL) : O_RDWR;
    stream.is_terminal = is_device && isatty(descriptor) == 1;
    if (flags < 0 || (is_device && !stream.is_terminal && errno != ENOTTY)) stream.error = errno;
    stream.is_file = is_file;
    stream.is_written = (flags & O_ACCMODE) != O_RDONLY;
    stream.is_folder = S_ISDIR(file.st_mode);
    return stream;
}

std::string read_text(const std::string& path) {
    return read_whole(path, false);
}

std::string read_record(const std::string& path) {
    return read_whole(path, true);
}

const std::string& kernel_release() {
    static const std::string release = [] {
        utsname name{};
        return std::string(uname(&name) == 0 ? name.release : "");
    }();
    return release;
}

std::optional<std::pair<unsigned, unsigned>> kernel_version(std::string_view release) {
    std::pair<unsigned, unsigned> version;
    const char* const end = release.data() + release.size();
    const auto dot = std::from_chars(release.data(), end, version.first);
    if (dot.ec != std::errc{} || dot.ptr == end || *dot.ptr != '.') return {};
    if (std::from_chars(dot.ptr + 1, end, version.second).ec != std::errc{}) return {};
    return version;
}

std::optional<gid_t> find_group(const std::string& name) {
    std::FILE* file = std::fopen("/etc/group", "re");
    if (file == nullptr) return {};
    std::optional<gid_t> id;
    while (const group* entry = fgetgrent(file)) {
        if (name != entry->gr_name) continue;
        id = entry->gr_gid;
        break;
    }
    std::fclose(file);
    return id;
}

std::optional<UserIds> find_user(const std::string& name) {
    std::FILE* file = std::fopen("/etc/passwd", "re");
    if (file == nullptr) return {};
    std::optional<UserIds> ids;
    while (const passwd* entry = fgetpwent(file)) {
        if (name != entry->pw_name) continue;
        ids = UserIds{entry->pw_uid, entry->pw_gid};
        break;
    }
    std::fclose(file);
    return ids;
}

namespace {

void read_streams(Host& host) {
    for (int number = 0; number < 3; ++number) {
        Stream& stream = host.streams.at(static_cast<std::size_t>(number));
        stream = look_at_stream(number);
        errno = stream.error;
        if (stream.error != 0) cannot_tell(host, "what standard stream " + std::to_string(number) + " is");
    }
}

}  // namespace

Host read_host(const FileTree& files, HostLooks looks) {
    Host host;
    const std::string status = read_record("/proc/self/status");
    if (!has_fields(status)) cannot_tell(host, "`/proc/self/status`");
    read_ids(host, status);
    host.privileged = is_privileged(host, status_field(status, "CapEff", 16));
    host.umask = static_cast<mode_t>(status_field(status, "Umask", 8));
    host.listener_taken = status_field(status, "Seccomp", 10) == SECCOMP_MODE_FILTER && a_listener_is_refused();
    host.ignored_signals = status_field(status, "SigIgn", 16);
    read_streams(host);
    read_kernel_version(host);
    host.mounts = MountTable::of_this_process();
    host.files = &files;
    // A stream of a file is kept from being opened again by Landlock.
    const bool any_file = std::ranges::any_of(host.streams, [](const Stream& stream) { return stream.is_file; });
    if (looks.landlock || any_file) host.landlock_abi = landlock_abi(host);
    if (looks.capabilities) host.last_capability = last_capability();
    if (!looks.limits) return host;
    host.nice = getpriority(PRIO_PROCESS, 0);
    read_hard_limits(host);
    read_cgroups(host);
    return host;
}

}  // namespace ward::sandbox
