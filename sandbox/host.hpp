// What the planner knows about this machine: read once, then a value.
//
// The planner sees the host only through here, so that tests can state one. Nothing here changes the host.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sandbox/mount_table.hpp"

namespace ward::sandbox {

struct Inode {
    std::uint64_t device = 0;  // as st_dev
    std::uint64_t number = 0;
    mode_t mode = 0;
    uid_t owner = 0;
    gid_t group = 0;
    std::uint64_t mount = 0;          // Mount::id of the mount that it was seen through
    std::uint64_t device_number = 0;  // of a device: which one, as st_rdev

    [[nodiscard]] mode_t type() const { return mode & S_IFMT; }
    [[nodiscard]] bool is_folder() const { return S_ISDIR(mode); }
    [[nodiscard]] bool is_link() const { return S_ISLNK(mode); }
};

// A look at files, without following the last symlink.
class FileTree {
public:
    virtual ~FileTree() = default;
    [[nodiscard]] virtual std::optional<Inode> inspect(const std::string& path) const = 0;  // absent: errno is set
    [[nodiscard]] virtual std::optional<std::string> link_target(const std::string& path) const = 0;
    [[nodiscard]] virtual std::vector<std::string> entries(const std::string& folder) const = 0;  // names, sorted
};

// The machine's own files.
[[nodiscard]] std::unique_ptr<FileTree> host_files();

// Where a controller's cgroup can be made.
struct CgroupParent {
    // What must be done before.
    enum class Way : std::uint8_t {
        below,  // nothing: this user may make a cgroup in the folder
        aside,  // ward is alone in the folder, and must go into a child of it ("no internal processes", cgroups(7))
        scope,  // systemd must give ward a cgroup, somewhere below the folder; then as in `aside`
    };
    std::string folder;
    int version = 1;
    Way way = Way::below;
};

// What a look for cgroups needs, so that tests can state it.
struct CgroupSight {
    std::string own;                                      // /proc/self/cgroup
    std::function<bool(const std::string&)> writable;     // may this user make something there
    std::function<std::string(const std::string&)> read;  // a small file; empty if unreadable
    bool systemd = false;                                 // the tree of version 2 is systemd's
    std::optional<std::string> manager;                   // the path of the systemd that can be asked for a scope
    std::function<bool(const std::string&)> delegated{};  // has systemd marked this folder as given away
    std::function<bool(const std::string&)> asked{};      // does the systemd of the session say so of this unit
};

// The controllers that limits need: "memory", "pids", "cpu", "cpuset", and "io", which version 1 calls blkio.
inline constexpr std::size_t controller_count = 5;

// Those that a jail can use, each with the parent for its cgroup.
[[nodiscard]] std::map<std::string, CgroupParent> find_cgroups(const std::vector<Mount>& mounts,
                                                               const CgroupSight& sight);

struct UserIds {
    uid_t uid = 0;
    gid_t gid = 0;
};

// The kernel's name for its version (uname(2)), such as `6.1.0-13-amd64`; empty if it says none. Asked once.
[[nodiscard]] const std::string& kernel_release();

// The version in such a name: 6.1. Absent if it does not begin with two numbers.
[[nodiscard]] std::optional<std::pair<unsigned, unsigned>> kernel_version(std::string_view release);

// A user of /etc/passwd, by name. Other sources of users (NSS) would need the dynamic linker.
[[nodiscard]] std::optional<UserIds> find_user(const std::string& name);

// A group of /etc/group, by name.
[[nodiscard]] std::optional<gid_t> find_group(const std::string& name);

// The whole of a small file of the host's; empty if it cannot be read.
[[nodiscard]] std::string read_text(const std::string& path);

// The same for what ends where a read falls short: files of a disk, and the one record of files such as
// /proc/self/status. Saves the read that would find the end.
[[nodiscard]] std::string read_record(const std::string& path);

// A standard stream that the caller hands over.
struct Stream {
    bool is_terminal = false;
    bool is_file = false;  // of a disk: a program could open it again by its name in /proc
    bool is_written = false;
    bool is_folder = false;
    int error = 0;  // an errno: what it is cannot be told
};

[[nodiscard]] Stream look_at_stream(int descriptor);

struct Host {
    uid_t uid = 0;
    gid_t gid = 0;
    std::vector<gid_t> groups;
    // Real root: may write any id map and id-map mounts (CAP_SYS_ADMIN, CAP_SETUID, CAP_SETGID in the
    // initial user namespace).
    bool privileged = false;
    unsigned kernel_major = 0, kernel_minor = 0;
    int last_capability = 40;
    mode_t umask = 022;
    bool listener_taken = false;        // this process already runs under a filter with a listener (ward in ward)
    int landlock_abi = 0;               // 0: this kernel has no Landlock
    int nice = 0;                       // of this process: getpriority(2)
    std::uint64_t ignored_signals = 0;  // bit 0: signal 1
    std::array<Stream, 3> streams{};
    std::map<int, std::uint64_t> hard_limits;     // by RLIMIT_*; absent: unlimited
    std::map<std::string, CgroupParent> cgroups;  // controllers that can be used
    std::string cgroup_obstacle;                  // why a controller is missing, in words for an error
    MountTable mounts;                            // of this mount namespace
    // Looks that few jails need.
    std::optional<UserIds> (*find_user)(const std::string& name) = &sandbox::find_user;
    std::optional<gid_t> (*find_group)(const std::string& name) = &sandbox::find_group;
    std::string (*read_text)(const std::string& path) = &sandbox::read_text;
    const FileTree* files = nullptr;  // not owned
    // What could not be found out, in words for an error; empty: everything is known. A jail that is
    // planned by guesses may be a weaker one.
    std::string unknown;
};

// Looks at what not every jail needs; a start is quicker without.
struct HostLooks {
    bool limits = true;        // cgroups, hard limits, nice value
    bool landlock = true;      // its interface; with a file as a stream it is looked at anyway
    bool capabilities = true;  // the greatest one of the kernel
};

[[nodiscard]] Host read_host(const FileTree& files, HostLooks looks = {});

}  // namespace ward::sandbox
