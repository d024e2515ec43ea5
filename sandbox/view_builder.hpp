// From the places of rules to a FileView: which rule decides where, and what must be mounted for it.
// Internal to file_view.cpp; the way in is view_files().
#pragma once

#include "policy/diagnostic.hpp"
#include "sandbox/file_view.hpp"
#include "sandbox/rule_places.hpp"

namespace ward::sandbox {

// The most specific path decides; at one path `hide` beats grants, which add up; a `protect` takes
// the right to write from its path and everything below.
[[nodiscard]] FileView build_view(const RulePlaces& places, Walker& walker, policy::Diagnostics& diagnostics);

// Makes the links of a walk that the view shows the end of, unless they come with a tree.
void add_links_to(const Walk& walk, const Walker& walker, FileView& view);

}  // namespace ward::sandbox
