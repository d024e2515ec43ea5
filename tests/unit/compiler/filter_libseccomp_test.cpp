// The same rules compiled by libseccomp: another program, the same answers. libseccomp decides numbers
// only here; what it makes of arguments is not compared.
#include <gtest/gtest.h>
#include <linux/audit.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <initializer_list>
#include <memory>

#include "compiler/syscall_table.hpp"
#include "tests/unit/compiler/bpf_interpreter.hpp"
#include "tests/unit/compiler/call_policies.hpp"
#include "tests/unit/compiler/model_oracle.hpp"

namespace ward::compiler {
namespace {

using Program = std::vector<sock_filter>;

std::uint32_t action_of(Response response) {
    if (response.kind == Response::Kind::allow) return SCMP_ACT_ALLOW;
    if (response.kind == Response::Kind::trap) return SCMP_ACT_TRAP;
    return response.kind == Response::Kind::refuse ? SCMP_ACT_ERRNO(response.error) : SCMP_ACT_KILL_PROCESS;
}

bool looks_at_arguments(const FilterModel& model, std::uint32_t number) {
    return model.decisions[model.calls[number]].kind != Decisions::Node::Kind::response;
}

Program exported(scmp_filter_ctx context) {
    const int file = memfd_create("filter", MFD_CLOEXEC);
    EXPECT_EQ(seccomp_export_bpf(context, file), 0);
    Program program(static_cast<std::size_t>(lseek(file, 0, SEEK_END)) / sizeof(sock_filter));
    const std::size_t size = program.size() * sizeof(sock_filter);
    EXPECT_EQ(pread(file, program.data(), size, 0), static_cast<ssize_t>(size));
    close(file);
    return program;
}

// `optimize`: 1 for libseccomp's chain of tests, 2 for its tree.
Program by_libseccomp(const FilterModel& model, std::uint32_t optimize) {
    const std::uint32_t otherwise = action_of(model.decisions[model.beyond].response);
    const std::unique_ptr<void, decltype(&seccomp_release)> context(seccomp_init(otherwise), seccomp_release);
    EXPECT_EQ(seccomp_attr_set(context.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS), 0);
    EXPECT_EQ(seccomp_attr_set(context.get(), SCMP_FLTATR_CTL_OPTIMIZE, optimize), 0);
    for (std::uint32_t number = 0; number < model.calls.size(); ++number) {
        if (looks_at_arguments(model, number)) continue;
        const std::uint32_t action = action_of(model.decisions[model.calls[number]].response);
        // libseccomp refuses a rule that equals its default.
        if (action == otherwise) continue;
        EXPECT_EQ(seccomp_rule_add_exact(context.get(), action, static_cast<int>(number), 0), 0) << number;
    }
    return exported(context.get());
}

void expect_same_answers(const FilterModel& model, const Program& ours, const Program& theirs) {
    std::size_t compared = 0;
    const auto compare = [&](std::uint32_t arch, std::uint32_t number) {
        seccomp_data data = test::native_call(number);
        data.arch = arch;
        EXPECT_EQ(test::interpret(ours, data), test::interpret(theirs, data)) << arch << " " << number;
        ++compared;
    };
    for (std::uint32_t number = 0; number < 1024; ++number)
        if (number >= model.calls.size() || !looks_at_arguments(model, number)) compare(AUDIT_ARCH_X86_64, number);
    for (const std::uint32_t number : {0x3fffffffu, 0x40000000u, 0x40000001u, 0x40000200u, 0x7fffffffu, 0x80000000u})
        compare(AUDIT_ARCH_X86_64, number);
    for (const auto arch : std::initializer_list<std::uint32_t>{AUDIT_ARCH_I386, AUDIT_ARCH_AARCH64, 0})
        compare(arch, 1);
    EXPECT_GT(compared, 1000u);
}

class AgainstLibseccomp : public testing::TestWithParam<const char*> {};

TEST_P(AgainstLibseccomp, TheSameAnswersForEveryNumber) {
    const auto model = test::lower(GetParam()).jail.filter;
    const Program ours = *emit(model, {1, false});
    for (const std::uint32_t optimize : {1u, 2u}) {
        const Program theirs = by_libseccomp(model, optimize);
        expect_same_answers(model, ours, theirs);
        EXPECT_LT(ours.size(), theirs.size()) << "and ours is shorter";
    }
}

INSTANTIATE_TEST_SUITE_P(
    Policies, AgainstLibseccomp,
    testing::Values("allow @system-service", "allow @known\nforbid @privileged",
                    "allow @basic-io, @default except execve\nrefuse with kill",
                    "allow @basic-io\nrefuse @file-system with ENOENT\nrefuse @network-io with trap",
                    "refuse with trap"));

}  // namespace
}  // namespace ward::compiler
