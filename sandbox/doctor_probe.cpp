#include "sandbox/doctor_probe.hpp"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "sandbox/descriptor.hpp"
#include "sandbox/id_map.hpp"
#include "sandbox/id_subordinate.hpp"
#include "sandbox/raw_syscall.hpp"
#include "sandbox/setup_failure.hpp"

namespace ward::sandbox {
namespace {

constexpr unsigned patience = 5;                // seconds
constexpr std::uint32_t ids_of_a_jail = 65535;  // besides the caller's own

int outcome(long result) {
    return result < 0 ? static_cast<int>(-result) : 0;
}

// ---- attempts that leave nothing behind but in the process that makes them

int try_clone3() {
    clone_args how{};
    how.exit_signal = SIGCHLD;
    const long child = raw_syscall(SYS_clone3, &how, sizeof how);
    if (child == 0) raw_syscall(SYS_exit_group, 0);
    return outcome(child);
}

// A kernel that knows the flag looks at the descriptor, which is none: clone(2), since 5.7.
int try_into_cgroup() {
    clone_args how{};
    how.exit_signal = SIGCHLD;
    how.flags = CLONE_INTO_CGROUP;
    how.cgroup = 1U << 30;
    const int error = outcome(raw_syscall(SYS_clone3, &how, sizeof how));
    return error == EBADF ? 0 : error;
}

int try_openat2() {
    open_how how{};
    how.flags = O_PATH | O_CLOEXEC;
    how.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    return outcome(raw_syscall(SYS_openat2, AT_FDCWD, "/", &how, sizeof how));
}

int try_close_range() {
    return outcome(raw_syscall(SYS_close_range, 3, ~0U, 1U << 2));  // CLOSE_RANGE_CLOEXEC, 5.11
}

int load_filter(unsigned flags) {
    sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    const sock_fprog program{1, &allow};
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return outcome(raw_syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program));
}

int try_filter() {
    return load_filter(0);
}

int try_listener() {
    return load_filter(SECCOMP_FILTER_FLAG_NEW_LISTENER);
}

int try_landlock() {
    landlock_ruleset_attr rules{};
    rules.handled_access_fs = LANDLOCK_ACCESS_FS_MAKE_BLOCK;
    const long ruleset = raw_syscall(SYS_landlock_create_ruleset, &rules, sizeof rules.handled_access_fs, 0);
    if (ruleset < 0) return outcome(ruleset);
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return outcome(raw_syscall(SYS_landlock_restrict_self, ruleset, 0));
}

int try_terminal() {
    const Descriptor master(::open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!master) return errno;
    const int unlocked = 0;
    if (::ioctl(master.number(), TIOCSPTLCK, &unlocked) != 0) return errno;
    return ::ioctl(master.number(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC) >= 0 ? 0 : errno;
}

struct OwnAttempt {
    Attempt attempt;
    int (*function)();  // 0 or an errno
};
constexpr OwnAttempt own_attempts[] = {
    {Attempt::clone3, try_clone3},           {Attempt::into_cgroup, try_into_cgroup}, {Attempt::openat2, try_openat2},
    {Attempt::close_range, try_close_range}, {Attempt::filter, try_filter},           {Attempt::listener, try_listener},
    {Attempt::landlock, try_landlock},       {Attempt::terminal, try_terminal},
};

// A process that a filter kills was refused the call; one that hangs has not answered.
int in_a_child(int (*function)()) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::alarm(patience);
        ::_exit(function());
    }
    if (child < 0) return errno;
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFEXITED(status)) return WEXITSTATUS(status);
    return WTERMSIG(status) == SIGSYS ? EPERM : not_tried;
}

// ---- id-mapped mounts, for root

// The copy of the mount is in nobody's tree, and goes with its descriptor.
int try_id_map(const std::string& path, int space) {
    const Descriptor tree(
        static_cast<int>(raw_syscall(SYS_open_tree, AT_FDCWD, path.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC)));
    if (!tree) return -tree.number();
    mount_attr attributes{};
    attributes.attr_set = MOUNT_ATTR_IDMAP;
    attributes.userns_fd = static_cast<__u64>(space);
    return outcome(raw_syscall(SYS_mount_setattr, tree.number(), "", AT_EMPTY_PATH, &attributes, sizeof attributes));
}

// The mount that `path` lies in: of those that it is below, the one with the longest path; the last wins.
const Mount* mount_of(const std::vector<Mount>& mounts, const std::string& path) {
    const Mount* found = nullptr;
    for (const Mount& mount : mounts) {
        const bool is_above = mount.path == "/" || path == mount.path || path.starts_with(mount.path + '/');
        if (is_above && (found == nullptr || mount.path.size() >= found->path.size())) found = &mount;
    }
    return found;
}

// Where people work: each kind of file system once.
void try_id_maps(Probe& probe, const Host& host) {
    const char* home = std::getenv("HOME");
    const std::vector<IdRange> map{{0, 0x70000000, 65536}};
    try {
        const Descriptor space = make_user_namespace(map, map);
        for (const std::string& path :
             {std::string("/"), std::string(home == nullptr ? "/" : home), std::string("/tmp"), std::string("/srv")}) {
            const Mount* mount = mount_of(host.mounts.all(), path);
            if (mount == nullptr) continue;
            const bool is_known = std::any_of(probe.id_mapped.begin(), probe.id_mapped.end(),
                                              [&](const Probe::IdMapped& each) { return each.type == mount->type; });
            if (!is_known)
                probe.id_mapped.push_back({mount->type, mount->path, try_id_map(mount->path, space.number())});
        }
    } catch (const SetupFailure&) {
        // Without a user namespace that is what is said; nothing can be mapped.
    }
}

// ---- what is read

std::optional<std::uint64_t> number_in(const char* path) {
    const std::string text = read_text(path);
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) return std::nullopt;
    return number;
}

bool is_there(const char* path) {
    return ::access(path, F_OK) == 0;
}

struct ContainerSign {
    std::string_view word;
    Container container;
};
// What $container says, systemd's interface for container managers.
constexpr ContainerSign container_signs[] = {{"docker", Container::docker},   {"podman", Container::podman},
                                             {"oci", Container::other},       {"lxc", Container::lxc},
                                             {"lxc-libvirt", Container::lxc}, {"systemd-nspawn", Container::nspawn}};

// A machine that was made of an image has the image's files too.
bool looks_like_a_container(const std::vector<Mount>& mounts) {
    return std::any_of(mounts.begin(), mounts.end(), [](const Mount& mount) {
        const bool is_layered = mount.path == "/" && mount.type.find("overlay") != std::string::npos;
        return is_layered || mount.path.starts_with("/proc/");
    });
}

Container container_here(const std::vector<Mount>& mounts) {
    const bool is_likely = looks_like_a_container(mounts);
    if (std::getenv("KUBERNETES_SERVICE_HOST") != nullptr) return Container::kubernetes;
    if (is_likely && is_there("/run/.containerenv")) return Container::podman;
    if (is_likely && is_there("/.dockerenv")) return Container::docker;
    std::string word = read_text("/run/systemd/container");
    while (!word.empty() && word.back() == '\n') word.pop_back();
    const char* variable = std::getenv("container");
    if (word.empty() && variable != nullptr) word = variable;
    if (word.empty()) return Container::none;
    for (const ContainerSign& sign : container_signs)
        if (sign.word == word) return sign.container;
    return Container::other;
}

void read_cgroups(Probe& probe, const Host& host) {
    probe.cgroups = host.cgroups;
    for (const Mount& mount : host.mounts.all()) {
        if (mount.type == "cgroup") probe.has_cgroup_v1 = true;
        if (mount.type != "cgroup2") continue;
        probe.has_cgroup_v2 = true;
        probe.v2_controllers = read_text(mount.path + "/cgroup.controllers");
        while (!probe.v2_controllers.empty() && probe.v2_controllers.back() == '\n') probe.v2_controllers.pop_back();
    }
}

void read_user(Probe& probe, const Host& host, const std::string& user) {
    probe.uid = host.uid;
    probe.user = user;
    probe.privileged = host.privileged;
    probe.nested = read_text("/proc/self/uid_map").find("4294967295") == std::string::npos;
    probe.changed_root = std::ranges::none_of(host.mounts.all(), [](const Mount& mount) { return mount.path == "/"; });
    probe.systemd = is_there("/run/systemd/system");
    probe.user_session = is_there(("/run/user/" + std::to_string(host.uid) + "/systemd/private").c_str());
    probe.id_helpers = is_there(user_map_helper) && is_there(group_map_helper);
    probe.own_sub_ids = find_subordinate_ids(host, ids_of_a_jail).has_value();
}

void read_kernel(Probe& probe, const Host& host) {
    utsname name{};
    if (::uname(&name) == 0) probe.release = name.release;
    probe.kernel_major = host.kernel_major;
    probe.kernel_minor = host.kernel_minor;
    probe.landlock_abi = host.landlock_abi;
    probe.unprivileged_userns_clone = number_in("/proc/sys/kernel/unprivileged_userns_clone");
    probe.max_user_namespaces = number_in("/proc/sys/user/max_user_namespaces");
    probe.apparmor_restricts_userns = number_in("/proc/sys/kernel/apparmor_restrict_unprivileged_userns");
}

}  // namespace

Probe probe_host(const Host& host, const std::string& user) {
    Probe probe;
    read_kernel(probe, host);
    read_user(probe, host, user);
    probe.container = container_here(host.mounts.all());
    read_cgroups(probe, host);
    for (const OwnAttempt& each : own_attempts) probe.result(each.attempt) = in_a_child(each.function);
    try_namespaces(probe, host);
    if (host.privileged) try_id_maps(probe, host);
    return probe;
}

}  // namespace ward::sandbox
