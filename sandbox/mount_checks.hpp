// What the host's mounts allow of what a policy grants. A jail never adds a right to a mount.
#pragma once

#include "policy/diagnostic.hpp"
#include "sandbox/file_view.hpp"
#include "sandbox/host.hpp"
#include "sandbox/identity.hpp"

namespace ward::sandbox {

// True if a tree comes through an id-mapped mount: root's launcher, for what is written or what not
// everybody may read.
[[nodiscard]] bool needs_id_map(const ViewEntry& tree, const Identity& identity);

// Errors for `execute` on noexec mounts, `write` on read-only ones, and trees that cannot be id-mapped.
// A note for what the mode bits will refuse.
void check_mounts(const Host& host, const Identity& identity, FileView& view, policy::Diagnostics& diagnostics);

}  // namespace ward::sandbox
