#include "sandbox/cli/prefault.hpp"

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

// Of the linker, and of sandbox/start_order.ld; null where the program was linked without that script.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): the names are the linker's
extern "C" {
extern const char start_code_begin[] __attribute__((weak));
extern const char start_code_end[] __attribute__((weak));
extern const char start_constants_begin[] __attribute__((weak));
extern const char start_constants_end[] __attribute__((weak));
extern const char __init_array_end[] __attribute__((weak));
extern const char __data_start[] __attribute__((weak));
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

namespace ward::cli {
namespace {

// <linux/mman.h> of Linux 5.14: madvise(2).
constexpr int populate_read = 22;
constexpr int populate_write = 23;

// What the smallest start writes to, and a little less than that of most.
constexpr std::size_t heap_of_a_start = std::size_t{128} << 10;
constexpr std::size_t stack_of_a_start = std::size_t{24} << 10;

void populate(std::uintptr_t begin, std::uintptr_t end, int how) {
    constexpr std::uintptr_t page = 4096;
    begin = begin / page * page;
    if (begin == 0 || begin >= end) return;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): pages have numbers
    static_cast<void>(::madvise(reinterpret_cast<void*>(begin), end - begin, how));
}

std::uintptr_t address(const void* place) {
    return reinterpret_cast<std::uintptr_t>(place);
}

// What malloc(3) takes next: a piece at the end of what it has, and what lies behind that (M_TOP_PAD, set in main.cpp).
void populate_heap() {
    void* const piece = std::malloc(heap_of_a_start / 4 * 3);
    populate(address(piece), address(piece) + heap_of_a_start, populate_write);
    std::free(piece);
}

}  // namespace

void prefault() {
    const std::uintptr_t stack = address(__builtin_frame_address(0));
    populate_heap();
    populate(stack - stack_of_a_start, stack, populate_write);
    populate(address(start_code_begin), address(start_code_end), populate_read);
    populate(address(start_constants_begin), address(start_constants_end), populate_read);
    populate(address(__init_array_end), address(__data_start), populate_read);  // tables that hold pointers
}

}  // namespace ward::cli
