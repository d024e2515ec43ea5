// The file of `--report`: made before anything runs, written when everything is over.
//
// A jailed program may be able to write the folder that it lies in: the one of this run, or one that ran there
// before. So what has the file's name is never opened and no link is followed. A new file takes the name by a rename
// in a folder that is held open, before the program runs and after the jail is gone.
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
    // Absent, with a diagnostic, if the file cannot be written. An old report is gone then.
    [[nodiscard]] static std::optional<ReportFile> open(const std::string& path, policy::Diagnostics& diagnostics);

    // False if it could not be written, or is not what its path leads to by then (ESTALE); errno says why.
    [[nodiscard]] bool write(std::string_view text);

private:
    explicit ReportFile(const std::string& path);
    // Makes the file, or opens what is no file. False with errno, or with `reason`.
    [[nodiscard]] bool begin();
    [[nodiscard]] bool replace(std::string_view text);
    [[nodiscard]] bool refuse(std::string reason, std::string remedy);

    std::string path_;
    std::string name_;             // in the folder
    sandbox::Descriptor folder_;   // as it was before the program ran
    sandbox::Descriptor stream_;   // in place of a file: a device, or a descriptor of the caller's
    std::optional<mode_t> mode_;   // of the old report
    std::string reason_, remedy_;  // why there is no report
};

}  // namespace ward::cli
