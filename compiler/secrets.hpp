// The well-known places of secrets. A list for warnings: what hides them is base.secrets.
#pragma once

#include <array>
#include <string_view>

namespace ward::compiler {

struct Secret {
    std::string_view path;  // `~/...` or absolute
    std::string_view what;
};

inline constexpr Secret secrets[] = {
#define WARD_SECRET(path, what) {path, what},
#include "compiler/secrets.inc"
#undef WARD_SECRET
};

}  // namespace ward::compiler
