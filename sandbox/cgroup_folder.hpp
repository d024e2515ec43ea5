// One cgroup that ward has made: a folder named ward-PID-N, locked for as long as it is in use.
//
// Removes only folders of that name, and only where nobody holds the lock. The lock (flock(2)) goes with
// the last process that has the descriptor, the launcher or its jail's init, however they end. So a folder
// without a lock is a left-over of a launcher that was killed, whatever has become of its process id.
#pragma once

#include <string>

#include "sandbox/descriptor.hpp"

namespace ward::sandbox {

class CgroupFolder {
public:
    // Below `parent`, whose left-overs are removed first. Throws SetupFailure.
    explicit CgroupFolder(const std::string& parent);
    CgroupFolder(CgroupFolder&&) noexcept = default;
    CgroupFolder& operator=(CgroupFolder&&) noexcept = default;
    CgroupFolder(const CgroupFolder&) = delete;
    CgroupFolder& operator=(const CgroupFolder&) = delete;
    // Ends what is still in it (version 2), and removes it.
    ~CgroupFolder();

    [[nodiscard]] const std::string& path() const { return path_; }
    // For CLONE_INTO_CGROUP.
    [[nodiscard]] int descriptor() const { return lock_.number(); }

    // Both throw SetupFailure.
    void write(const std::string& file, const std::string& value) const;
    void enter(pid_t process) const;
    // Whoever writes "0" to it is in (version 1). Throws SetupFailure.
    [[nodiscard]] Descriptor open_tasks() const;
    // Leaves it as it is, for the next start to remove: this process could not leave it.
    void leave_behind();
    // Empty if it cannot be read.
    [[nodiscard]] std::string read(const std::string& file) const;

private:
    std::string path_;
    Descriptor lock_;
};

// Those below `parent` that nobody holds, or some of them where there are many: others another time.
void remove_left_overs(const std::string& parent);
// A file of the cgroup file system. Throws SetupFailure.
void write_cgroup_file(const std::string& file, const std::string& value);
// 0, or an errno.
[[nodiscard]] int try_cgroup_file(const std::string& file, const std::string& value);

}  // namespace ward::sandbox
