// The host's folders that keep what overlays take in.
#pragma once

#include <vector>

#include "compiler/jail.hpp"
#include "policy/diagnostic.hpp"

namespace ward::compiler {

// An error for each folder that two overlays would share, or that the program could change by another
// way: overlayfs is undefined then (Documentation/filesystems/overlayfs.rst, "Changes to underlying filesystems").
void check_layers(const std::vector<FileRule>& rules, policy::Diagnostics& diagnostics);

}  // namespace ward::compiler
