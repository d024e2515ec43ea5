#include "sandbox/cli/output_file.hpp"

#include <fcntl.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "sandbox/cli/console.hpp"
#include "sandbox/cli/subcommand.hpp"
#include "sandbox/descriptor.hpp"

namespace ward::cli {

int write_output(const std::string& path, std::string_view text) {
    // A program that ran in this folder before may have left a link. Those of the kernel are nobody's.
    const int follow = path.starts_with("/dev/") || path.starts_with("/proc/") ? 0 : O_NOFOLLOW;
    const sandbox::Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | follow, 0666));
    if (file && print(file.number(), text)) return EXIT_SUCCESS;
    const std::string reason = errno == ELOOP ? "it is a symbolic link" : strerrordesc_np(errno);
    policy::Diagnostics diagnostics;
    diagnostics.add(policy::slug::output_unwritable, std::nullopt, "`" + path + "` cannot be written: " + reason)
        .help("name a file that you may write");
    show(diagnostics, policy::Sources());
    return failure_status;
}

}  // namespace ward::cli
