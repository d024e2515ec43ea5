// What the planner knows about this machine: read once, then a value.
//
// The planner and everything before the first fork see the host only through here, so that tests
// can state one. Nothing here changes the host.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ward::sandbox {

struct Inode {
    std::uint64_t device = 0;
    std::uint64_t number = 0;
    mode_t mode = 0;
    uid_t owner = 0;
    gid_t group = 0;
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

// Where a controller's cgroup can be made: the parent folder, which this user may write.
struct CgroupParent {
    std::string folder;
    int version = 1;
};

struct Host {
    uid_t uid = 0;
    gid_t gid = 0;
    std::vector<gid_t> groups;
    // Real root: may write any id map and id-map mounts (CAP_SYS_ADMIN, CAP_SETUID, CAP_SETGID in the
    // initial user namespace).
    bool privileged = false;
    unsigned kernel_major = 0, kernel_minor = 0;
    int last_capability = 40;
    bool listener_taken = false;  // this process already runs under a filter with a listener (ward in ward)
    bool terminal[3] = {};        // descriptors 0..2 that are terminals
    std::map<std::string, CgroupParent> cgroups;  // "memory", "pids", "cpu": those that can be used
    std::string cgroup_obstacle;  // why a controller is missing, in words for an error
    std::vector<std::string> mount_points;        // of this mount namespace, sorted
    // name -> id of passwd(5); absent users are errors
    std::map<std::string, std::pair<uid_t, gid_t>> users;
    const FileTree* files = nullptr;  // not owned
};

[[nodiscard]] Host read_host(const FileTree& files);

}  // namespace ward::sandbox
