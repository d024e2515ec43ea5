// Reads the machine. Each look costs start-up time, so there is one read for each file.
#include "sandbox/host.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>

namespace ward::sandbox {
namespace {

// The number behind `name` in /proc/PID/status; 0 if it is not there.
std::uint64_t status_field(std::string_view status, std::string_view name, int base) {
    const auto at = status.find('\n' + std::string(name) + ":\t");
    if (at == std::string_view::npos) return 0;
    const std::string_view text = status.substr(at + name.size() + 3);
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value, base);
    return value;
}

// user_namespaces(7): only the initial one maps every id to itself.
bool in_initial_user_namespace() {
    std::uint64_t inside = 1;
    std::uint64_t outside = 1;
    std::uint64_t count = 0;
    const std::string map = read_text("/proc/self/uid_map");
    // The format has one blank-separated row; more than one row is another namespace.
    if (std::sscanf(map.c_str(), "%lu %lu %lu", &inside, &outside, &count) != 3) return false;
    return inside == 0 && outside == 0 && count == 4294967295U;
}

bool is_privileged(std::uint64_t effective) {
    const std::uint64_t needed = (1ULL << CAP_SYS_ADMIN) | (1ULL << CAP_SETUID) | (1ULL << CAP_SETGID);
    return geteuid() == 0 && (effective & needed) == needed && in_initial_user_namespace();
}

std::vector<gid_t> supplementary_groups() {
    std::vector<gid_t> groups(64);
    int count = getgroups(static_cast<int>(groups.size()), groups.data());
    if (count < 0) {
        groups.resize(65536);  // NGROUPS_MAX
        count = getgroups(static_cast<int>(groups.size()), groups.data());
    }
    groups.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
    return groups;
}

// The kernel knows no capability above it: prctl(2), PR_CAPBSET_READ fails there.
int last_capability() {
    int last = 40;  // CAP_CHECKPOINT_RESTORE, Linux 5.9
    while (last > 0 && prctl(PR_CAPBSET_READ, last, 0, 0, 0) < 0) --last;
    while (last < 63 && prctl(PR_CAPBSET_READ, last + 1, 0, 0, 0) >= 0) ++last;
    return last;
}

// seccomp(2): one task has one listener, and a second one is EBUSY. Asked in a child, because the
// filter of the question would stay.
bool a_listener_is_refused() {
    const pid_t child = fork();
    if (child == 0) {
        sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
        const sock_fprog program{1, &allow};
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        const long made = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
        _exit(made >= 0 ? 0 : 1);
    }
    int status = 0;
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return child < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

void read_kernel_version(Host& host) {
    utsname name{};
    if (uname(&name) == 0) std::sscanf(name.release, "%u.%u", &host.kernel_major, &host.kernel_minor);
}

void read_hard_limits(Host& host) {
    for (int resource = 0; resource < static_cast<int>(RLIM_NLIMITS); ++resource) {
        rlimit limit{};
        if (getrlimit(static_cast<__rlimit_resource>(resource), &limit) == 0 && limit.rlim_max != RLIM_INFINITY)
            host.hard_limits.emplace(resource, limit.rlim_max);
    }
}

void read_cgroups(Host& host) {
    const CgroupSight sight{
        .own = read_text("/proc/self/cgroup"),
        .writable = [](const std::string& path) { return access(path.c_str(), W_OK) == 0; },
        .read = read_text,
    };
    host.cgroups = find_cgroups(host.mounts, sight);
    if (host.cgroups.size() == controller_count) return;
    host.cgroup_obstacle = host.uid == 0 ? "no hierarchy that root may write here has it"
                                         : "no cgroup with it was handed to user " + std::to_string(host.uid);
}

// landlock_create_ruleset(2): the version of its interface; a kernel without it has no such call.
int landlock_abi() {
    constexpr unsigned ask_for_version = 1;  // LANDLOCK_CREATE_RULESET_VERSION
    const long version = syscall(SYS_landlock_create_ruleset, nullptr, 0, ask_for_version);
    return version < 0 ? 0 : static_cast<int>(version);
}

Stream stream_at(int descriptor) {
    struct stat file {};
    if (fstat(descriptor, &file) != 0) return {};
    const int flags = fcntl(descriptor, F_GETFL);
    return {.is_terminal = S_ISCHR(file.st_mode) && isatty(descriptor) == 1,
            .is_file = S_ISREG(file.st_mode) || S_ISBLK(file.st_mode),
            .is_written = flags >= 0 && (flags & O_ACCMODE) != O_RDONLY};
}

}  // namespace

std::string read_text(const std::string& path) {
    std::string text;
    const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return text;
    std::array<char, 16384> piece{};
    ssize_t length = 0;
    while ((length = read(descriptor, piece.data(), piece.size())) > 0)
        text.append(piece.data(), static_cast<std::size_t>(length));
    close(descriptor);
    return length < 0 ? std::string() : text;
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

Host read_host(const FileTree& files) {
    Host host;
    host.uid = geteuid();
    host.gid = getegid();
    host.groups = supplementary_groups();
    const std::string status = read_text("/proc/self/status");
    host.privileged = is_privileged(status_field(status, "CapEff", 16));
    host.umask = static_cast<mode_t>(status_field(status, "Umask", 8));
    host.listener_taken = status_field(status, "Seccomp", 10) == SECCOMP_MODE_FILTER && a_listener_is_refused();
    host.last_capability = last_capability();
    host.landlock_abi = landlock_abi();
    host.nice = getpriority(PRIO_PROCESS, 0);
    for (int descriptor = 0; descriptor < 3; ++descriptor) host.streams[descriptor] = stream_at(descriptor);
    read_kernel_version(host);
    read_hard_limits(host);
    host.mounts = parse_mounts(read_text("/proc/self/mountinfo"));
    read_cgroups(host);
    host.files = &files;
    return host;
}

}  // namespace ward::sandbox
