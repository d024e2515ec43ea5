#include "sandbox/cli/report_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

#include "sandbox/cli/console.hpp"

namespace ward::cli {
namespace {

// The path behind all symlinks if it is a regular file, else empty.
std::string regular_place(int descriptor, const std::string& path) {
    struct stat status {};
    if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return {};
    const std::unique_ptr<char, void (*)(void*)> real(realpath(path.c_str(), nullptr), &std::free);
    return real ? std::string(real.get()) : std::string();
}

// The path leads to this file. The program may have moved the folder away, or put another file or a link in its place.
bool is_found_at(const std::string& place, int descriptor) {
    struct stat named {};
    struct stat own {};
    if (stat(place.c_str(), &named) != 0 || fstat(descriptor, &own) != 0) return false;
    if (named.st_ino == own.st_ino && named.st_dev == own.st_dev) return true;
    errno = ESTALE;
    return false;
}

}  // namespace

std::optional<ReportFile> ReportFile::open(const std::string& path, policy::Diagnostics& diagnostics) {
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666);
    if (descriptor >= 0) return ReportFile(descriptor, regular_place(descriptor, path));
    diagnostics
        .add(policy::slug::report_unwritable, std::nullopt,
             "the report `" + path + "` cannot be written: " + strerrordesc_np(errno))
        .help("name a file that you may write");
    return std::nullopt;
}

ReportFile::ReportFile(int descriptor, std::string place) : descriptor_(descriptor), place_(std::move(place)) {
    if (place_.empty()) return;
    const std::size_t slash = place_.rfind('/');
    folder_.reset(::open(place_.substr(0, slash + 1).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    name_ = place_.substr(slash + 1);
}

// Where the folder takes no new file although the report itself may be written, nothing has been
// changed and false is returned.
bool ReportFile::replace(mode_t mode, std::string_view text) {
    const std::string beside = name_ + "." + std::to_string(getpid()) + ".new";
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
    sandbox::Descriptor file(openat(folder_.number(), beside.c_str(), flags, 0600));
    if (!file) return false;
    const bool written = print(file.number(), text) && fchmod(file.number(), mode) == 0;
    if (written && renameat(folder_.number(), beside.c_str(), folder_.number(), name_.c_str()) == 0) {
        descriptor_ = std::move(file);
        return true;
    }
    unlinkat(folder_.number(), beside.c_str(), 0);
    return false;
}

bool ReportFile::write(std::string_view text) {
    struct stat status {};
    if (fstat(descriptor_.number(), &status) != 0) return false;
    if (place_.empty()) return print(descriptor_.number(), text);
    const bool written = (folder_ && replace(status.st_mode & 0777, text)) ||
                         (ftruncate(descriptor_.number(), 0) == 0 && print(descriptor_.number(), text));
    return written && is_found_at(place_, descriptor_.number());
}

}  // namespace ward::cli
