// The kernel's headers (linux-libc-dev). None of the C library's may be included here.
#include <linux/stddef.h>
#include <linux/version.h>

// Up to Linux 6.6 this macro has an empty structure, which has a size in C++; the numbers of ioctl
// requests are made of the sizes in C.
#undef __DECLARE_FLEX_ARRAY
#define __DECLARE_FLEX_ARRAY(TYPE, NAME) __extension__ TYPE NAME[0]

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 1, 0)
#define WARD_ENUMERATORS
#endif

#define WARD_KERNEL_HEADERS
#include "tests/unit/compiler/header_constants.inc"
#undef WARD_KERNEL_HEADERS

#include "tests/unit/compiler/header_constants.hpp"

namespace {
constexpr HeaderConstant seen[] = {
#define WARD_SEEN(name, value) {name, static_cast<long long>(value)},
#include "tests/unit/compiler/header_constants.inc"
};
}  // namespace

std::span<const HeaderConstant> kernel_header_constants() {
    return seen;
}
