// The processors of a jail, as the kernel writes them in lists and masks. Pure.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "compiler/jail.hpp"

namespace ward::sandbox {

using ProcessorList = std::set<unsigned>;

// Those of the set that are in a list of the kernel's ("0-3,8", cpuset(7)).
[[nodiscard]] ProcessorList processors_of(const compiler::CpuSet& set, std::string_view list);

// "0,1,3"
[[nodiscard]] std::string text_of(const ProcessorList& processors);

// One bit for each, as sched_setaffinity(2) wants them: whole machine words.
[[nodiscard]] std::string mask_of(const ProcessorList& processors);

}  // namespace ward::sandbox
