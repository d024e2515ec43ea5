#include "sandbox/cli/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "sandbox/cli/console.hpp"
#include "sandbox/cli/replace_file.hpp"
#include "sandbox/cli/subcommand.hpp"
#include "sandbox/descriptor.hpp"

namespace ward::cli {
namespace {

bool is_of_the_kernel(const std::string& path) {
    return path.starts_with("/dev/") || path.starts_with("/proc/");
}

bool write_through(const std::string& path, int flags, std::string_view text) {
    const sandbox::Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | flags, 0666));
    return file && print(file.number(), text);
}

// What is not written as a whole is not there.
bool write_new(const std::string& path, std::string_view text) {
    const sandbox::Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!file) return false;
    if (print(file.number(), text)) return true;
    const int error = errno;
    unlink(path.c_str());
    errno = error;
    return false;
}

// The folder is not the caller's, the file is another user's, or it is a mount: then there is only the file itself.
bool cannot_be_replaced(int error) {
    return error == EACCES || error == EPERM || error == EBUSY;
}

// A program that ran in this folder before may have left a link. Those of the kernel are nobody's.
bool write_whole(const std::string& path, std::string_view text) {
    if (is_of_the_kernel(path)) return write_through(path, O_CREAT | O_TRUNC, text);
    struct stat there {};
    if (lstat(path.c_str(), &there) != 0) return errno == ENOENT && write_new(path, text);
    if (!S_ISREG(there.st_mode)) return write_through(path, O_NOFOLLOW, text);
    // A file that the caller may not write is not replaced either.
    if (access(path.c_str(), W_OK) != 0) return false;
    return replace_file(path, there, text) ||
           (cannot_be_replaced(errno) && write_through(path, O_TRUNC | O_NOFOLLOW, text));
}

std::string remedy_for(int error, const std::string& path) {
    if (error == ENOSPC || error == EDQUOT) return "free space where it is to be, or name a file elsewhere";
    const std::size_t end = path.rfind('/');
    if (error == ENOENT && end != std::string::npos && end != 0)
        return "make the folder `" + path.substr(0, end) + "` first";
    return "name a file that you may write";
}

}  // namespace

int write_output(const std::string& path, std::string_view text) {
    if (path == "-") return answer(text);
    if (write_whole(path, text)) return EXIT_SUCCESS;
    const int error = errno;
    const std::string reason = error == ELOOP ? "it is a symbolic link" : strerrordesc_np(error);
    policy::Diagnostics diagnostics;
    diagnostics.add(policy::slug::output_unwritable, std::nullopt, "`" + path + "` cannot be written: " + reason)
        .help(remedy_for(error, path));
    show(diagnostics, policy::Sources());
    return failure_status;
}

}  // namespace ward::cli
