#include "sandbox/cli/replace_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "sandbox/cli/console.hpp"

namespace ward::cli {
namespace {

constexpr mode_t all_bits = 07777;

// The owner first: a change of it takes setuid and setgid bits away (chown(2)).
bool write_like(int descriptor, const struct stat& like, std::string_view text) {
    struct stat status {};
    if (fstat(descriptor, &status) != 0) return false;
    const bool same_owner = status.st_uid == like.st_uid && status.st_gid == like.st_gid;
    return (same_owner || fchown(descriptor, like.st_uid, like.st_gid) == 0) &&
           fchmod(descriptor, like.st_mode & all_bits) == 0 && print(descriptor, text) && fsync(descriptor) == 0;
}

}  // namespace

bool replace_file(const std::string& place, const struct stat& like, std::string_view text) {
    const std::string beside = place + "." + std::to_string(getpid()) + ".new";
    const int descriptor = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0) return false;
    const bool written = write_like(descriptor, like, text);
    const int error = errno;
    const bool closed = close(descriptor) == 0;
    if (written && closed && std::rename(beside.c_str(), place.c_str()) == 0) return true;
    const int last_error = written ? errno : error;
    unlink(beside.c_str());
    errno = last_error;
    return false;
}

}  // namespace ward::cli
