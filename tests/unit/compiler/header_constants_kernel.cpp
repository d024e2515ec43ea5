// The kernel's headers (linux-libc-dev). None of the C library's may be included here.
#include <linux/stddef.h>
#include <linux/version.h>

// Up to Linux 6.6 this macro has an empty structure, which has a size in C++; the numbers of ioctl
// requests are made of the sizes in C.
#undef __DECLARE_FLEX_ARRAY
#define __DECLARE_FLEX_ARRAY(TYPE, NAME) __extension__ TYPE NAME[0]

// A function of this header has a parameter with the name of a keyword of C++ (Debian's linux-libc-dev 6.1.192-3).
#if __has_include(<linux/ioprio.h>)
#define class its_class
#include <linux/ioprio.h>
#undef class
#endif

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
