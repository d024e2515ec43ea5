// How malloc(3) takes memory from the kernel: what a start of a jail needs, in one piece.
#pragma once

#include <malloc.h>

namespace ward::cli {

// Nothing is given back in between, only to be taken again. A supervisor whose program stays gives it back then. To be
// called before the first piece is taken, or at least early.
inline void take_heap_in_one_piece() {
    constexpr int whole_start = 512 << 10;
    ::mallopt(M_TOP_PAD, whole_start);
    ::mallopt(M_TRIM_THRESHOLD, 16 * whole_start);
}

}  // namespace ward::cli
