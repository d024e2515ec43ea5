// Only in the statically linked program: what runs between the kernel's start of it and main(). Takes the place of
// glibc's __libc_start_main and differs from that in two things. malloc(3) is told how much will be needed before the
// first piece is taken. And the processor is not asked about itself: glibc does that by some forty `cpuid`
// instructions, each of which a virtual machine hands to its host: four to eight microseconds, in all a tenth of a
// whole start of a jail, for string functions that are quicker on long strings. Without the answers glibc takes those
// for every x86-64 processor.
//
// It must do all else that a static program needs of what glibc 2.36 does there (csu/libc-start.c), in that order:
// above all, the stack guard and the pointer guard are taken from the kernel's random bytes. Left out, beside the
// processor: the list of loaded objects for debuggers, and what pthread_exit(3) of the main thread returns to. No
// shared library can be loaded (dlopen(3)): they would find the processor too old. It is for that version alone; where
// it does not compile, glibc's own start is linked (CMakeLists.txt).
#include <elf.h>
#include <features.h>
#include <link.h>
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "sandbox/cli/first_heap.hpp"

#if !defined(__x86_64__) || !defined(__GLIBC__) || __GLIBC__ != 2 || __GLIBC_MINOR__ != 36
#error "this start is for glibc 2.36 on x86-64"
#endif

// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): the names are the C library's
// NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables): and so are the variables
extern "C" {

using Function = void (*)(int, char**, char**);

extern char** __environ;
extern void* __libc_stack_end;
extern int __libc_enable_secure;
extern void* _dl_random;  // 16 bytes of the kernel's (AT_RANDOM)

void _dl_relocate_static_pie();
void _dl_aux_init(ElfW(auxv_t) *);
void __tunables_init(char**);
void __libc_setup_tls();
void __libc_early_init(bool);
void __libc_init_first(int, char**, char**);
void __libc_check_standard_fds();
int __cxa_atexit(void (*)(void*), void*, void*);
void _init();
void _fini();

extern const ElfW(Rela) __rela_iplt_start[];
extern const ElfW(Rela) __rela_iplt_end[];
extern const Function __preinit_array_start[];
extern const Function __preinit_array_end[];
extern const Function __init_array_start[];
extern const Function __init_array_end[];
extern const Function __fini_array_start[];
extern const Function __fini_array_end[];

// Sizes of caches, and from which lengths on the string functions copy in another way: what glibc begins with, and the
// last two as it makes them of that.
long __x86_data_cache_size = 32 << 10;
long __x86_data_cache_size_half = 16 << 10;
long __x86_shared_cache_size = 1 << 20;
long __x86_shared_cache_size_half = 512 << 10;
long __x86_shared_non_temporal_threshold = 768 << 10;
long __x86_rep_movsb_threshold = 2 << 10;
long __x86_rep_movsb_stop_threshold = 768 << 10;
long __x86_rep_stosb_threshold = 2 << 10;
int __x86_string_control = 0;

// The folder of the program, for libraries beside it that a program may load: this one loads none, and saves the look.
const char* _dl_get_origin() {
    return reinterpret_cast<const char*>(-1);  // NOLINT(performance-no-int-to-ptr): how glibc says "unknown"
}

// The first thread's own block, of some 3,500 bytes: from the program's own variables in place of a piece of heap,
// which takes two calls, and malloc(3) two more to go on behind it. Asked for once. A caller's tunables may make it
// larger (GLIBC_TUNABLES, glibc.rtld.optional_static_tls).
__attribute__((no_stack_protector)) void* _dl_early_allocate(std::size_t size) {
    alignas(64) static char block[8192];
    if (size <= sizeof block) return &block[0];
    void* const made = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return made == MAP_FAILED ? nullptr : made;
}

}  // extern "C"
// NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables)

namespace {

// Before the stack guard is there, no function may have one; clang knows this spelling of the attribute alone.
#define WARD_BEFORE_THE_GUARD __attribute__((no_stack_protector))

void call_all(const Function* begin, const Function* end, int count, char** words) {
    for (; begin != end; ++begin) (*begin)(count, words, __environ);
}

// Runs at exit(3).
void finish(void* /*nothing*/) {
    for (const Function* function = __fini_array_end; function != __fini_array_start;)
        reinterpret_cast<void (*)()> (*--function)();
    _fini();
}

// Functions of which there is one for each kind of processor: each says itself which one it is.
WARD_BEFORE_THE_GUARD void choose_functions() {
    for (const ElfW(Rela)* place = __rela_iplt_start; place != __rela_iplt_end; ++place) {
        if (ELF64_R_TYPE(place->r_info) != R_X86_64_IRELATIVE) __builtin_trap();
        // NOLINTBEGIN(performance-no-int-to-ptr): a relocation holds addresses
        const auto choose = reinterpret_cast<std::uintptr_t (*)()>(static_cast<std::uintptr_t>(place->r_addend));
        *reinterpret_cast<std::uintptr_t*>(place->r_offset) = choose();
        // NOLINTEND(performance-no-int-to-ptr)
    }
}

// Where compiled code and setjmp(3) look for them, in the thread's own block. The first byte of the stack guard is
// zero, so that no string runs over it.
WARD_BEFORE_THE_GUARD void set_guards() {
    std::uintptr_t random[2];
    std::memcpy(&random[0], _dl_random, sizeof random);  // at any address
    const std::uintptr_t stack_guard = random[0] & ~std::uintptr_t{0xff};
    asm volatile("mov %0, %%fs:0x28" : : "r"(stack_guard));
    asm volatile("mov %0, %%fs:0x30" : : "r"(random[1]));
}

}  // namespace

// Called by _start of crt1.o, with what the kernel has put on the stack.
extern "C" WARD_BEFORE_THE_GUARD int __libc_start_main(int (*main)(int, char**, char**), int count, char** words,
                                                       void (* /*of old programs*/)(), void (* /*so, too*/)(),
                                                       void (*finish_loader)(), void* stack_end) {
    __environ = words + count + 1;
    __libc_stack_end = stack_end;
    char** after_environment = __environ;
    while (*after_environment != nullptr) ++after_environment;
    _dl_aux_init(reinterpret_cast<ElfW(auxv_t)*>(after_environment + 1));
    __tunables_init(__environ);
    _dl_relocate_static_pie();
    choose_functions();
    __libc_setup_tls();
    set_guards();
    if (finish_loader != nullptr) __cxa_atexit(reinterpret_cast<void (*)(void*)>(finish_loader), nullptr, nullptr);
    __libc_early_init(true);
    ward::cli::take_heap_in_one_piece();
    __libc_init_first(count, words, __environ);
    __cxa_atexit(finish, nullptr, nullptr);
    if (__libc_enable_secure != 0) __libc_check_standard_fds();
    call_all(__preinit_array_start, __preinit_array_end, count, words);
    _init();
    call_all(__init_array_start, __init_array_end, count, words);
    std::exit(main(count, words, __environ));
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
