// Mistakes in `syscalls` sections: which are found, which are none. The texts are golden cases.
#include <gtest/gtest.h>

#include "tests/unit/compiler/call_policies.hpp"

namespace ward::compiler {
namespace {

struct Case {
    const char* name;
    std::vector<test::GivenPolicy> policies;
    std::vector<std::string> slugs;
};

class CallChecks : public testing::TestWithParam<Case> {};

TEST_P(CallChecks, FindsExactlyThese) {
    const auto lowered = test::lower(GetParam().policies);
    EXPECT_EQ(lowered.slugs(), GetParam().slugs) << lowered.text();
}

std::string case_name(const testing::TestParamInfo<Case>& given) {
    return given.param.name;
}

const std::string useless = "warning useless-allow";
const std::string twice = "warning duplicate-statement";
const std::string conflict = "error conflicting-responses";
const std::string never_refused = "error refuse-allowed";

INSTANTIATE_TEST_SUITE_P(
    Names, CallChecks,
    testing::Values(
        Case{"unknown_call", {{"allow raed"}}, {"error unknown-syscall"}},
        Case{"unknown_everywhere",
             {{"allow read except writ\nforbid ptrac\nrefuse opne with EPERM"}},
             {"error unknown-syscall", "error unknown-syscall", "error unknown-syscall"}},
        Case{"unknown_group", {{"allow @basicio"}}, {"error unknown-group"}},
        Case{"empty_group_name", {{"allow @"}}, {"error unknown-group"}},
        Case{"foreign", {{"allow mmap2, send"}}, {"error foreign-syscall", "error foreign-syscall"}},
        Case{"unknown_response", {{"refuse open with EPREM"}}, {"error unknown-response"}},
        Case{"errno_zero", {{"refuse open with 0"}}, {"error errno-out-of-range"}},
        Case{"errno_too_great", {{"refuse open with 4096"}}, {"error errno-out-of-range"}},
        Case{"errno_far_too_great", {{"refuse open with 99999999999999999999"}}, {"error errno-out-of-range"}},
        Case{"named_twice", {{"allow read, write, read"}}, {twice}},
        Case{"alias_twice", {{"allow stat, newstat"}}, {twice}},
        Case{"group_twice", {{"forbid @mount, @mount"}}, {twice}},
        Case{"refused_twice", {{"refuse open, open with ENOENT"}}, {twice}},
        Case{"in_two_statements_of_forbid", {{"forbid ptrace\nforbid ptrace, @debug"}}, {}}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Allows, CallChecks,
    testing::Values(Case{"covered_by_a_group", {{"allow read\nallow @basic-io"}}, {useless}},
                    Case{"covered_in_one_list", {{"allow @basic-io, read"}}, {useless}},
                    Case{"said_twice", {{"allow read\nallow read"}}, {useless}},
                    Case{"two_names_of_one_call", {{"allow umount\nallow umount2"}}, {useless}},
                    Case{"two_calls_on_another_abi", {{"abi native, i386\nallow umount\nallow umount2"}}, {}},
                    Case{"group_in_a_group", {{"allow @system-service, @signal"}}, {useless}},
                    Case{"not_covered_where_excepted", {{"allow @basic-io except read\nallow read"}}, {}},
                    Case{"covered_by_another_file", {{"allow read"}, {"allow @basic-io", 1}}, {}},
                    Case{"forbidden_in_the_same_file", {{"allow ptrace\nforbid @debug"}}, {useless}},
                    Case{"forbidden_by_a_used_policy", {{"allow ptrace"}, {"forbid ptrace", 1}}, {useless}},
                    Case{"forbidden_by_two_together", {{"allow @swap\nforbid swapon\nforbid swapoff"}}, {useless}},
                    Case{"forbidden_in_part", {{"allow @debug\nforbid ptrace"}}, {}},
                    Case{"a_using_policy_forbids", {{"forbid ptrace"}, {"allow ptrace", 1}}, {}},
                    Case{"except_of_nothing", {{"allow @basic-io except socket"}}, {"error useless-except"}},
                    Case{"except_of_nothing_in_a_list_with_a_repeat",
                         {{"allow read, read except socket"}},
                         {twice, "error useless-except"}},
                    Case{"except_of_everything", {{"allow read except read"}}, {"error nothing-left"}},
                    Case{"except_of_a_whole_group", {{"allow @swap, read except @swap"}}, {"error nothing-left"}},
                    Case{"except_beside_an_unknown_name", {{"allow raed except write"}}, {"error unknown-syscall"}},
                    Case{"io_uring", {{"allow io_uring_setup"}}, {"error io-uring-unfiltered"}},
                    Case{"io_uring_by_group", {{"allow @aio"}}, {}}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Refusals, CallChecks,
    testing::Values(
        Case{"allowed_here", {{"allow open\nrefuse open with ENOENT"}}, {never_refused}},
        Case{"allowed_by_a_used_policy", {{"refuse open with ENOENT"}, {"allow @file-system", 1}}, {never_refused}},
        Case{"allowed_by_the_using_policy", {{"allow open"}, {"refuse open with ENOENT", 1}}, {}},
        Case{"allowed_but_forbidden", {{"allow @file-system\nforbid mkdirat\nrefuse mkdirat with ENOENT"}}, {}},
        Case{"group_allowed", {{"allow @file-system\nrefuse @file-system with ENOENT"}}, {never_refused}},
        Case{"two_responses", {{"refuse open with ENOENT\nrefuse open with EACCES"}}, {conflict}},
        Case{"name_and_group", {{"refuse @file-system with ENOENT\nrefuse open with EACCES"}}, {conflict}},
        Case{"two_used_policies", {{"allow read"}, {"refuse open with 1", 1}, {"refuse open with 2", 1}}, {conflict}},
        Case{"at_different_distances", {{"allow read"}, {"refuse open with 1", 1}, {"refuse open with 2", 2}}, {}},
        Case{"settled_only_in_part",
             {{"refuse open with 3"}, {"refuse open, creat with 1", 1}, {"refuse open, creat with 2", 1}},
             {conflict}},
        Case{"two_responses_for_what_is_allowed",
             {{"allow open"}, {"refuse open with 1", 1}, {"refuse open with 2", 1}},
             {}},
        Case{"three_responses", {{"refuse open with 1\nrefuse open with 2\nrefuse open with 3"}}, {conflict}},
        Case{"two_defaults", {{"refuse with EACCES\nrefuse with kill"}}, {conflict}},
        Case{"two_defaults_settled", {{"refuse with 3"}, {"refuse with 1", 1}, {"refuse with 2", 1}}, {}}),
    case_name);

}  // namespace
}  // namespace ward::compiler
