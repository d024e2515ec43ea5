#include "sandbox/cli/prefault.hpp"

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace ward::cli {
namespace {

constexpr int populate_write = 23;  // MADV_POPULATE_WRITE of <linux/mman.h>, Linux 5.14: madvise(2)

// What the smallest start writes to, and a little less than that of most.
constexpr std::size_t heap_of_a_start = std::size_t{128} << 10;
constexpr std::size_t stack_of_a_start = std::size_t{24} << 10;

void populate(std::uintptr_t begin, std::size_t size) {
    constexpr std::uintptr_t page = 4096;
    const std::uintptr_t first = begin / page * page;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): pages have numbers
    static_cast<void>(::madvise(reinterpret_cast<void*>(first), begin + size - first, populate_write));
}

std::uintptr_t address(const void* place) {
    return reinterpret_cast<std::uintptr_t>(place);
}

}  // namespace

void prefault() {
    populate(address(__builtin_frame_address(0)) - stack_of_a_start, stack_of_a_start);
    // What malloc(3) takes next: a piece at the end of what it has, and what lies behind that (first_heap.hpp).
    void* const piece = std::malloc(heap_of_a_start / 4 * 3);
    if (piece != nullptr) populate(address(piece), heap_of_a_start);
    std::free(piece);
}

}  // namespace ward::cli
