// Which disks of the host are behind the files of a jail. Pure, given a Host.
#pragma once

#include <string>
#include <vector>

#include "sandbox/file_view.hpp"
#include "sandbox/host.hpp"

namespace ward::sandbox {

struct Disks {
    std::vector<std::string> numbers;       // "254:0", sorted; never of a partition
    std::vector<const Mount*> unknown;      // granted, and on nobody knows which disk: network, overlay, btrfs
    std::vector<const Mount*> unaccounted;  // on a disk, but what is written later counts for nobody
};

// Everything that the view grants, submounts included.
[[nodiscard]] Disks find_disks(const FileView& view, const Host& host);

}  // namespace ward::sandbox
