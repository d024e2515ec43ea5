#include "sandbox/cli/report_file.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "sandbox/cli/console.hpp"

namespace ward::cli {
namespace {

bool is_same(const struct stat& one, const struct stat& other) {
    return one.st_ino == other.st_ino && one.st_dev == other.st_dev;
}

// What of a path is below the working folder, by whatever names it leads there; all of a path that does not.
std::string from_working_folder(const std::string& path) {
    struct stat own {};
    struct stat there {};
    if (stat(".", &own) != 0) return path;
    for (std::size_t end = path.rfind('/'); end != std::string::npos && end != 0; end = path.rfind('/', end - 1))
        if (stat(path.substr(0, end).c_str(), &there) == 0 && is_same(own, there)) {
            const std::size_t rest = path.find_first_not_of('/', end);
            return rest == std::string::npos ? path : path.substr(rest);
        }
    return path;
}

// On the way below the working folder no link is followed: a program that ran there before may have made it. Another
// folder is one that the caller has written out.
sandbox::Descriptor open_folder(const std::string& written) {
    const std::string path = from_working_folder(written);
    open_how how{};
    how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
    how.resolve = path.starts_with('/') ? 0 : RESOLVE_NO_SYMLINKS;
    const std::string folder = path.substr(0, path.rfind('/') + 1);
    return sandbox::Descriptor(
        static_cast<int>(syscall(SYS_openat2, AT_FDCWD, folder.empty() ? "." : folder.c_str(), &how, sizeof how)));
}

// `/dev/stderr` and `/dev/fd/3` are links, and nobody but root makes any there.
bool has_links_of_the_kernel(const sandbox::Descriptor& folder) {
    struct statfs system {};
    if (fstatfs(folder.number(), &system) == 0 && system.f_type == PROC_SUPER_MAGIC) return true;
    struct stat own {};
    struct stat devices {};
    return fstat(folder.number(), &own) == 0 && stat("/dev", &devices) == 0 && is_same(own, devices);
}

std::string kind_in_words(mode_t mode) {
    if (S_ISLNK(mode)) return "a symbolic link";
    if (S_ISDIR(mode)) return "a folder";
    if (S_ISFIFO(mode)) return "a pipe";
    return "no regular file";
}

std::string remedy_for(mode_t mode, const std::string& path) {
    if (S_ISDIR(mode)) return "name a file in it";
    if (S_ISFIFO(mode)) return "open it yourself: `--report /dev/fd/3 3>" + path + "`";
    return "remove it: `rm " + path + "`, or name another file";
}

// A name that nobody can have taken before. Empty, with errno, if there is none.
std::string name_beside(const std::string& name) {
    unsigned char bytes[8];
    if (getrandom(&bytes[0], sizeof bytes, 0) != sizeof bytes) return {};
    std::string result = "." + name + ".";
    for (const unsigned char byte : bytes) {
        result += "0123456789abcdef"[byte >> 4];
        result += "0123456789abcdef"[byte & 15];
    }
    return result;
}

}  // namespace

std::optional<ReportFile> ReportFile::open(const std::string& path, policy::Diagnostics& diagnostics) {
    ReportFile file(path);
    if (file.begin()) return file;
    if (file.reason_.empty()) (void)file.refuse(strerrordesc_np(errno), "name a file that you may write");
    diagnostics
        .add(policy::slug::report_unwritable, std::nullopt,
             "the report `" + path + "` cannot be written: " + file.reason_)
        .help(file.remedy_);
    return std::nullopt;
}

ReportFile::ReportFile(const std::string& path)
    : path_(path), name_(path.substr(path.rfind('/') + 1)), folder_(open_folder(path)) {}

bool ReportFile::refuse(std::string reason, std::string remedy) {
    reason_ = std::move(reason);
    remedy_ = std::move(remedy);
    return false;
}

bool ReportFile::begin() {
    if (!folder_ && errno == ELOOP)
        return refuse("a folder on the way to it is a symbolic link", "name the folder that the link leads to");
    if (!folder_) return false;
    struct stat old {};
    if (fstatat(folder_.number(), name_.c_str(), &old, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) != 0)
        return errno == ENOENT && replace("");
    const bool is_link = S_ISLNK(old.st_mode) && has_links_of_the_kernel(folder_);
    if (is_link || S_ISCHR(old.st_mode)) {
        const int flags = O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOCTTY | (is_link ? 0 : O_NOFOLLOW);
        stream_.reset(openat(folder_.number(), name_.c_str(), flags));
        return static_cast<bool>(stream_);
    }
    if (!S_ISREG(old.st_mode)) return refuse("it is " + kind_in_words(old.st_mode), remedy_for(old.st_mode, path_));
    mode_ = old.st_mode & 0777;
    return replace("");
}

bool ReportFile::replace(std::string_view text) {
    const std::string beside = name_beside(name_);
    if (beside.empty()) return false;
    const int folder = folder_.number();
    const sandbox::Descriptor file(
        openat(folder, beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666));
    if (!file) return false;
    const bool written = print(file.number(), text) && (!mode_ || fchmod(file.number(), *mode_) == 0);
    struct stat own {};
    struct stat named {};
    if (!written || fstat(file.number(), &own) != 0 || renameat(folder, beside.c_str(), folder, name_.c_str()) != 0) {
        const int error = errno;
        unlinkat(folder, beside.c_str(), 0);
        errno = error;
        return false;
    }
    // The program may have moved the folder away, and put another one or a link in its place.
    if (stat(path_.c_str(), &named) == 0 && is_same(own, named)) return true;
    errno = ESTALE;
    return false;
}

bool ReportFile::write(std::string_view text) {
    return stream_ ? print(stream_.number(), text) : replace(text);
}

}  // namespace ward::cli
