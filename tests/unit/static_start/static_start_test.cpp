// The start of the static program (sandbox/cli/static_start.cpp), which begins this one, too: what glibc's own would
// have made ready is there, and the processor is asked nothing.
#include <gtest/gtest.h>
#include <sys/auxv.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csetjmp>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

std::uintptr_t stack_guard() {
    std::uintptr_t guard = 0;
    asm("mov %%fs:0x28, %0" : "=r"(guard));
    return guard;
}

std::uintptr_t pointer_guard() {
    std::uintptr_t guard = 0;
    asm("mov %%fs:0x30, %0" : "=r"(guard));
    return guard;
}

int made_before_main = 0;
struct BeforeMain {
    BeforeMain() { made_before_main = 7; }
} const before_main;

thread_local int of_this_thread = 5;

TEST(StaticStart, GuardsAreTheKernelsRandomBytes) {
    std::uintptr_t random[2];
    std::memcpy(random, reinterpret_cast<const void*>(getauxval(AT_RANDOM)), sizeof random);
    EXPECT_EQ(stack_guard(), random[0] & ~std::uintptr_t{0xff});
    EXPECT_NE(stack_guard(), 0U);
    EXPECT_EQ(pointer_guard(), random[1]);
    EXPECT_NE(pointer_guard(), 0U);
    std::uintptr_t of_a_thread = 0;
    std::thread([&] { of_a_thread = stack_guard(); }).join();
    EXPECT_EQ(of_a_thread, stack_guard());
}

[[gnu::noinline]] void run_over(volatile char* place, std::size_t length) {
    for (std::size_t i = 0; i < length; ++i) place[i] = 1;
}

[[gnu::noinline]] void overrun() {
    char buffer[16];
    run_over(buffer, 64);
}

TEST(StaticStartDeathTest, AnOverrunOfTheStackIsNoticed) {
    EXPECT_EXIT(overrun(), testing::KilledBySignal(SIGABRT), "stack smashing detected");
}

TEST(StaticStart, WhatIsMadeBeforeMain) {
    EXPECT_EQ(made_before_main, 7);
    EXPECT_STREQ(std::getenv("WARD_STATIC_START"), "is begun");
    EXPECT_STREQ(program_invocation_short_name, "unit_static_start");
    EXPECT_EQ(getauxval(AT_PAGESZ), static_cast<unsigned long>(sysconf(_SC_PAGESIZE)));
    EXPECT_GT(sysconf(_SC_MINSIGSTKSZ), 1024);
}

TEST(StaticStart, ThreadsHaveTheirOwnVariables) {
    int of_another = 0;
    of_this_thread = 6;
    std::thread([&] { of_another = of_this_thread; }).join();
    EXPECT_EQ(of_another, 5);
    EXPECT_EQ(of_this_thread, 6);
}

TEST(StaticStart, ExceptionsAndJumps) {
    EXPECT_THROW(throw std::runtime_error("through a frame"), std::runtime_error);
    static std::jmp_buf place;
    static volatile int comes = 0;
    if (setjmp(place) < 3) {
        comes = comes + 1;
        std::longjmp(place, comes);
    }
    EXPECT_EQ(comes, 3);
}

TEST(StaticStart, NumbersAreWrittenAndRead) {
    std::ostringstream text;
    text << 1.5 << ' ' << 1234567 << ' ' << std::hex << 255;
    EXPECT_EQ(text.str(), "1.5 1234567 ff");
    EXPECT_DOUBLE_EQ(std::strtod("2.25e3", nullptr), 2250);
}

TEST(StaticStartDeathTest, ExitRunsWhatWasRegistered) {
    const auto leave = [] {
        std::atexit([] { static_cast<void>(!write(STDERR_FILENO, "last words", 10)); });
        std::exit(3);
    };
    EXPECT_EXIT(leave(), testing::ExitedWithCode(3), "last words");
}

// Lengths on both sides of each at which glibc's functions go on in another way.
std::vector<std::size_t> lengths() {
    std::vector<std::size_t> all(600);
    std::iota(all.begin(), all.end(), std::size_t{0});
    for (const std::size_t power : {10U, 11U, 12U, 13U, 14U, 15U, 16U, 18U, 19U, 20U, 21U, 22U, 23U, 24U})
        for (const std::size_t near : {0U, 1U, 15U, 16U, 17U, 63U, 64U, 65U})
            for (const std::size_t base : {std::size_t{1} << power, std::size_t{3} << (power - 2)}) {
                all.push_back(base - near);
                all.push_back(base + near);
            }
    return all;
}

std::string pattern(std::size_t length) {
    std::string text(length, '\0');
    std::uint32_t state = 1;
    for (char& byte : text) byte = static_cast<char>((state = state * 1664525U + 1013904223U) >> 24U | 1U);
    return text;
}

class Lengths : public testing::Test {
protected:
    static constexpr std::size_t longest = (std::size_t{1} << 24) + 65;
    static constexpr std::size_t margin = 4096;
    const std::string source = pattern(longest + 2 * margin);

    // Is `moved` what `move` has to leave: its `length` bytes from `from` at `to`, and all else as it was?
    static void expect(const std::string& before, const std::string& moved, std::size_t from, std::size_t to,
                       std::size_t length) {
        const bool same = before.compare(0, to, moved, 0, to) == 0 &&
                          before.compare(from, length, moved, to, length) == 0 &&
                          before.compare(to + length, margin, moved, to + length, margin) == 0;
        EXPECT_TRUE(same) << length << " bytes from " << from << " to " << to;
    }
};

TEST_F(Lengths, Copied) {
    std::string target = pattern(source.size());
    for (const std::size_t length : lengths()) {
        std::memset(target.data(), 0x5a, length + 2 * margin);
        std::memcpy(target.data() + 3, source.data() + 1, length);
        ASSERT_EQ(target.compare(3, length, source, 1, length), 0) << length;
        ASSERT_EQ(target[2], 0x5a) << length;
        ASSERT_EQ(target[3 + length], 0x5a) << length;
    }
}

TEST_F(Lengths, MovedOverThemselves) {
    std::string text = source;
    for (const std::size_t length : lengths())
        for (const auto& [from, to] : {std::pair<std::size_t, std::size_t>{100, 107}, {107, 100}, {100, 1100}}) {
            std::memmove(text.data() + to, text.data() + from, length);
            expect(source, text, from, to, length);
            std::memcpy(text.data(), source.data(), length + 2 * margin);
        }
}

TEST_F(Lengths, FilledAndSearched) {
    std::string text = source;
    for (const std::size_t length : lengths()) {
        std::memset(text.data() + 1, 'x', length);
        ASSERT_EQ(text.find_first_not_of('x', 1), length + 1) << length;
        text[length + 1] = '\0';
        ASSERT_EQ(std::strlen(text.c_str() + 1), length);
        ASSERT_EQ(std::memchr(text.data() + 1, '\0', length + margin), text.data() + 1 + length);
        std::memcpy(text.data(), source.data(), length + 2);
    }
}

struct Steps {
    int all = 0;
    int cpuid = 0;
};

// Executes a program instruction by instruction, to its end.
Steps step_through(const std::vector<const char*>& words) {
    const pid_t child = fork();
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
        close(STDOUT_FILENO);
        execv(words[0], const_cast<char* const*>(words.data()));
        _exit(127);
    }
    Steps steps;
    int status = 0;
    while (waitpid(child, &status, 0) == child && WIFSTOPPED(status)) {
        user_regs_struct registers{};
        ptrace(PTRACE_GETREGS, child, nullptr, &registers);
        const long code = ptrace(PTRACE_PEEKTEXT, child, registers.rip, nullptr);
        ++steps.all;
        if ((code & 0xffff) == 0xa20f) ++steps.cpuid;
        ptrace(PTRACE_SINGLESTEP, child, nullptr, nullptr);
    }
    return steps;
}

TEST(StaticStart, TheProcessorIsAskedNothing) {
    const Steps steps = step_through({WARD_BINARY, "--version", nullptr});
    EXPECT_GT(steps.all, 1000);
    EXPECT_EQ(steps.cpuid, 0) << "in " << steps.all << " instructions";
    EXPECT_GT(step_through({"/bin/true", nullptr}).cpuid, 0) << "what is looked for is not seen where it is";
}

// What a caller's tunables add to the first thread's block may be more than is kept for it.
TEST(StaticStart, ALargeBlockOfTheFirstThread) {
    for (const char* bytes : {"0", "5000", "16384", "1000000"}) {
        const std::string command = std::string("GLIBC_TUNABLES=glibc.rtld.optional_static_tls=") + bytes + ' ' +
                                    WARD_BINARY + " --version >/dev/null";
        EXPECT_EQ(std::system(command.c_str()), 0) << bytes;
    }
}

}  // namespace
