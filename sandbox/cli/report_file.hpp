// The file of `--report`: opened before anything runs, written when everything is over.
//
// The jailed program may be able to write the folder that it lies in, so a regular file is put in
// place whole, by a rename in the folder that was opened, after the jail is gone. It is never read.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "policy/diagnostic.hpp"
#include "sandbox/descriptor.hpp"

namespace ward::cli {

class ReportFile {
public:
    // Absent, with a diagnostic, if the file cannot be written.
    [[nodiscard]] static std::optional<ReportFile> open(const std::string& path, policy::Diagnostics& diagnostics);

    // False if it could not be written, or is not what its path leads to by then (ESTALE); errno says why.
    [[nodiscard]] bool write(std::string_view text);

private:
    ReportFile(int descriptor, std::string place);
    [[nodiscard]] bool replace(mode_t mode, std::string_view text);

    sandbox::Descriptor descriptor_;
    std::string place_;           // the real path of a regular file; empty for a pipe or a device
    sandbox::Descriptor folder_;  // of the place, as it was before the program ran
    std::string name_;            // in that folder
};

}  // namespace ward::cli
