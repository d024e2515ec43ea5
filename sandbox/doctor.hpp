// What this host can enforce, what is in the way, and what to do about it: `ward doctor`.
//
// A judgement alone: a Probe says what was tried and seen, judge() says what that means. Nothing here
// looks at the host, so that tests can state one.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/host.hpp"

namespace ward::sandbox {

// What a process that ends at once has tried. In the order of trying: most need some before them.
enum class Attempt : std::uint8_t {
    clone3,
    openat2,
    close_range,
    into_cgroup,  // CLONE_INTO_CGROUP
    user_namespace,
    id_maps,
    mount_namespace,
    ipc_namespace,
    uts_namespace,
    cgroup_namespace,
    network_namespace,
    pid_namespace,
    new_mount,   // fsopen, fsmount, move_mount of a tmpfs
    clone_tree,  // open_tree of the host's files
    restrict_tree,
    overlay,
    proc,
    pivot_root,
    filter,
    listener,
    landlock,
    terminal,
};
inline constexpr std::size_t attempt_count = 22;
inline constexpr int not_tried = -1;

enum class Container : std::uint8_t { none, docker, podman, kubernetes, lxc, nspawn, other };

struct Probe {
    Probe() { results.fill(not_tried); }

    // 0: it worked; an errno; or not_tried, because one before it failed.
    std::array<int, attempt_count> results{};
    [[nodiscard]] int& result(Attempt attempt) { return results[static_cast<std::size_t>(attempt)]; }
    [[nodiscard]] int result(Attempt attempt) const { return results[static_cast<std::size_t>(attempt)]; }

    unsigned kernel_major = 0, kernel_minor = 0;
    std::string release;  // as uname -r
    uid_t uid = 0;
    std::string user;
    bool privileged = false;    // as Host::privileged
    bool nested = false;        // in a user namespace that is not the first
    bool changed_root = false;  // chroot(2)
    Container container = Container::none;

    // sysctls; absent where the kernel has none of that name
    std::optional<std::uint64_t> unprivileged_userns_clone, max_user_namespaces, apparmor_restricts_userns;

    int landlock_abi = 0;

    struct IdMapped {
        std::string type;  // of the file system
        std::string path;  // a place where it is mounted
        int error = 0;     // of mapping its ids; 0: it can be done
    };
    std::vector<IdMapped> id_mapped;  // privileged only

    std::map<std::string, CgroupParent> cgroups;  // as Host::cgroups
    bool has_cgroup_v1 = false, has_cgroup_v2 = false;
    std::string v2_controllers;  // cgroup.controllers at the mount point of version 2
    bool systemd = false;        // it is the service manager
    bool user_session = false;   // systemd's manager of this user runs

    bool id_helpers = false;   // newuidmap and newgidmap can be run
    bool own_sub_ids = false;  // /etc/subuid and /etc/subgid have a range for this user
};

struct Finding {
    enum class State : std::uint8_t {
        works,
        missing,  // the kernel or the host has no such thing
        blocked,  // it is there, and something forbids it
    } state = State::works;
    std::string_view feature;    // its stable name
    std::string_view needed_by;  // the words of the language that need it
    bool required = false;       // every jail needs it
    std::string why{};           // works: how well; else what is in the way
    std::string remedy{};        // one thing to do; empty if it works
};

struct Findings {
    std::vector<Finding> rows;

    // Whether a jail that asks for nothing special can be made.
    [[nodiscard]] bool plain_jail_works() const;
};

[[nodiscard]] Findings judge(const Probe& probe);

[[nodiscard]] std::string_view state_word(Finding::State state);
[[nodiscard]] std::string_view container_word(Container container);

}  // namespace ward::sandbox
