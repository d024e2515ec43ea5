#include "sandbox/id_range.hpp"

#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

namespace ward::sandbox {
namespace {

// A folder that others can write would let them hold locks, or put a file of theirs in.
bool is_private_folder(const std::string& folder) {
    struct stat status {};
    return lstat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == getauxval(AT_EUID) &&
           (status.st_mode & 077) == 0;
}

// A descriptor, or -1 with errno set.
int open_lock_file(const std::string& folder) {
    bool is_private = is_private_folder(folder);
    if (!is_private) {
        if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return -1;
        is_private = is_private_folder(folder);
    }
    if (!is_private) {
        errno = EPERM;
        return -1;
    }
    return open((folder + "/id-ranges").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

// An open file description lock (fcntl(2), Linux 3.15): it goes with the last descriptor, so a
// supervisor that dies frees its range, but not before its jail's init, which has inherited it.
bool lock_byte(int descriptor, std::uint32_t number) {
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = number;
    lock.l_len = 1;
    return fcntl(descriptor, F_OFD_SETLK, &lock) == 0;
}

}  // namespace

std::uint32_t OwnIdRange::any_number() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint32_t>(now.tv_nsec);
}

std::optional<OwnIdRange> OwnIdRange::take(policy::Diagnostics& diagnostics, const std::string& folder,
                                           std::uint32_t first) {
    const int descriptor = open_lock_file(folder);
    if (descriptor < 0) {
        diagnostics
            .add(policy::slug::no_id_range, std::nullopt,
                 "the list of id ranges in `" + folder + "` cannot be used: " + strerrordesc_np(errno))
            .help("make `" + folder + "` a folder of root's with mode 0700 on a writable file system");
        return std::nullopt;
    }
    for (std::uint32_t i = 0; i < ranges; ++i)
        if (lock_byte(descriptor, (first + i) % ranges)) return OwnIdRange(descriptor, (first + i) % ranges);
    close(descriptor);
    diagnostics.add(policy::slug::no_id_range, std::nullopt, "all " + std::to_string(ranges) + " id ranges are in use")
        .help("wait until a jail has ended");
    return std::nullopt;
}

OwnIdRange::OwnIdRange(OwnIdRange&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), number_(other.number_) {}

OwnIdRange& OwnIdRange::operator=(OwnIdRange&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(number_, other.number_);
    return *this;
}

OwnIdRange::~OwnIdRange() {
    if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace ward::sandbox
