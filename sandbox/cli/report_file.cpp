#include "sandbox/cli/report_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
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

// Where the folder takes no new file although the report itself may be written, nothing has been
// changed and false is returned.
bool write_beside_and_rename(const std::string& place, mode_t mode, std::string_view text) {
    const std::string beside = place + "." + std::to_string(getpid()) + ".new";
    const int descriptor = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0) return false;
    const bool written = print(descriptor, text) && fchmod(descriptor, mode) == 0;
    close(descriptor);
    if (written && std::rename(beside.c_str(), place.c_str()) == 0) return true;
    unlink(beside.c_str());
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

ReportFile::ReportFile(ReportFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), place_(std::move(other.place_)) {}

ReportFile::~ReportFile() {
    if (descriptor_ >= 0) close(descriptor_);
}

bool ReportFile::write(std::string_view text) {
    struct stat status {};
    if (fstat(descriptor_, &status) != 0) return false;
    if (!place_.empty() && write_beside_and_rename(place_, status.st_mode & 0777, text)) return true;
    return (place_.empty() || ftruncate(descriptor_, 0) == 0) && print(descriptor_, text);
}

}  // namespace ward::cli
