// The file of `--report`: opened before anything runs, written when everything is over.
//
// The jailed program may be able to write the folder that it lies in, so a regular file is put in
// place whole, by a rename, after the jail is gone. It is never read.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "policy/diagnostic.hpp"

namespace ward::cli {

class ReportFile {
public:
    // Absent, with a diagnostic, if the file cannot be written.
    [[nodiscard]] static std::optional<ReportFile> open(const std::string& path, policy::Diagnostics& diagnostics);

    ReportFile(ReportFile&& other) noexcept;
    ReportFile& operator=(ReportFile&&) = delete;
    ReportFile(const ReportFile&) = delete;
    ReportFile& operator=(const ReportFile&) = delete;
    ~ReportFile();

    // False if it could not be written; errno says why.
    [[nodiscard]] bool write(std::string_view text);

private:
    ReportFile(int descriptor, std::string place) : descriptor_(descriptor), place_(std::move(place)) {}

    int descriptor_;
    std::string place_;  // the real path of a regular file; empty for a pipe or a device
};

}  // namespace ward::cli
