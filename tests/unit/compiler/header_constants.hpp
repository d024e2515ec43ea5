// What the headers of this machine say that the constants are: the compiler's word, not the table's.
#pragma once

#include <span>

struct HeaderConstant {
    const char* name;
    long long value;
};

// Each side in a file of its own: the two sets of headers define the same things and do not mix.
std::span<const HeaderConstant> kernel_header_constants();
std::span<const HeaderConstant> c_library_constants();
