// profiles/fuzz-hook.c, which is built into the program like the policies beside it.
#pragma once

#include <string_view>

namespace ward::cli {

extern const std::string_view fuzz_hook;

}  // namespace ward::cli
