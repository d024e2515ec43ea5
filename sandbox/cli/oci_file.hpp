// Reads the seccomp profile of a container: JSON to compiler::OciProfile.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compiler/oci_profile.hpp"
#include "policy/diagnostic.hpp"
#include "policy/source.hpp"

namespace ward::cli {

// As policy::read_source(), in words about profiles.
[[nodiscard]] std::optional<policy::FileId> read_profile_text(const std::string& file, policy::Sources& sources,
                                                              policy::Diagnostics& diagnostics);

// Absent after an error. What is not understood is an error, since it could change what the rest means.
[[nodiscard]] std::optional<compiler::OciProfile> read_oci_profile(const std::string& file, std::string_view text,
                                                                   policy::Diagnostics& diagnostics);

}  // namespace ward::cli
