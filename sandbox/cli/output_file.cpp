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
    const sandbox::Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (file && print(file.number(), text)) return EXIT_SUCCESS;
    policy::Diagnostics diagnostics;
    diagnostics
        .add(policy::slug::output_unwritable, std::nullopt,
             "`" + path + "` cannot be written: " + strerrordesc_np(errno))
        .help("name a file that you may write");
    show(diagnostics, policy::Sources());
    return failure_status;
}

}  // namespace ward::cli
