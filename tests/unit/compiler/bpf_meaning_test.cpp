#include "compiler/bpf_meaning.hpp"

#include <gtest/gtest.h>
#include <linux/seccomp.h>
#include <pthread.h>

#include <cstddef>
#include <set>

namespace ward::compiler {
namespace {

using Program = std::vector<sock_filter>;

constexpr std::uint32_t number = offsetof(seccomp_data, nr);
constexpr std::uint32_t argument_0 = offsetof(seccomp_data, args);

// All others are refused, whatever they do in the kernel or in a later one.
TEST(BpfMeaning, FollowsTheseOpcodesAlone) {
    const std::set<unsigned> followed = {
        BPF_LD | BPF_W | BPF_ABS,   BPF_LD | BPF_IMM,          BPF_ALU | BPF_AND | BPF_K, BPF_ALU | BPF_AND | BPF_X,
        BPF_ALU | BPF_OR | BPF_K,   BPF_ALU | BPF_OR | BPF_X,  BPF_ALU | BPF_XOR | BPF_K, BPF_ALU | BPF_XOR | BPF_X,
        BPF_JMP | BPF_JA,           BPF_JMP | BPF_JEQ | BPF_K, BPF_JMP | BPF_JGE | BPF_K, BPF_JMP | BPF_JGT | BPF_K,
        BPF_JMP | BPF_JSET | BPF_K, BPF_RET | BPF_K,           BPF_MISC | BPF_TAX,        BPF_MISC | BPF_TXA};
    for (unsigned code = 0; code <= 0xffff; ++code) {
        const bool is_load = code == (BPF_LD | BPF_W | BPF_ABS);
        const bool is_jump = code == (BPF_JMP | BPF_JA);
        const Program program{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, argument_0),
                              {static_cast<std::uint16_t>(code), 0, 0,
                               is_load   ? argument_0
                               : is_jump ? 0U
                                         : 3U},
                              BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
        Diagram diagram;
        const BpfMeaning meaning = meaning_of(program, diagram);
        EXPECT_EQ(meaning.refusal.empty(), followed.contains(code)) << code << ' ' << meaning.refusal;
    }
}

// As long as the kernel takes, with a test in each instruction.
Program chain_of_tests(std::uint32_t word) {
    Program program{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, word)};
    while (program.size() < BPF_MAXINSNS - 2) {
        const auto value = static_cast<std::uint32_t>(program.size()) % 50 + 1;
        program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 0));
    }
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    return program;
}

void* follow(void* refusal) {
    for (const std::uint32_t word : {number, argument_0}) {
        Diagram diagram;
        *static_cast<std::string*>(refusal) += meaning_of(chain_of_tests(word), diagram).refusal;
    }
    return nullptr;
}

TEST(BpfMeaning, ALongProgramNeedsNoMoreStackThanAShortOne) {
    constexpr std::size_t stack = std::size_t{96} << 10;  // more than sanitizers need for the rest
    pthread_attr_t attributes;
    ASSERT_EQ(pthread_attr_init(&attributes), 0);
    ASSERT_EQ(pthread_attr_setstacksize(&attributes, stack), 0);
    pthread_t thread = 0;
    std::string refusal;
    ASSERT_EQ(pthread_create(&thread, &attributes, follow, &refusal), 0);
    pthread_join(thread, nullptr);
    pthread_attr_destroy(&attributes);
    EXPECT_EQ(refusal, "");
}

}  // namespace
}  // namespace ward::compiler
