// Mistakes in conditions, groups and ABIs of `syscalls` sections: which are found, which are none. The
// texts are golden cases.
#include <gtest/gtest.h>

#include "tests/unit/compiler/call_policies.hpp"

namespace ward::compiler {
namespace {

struct Case {
    const char* name;
    std::vector<test::GivenPolicy> policies;
    std::vector<std::string> slugs;
};

class ConditionErrors : public testing::TestWithParam<Case> {};

TEST_P(ConditionErrors, FindsExactlyThese) {
    const auto lowered = test::lower(GetParam().policies);
    EXPECT_EQ(lowered.slugs(), GetParam().slugs) << lowered.text();
}

std::string case_name(const testing::TestParamInfo<Case>& given) {
    return given.param.name;
}

using Slugs = std::vector<std::string>;
const Slugs none{};
const Slugs misfit{"error value-does-not-fit"};
const Slugs senseless{"error senseless-relation"};
const Slugs never{"error condition-never-true"};
const Slugs always{"error condition-always-true"};
const Slugs useless{"warning useless-allow"};

INSTANTIATE_TEST_SUITE_P(
    Arguments, ConditionErrors,
    testing::Values(
        Case{"by_the_kernels_name", {{"allow socket if family == AF_UNIX"}}, none},
        Case{"by_the_manuals_name", {{"allow socket if domain == AF_UNIX"}}, none},
        Case{"by_position", {{"allow socket(d, t) if d == AF_UNIX and t has SOCK_STREAM"}}, none},
        Case{"not_there", {{"allow socket if domian == AF_UNIX"}}, {"error unknown-argument"}},
        Case{"of_a_call_without_any", {{"allow getpid if pid == 1"}}, {"error unknown-argument"}},
        Case{"not_in_the_parentheses", {{"allow socket(domain) if type has SOCK_STREAM"}}, {"error unknown-argument"}},
        Case{"unnamed", {{"allow socket(_) if _ == 1"}}, {"error unknown-argument"}},
        Case{"in_one_of_the_calls", {{"allow dup3, close if flags == O_CLOEXEC"}}, {"error unknown-argument"}},
        Case{"too_many", {{"allow close(fd, flags) if fd == 1"}}, {"error too-many-arguments"}},
        Case{"twice", {{"allow socket(a, a) if a == AF_UNIX"}}, {"error duplicate-argument"}},
        Case{"swapped",
             {{"allow socket(type, domain) if domain == AF_UNIX"}},
             {"error misplaced-argument", "error misplaced-argument"}},
        Case{"without_a_condition", {{"allow socket(domain)"}}, {"error arguments-without-if"}},
        Case{"of_a_group", {{"allow @network-io if domain == AF_UNIX"}}, {"error condition-on-group"}},
        Case{"in_two_parts",
             {{"allow socket if domian == AF_UNIX or tpye has SOCK_STREAM"}},
             {"error unknown-argument", "error unknown-argument"}}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Values, ConditionErrors,
    testing::Values(Case{"unknown_constant", {{"allow socket if domain == AF_UNXI"}}, {"error unknown-constant"}},
                    Case{"lower_case_constant", {{"allow socket if domain == af_unix"}}, {"error unknown-constant"}},
                    Case{"wrong_constant", {{"allow socket if domain == SOCK_STREAM"}}, {"error wrong-constant"}},
                    Case{"constant_for_a_number", {{"allow read if count == O_CREAT"}}, {"error wrong-constant"}},
                    Case{"no_number", {{"allow read if count == 12K"}}, {"error bad-value"}},
                    Case{"no_octal_number", {{"allow fchmod if mode == 0789"}}, {"error bad-value"}},
                    Case{"mode_of_17_bits", {{"allow fchmod if mode == 0x10000"}}, misfit},
                    Case{"int_of_33_bits", {{"allow ioctl if request == 0x100005412"}}, misfit},
                    Case{"number_of_65_bits", {{"allow read if count == 99999999999999999999"}}, misfit},
                    Case{"minus_one_without_a_sign", {{"allow read if count != -1"}}, misfit},
                    Case{"minus_one_as_the_manual_says", {{"allow setuid if uid != -1"}}, none},
                    Case{"minus_two_without_a_sign", {{"allow setuid if uid != -2"}}, misfit},
                    Case{"minus_one_in_an_order", {{"allow setuid if uid > -1"}}, misfit},
                    Case{"bits_of_minus_one", {{"allow setuid if uid != 0xffffffff"}}, none},
                    Case{"bits_of_a_signed_one", {{"allow close if fd == 0xffffffff"}}, none},
                    Case{"great_for_a_signed_one", {{"allow openat if dirfd == 4294967196"}}, misfit},
                    Case{"least_of_a_signed_one", {{"allow kill if pid == -2147483648"}}, none},
                    Case{"less_than_the_least", {{"allow kill if pid == -2147483649"}}, misfit},
                    Case{"bits_in_an_order", {{"allow kill if pid < 0xffffffff"}}, misfit},
                    Case{"two_families", {{"allow socket if domain == AF_UNIX|AF_INET"}}, {"error exclusive-values"}},
                    Case{
                        "two_types", {{"allow socket if type has SOCK_STREAM|SOCK_DGRAM"}}, {"error exclusive-values"}},
                    Case{"three_directions", {{"allow open if flags == O_WRONLY|O_RDWR"}}, {"error exclusive-values"}},
                    Case{"of_another_abi", {{"allow mmap if flags has MAP_NOSUCH"}}, {"error unknown-constant"}}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Relations, ConditionErrors,
    testing::Values(Case{"pointer", {{"allow open if filename == 0"}}, {"error pointer-compared"}},
                    Case{"bits_of_a_size", {{"allow read if count has 1"}}, senseless},
                    Case{"bits_of_a_family", {{"allow socket if domain has AF_UNIX"}}, senseless},
                    Case{"order_of_flags", {{"allow open if flags < O_CREAT"}}, senseless},
                    Case{"order_of_families", {{"allow socket if domain >= AF_UNIX"}}, senseless},
                    Case{"mask_of_a_family", {{"allow socket if domain & 1 == 1"}}, senseless},
                    Case{"mask_and_has", {{"allow open if flags & O_ACCMODE has O_RDWR"}}, senseless},
                    Case{"mask_and_order", {{"allow read if count & 7 < 3"}}, senseless},
                    Case{"mask_of_a_size", {{"allow read if count & 4095 == 0"}}, none},
                    Case{"mask_of_a_request", {{"allow ioctl if request & 0xff00 == 0x5400"}}, none},
                    Case{"less_than_nothing", {{"allow read if count < 0"}}, never},
                    Case{"at_least_nothing", {{"allow read if count >= 0"}}, always},
                    Case{"at_most_all", {{"allow setuid if uid <= 4294967295"}}, always},
                    Case{"has_nothing", {{"allow mmap if prot has PROT_NONE"}}, always},
                    Case{"lacks_nothing", {{"allow mmap if prot lacks PROT_NONE"}}, never},
                    Case{"outside_of_the_mask", {{"allow open if flags & O_ACCMODE == O_CREAT"}}, never},
                    Case{"both_families", {{"allow socket if domain == AF_UNIX and domain == AF_INET"}}, never},
                    Case{"either_is_not", {{"forbid socket if domain != AF_UNIX or domain != AF_INET"}}, always},
                    Case{"empty_range", {{"allow read if count < 10 and count > 20"}}, never},
                    Case{"whole_range", {{"allow read if count < 20 or count > 10"}}, always},
                    Case{"has_and_lacks", {{"forbid open if flags has O_SYNC and flags lacks O_DSYNC"}}, never},
                    Case{"no_such_sign", {{"forbid kill if pid > 5 and not pid >= 0"}}, never}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Useless, ConditionErrors,
    testing::Values(
        Case{"by_the_call", {{"allow socket\nallow socket if domain == AF_UNIX"}}, useless},
        Case{"by_a_group", {{"allow @network-io\nallow socket if domain == AF_UNIX"}}, useless},
        Case{"by_another_file", {{"allow socket if domain == AF_UNIX"}, {"allow @network-io", 1}}, useless},
        Case{"said_twice", {{"allow socket if domain == AF_UNIX\nallow socket if family == AF_UNIX"}}, useless},
        Case{"narrower",
             {{"allow socket if domain == AF_UNIX and type has SOCK_STREAM\n"
               "allow socket if domain == AF_UNIX"}},
             useless},
        Case{"by_two_together",
             {{"allow read if count < 10\nallow read if count >= 10 and count < 30\n"
               "allow read if count > 4 and count < 20"}},
             useless},
        Case{"overlapping", {{"allow read if count < 10\nallow read if count > 5"}}, none},
        Case{
            "in_another_file", {{"allow socket if domain == AF_UNIX"}, {"allow socket if domain == AF_UNIX", 1}}, none},
        Case{"forbidden", {{"allow socket if domain == AF_UNIX\nforbid socket"}}, useless},
        Case{"forbidden_by_a_condition",
             {{"allow socket if domain == AF_UNIX and type has SOCK_STREAM\nforbid socket if domain == AF_UNIX"}},
             useless},
        Case{"forbidden_by_two",
             {{"allow read if count > 4 and count < 20\nforbid read if count < 10\nforbid read if count >= 10"}},
             useless},
        Case{"partly_forbidden", {{"allow socket if domain == AF_UNIX\nforbid socket if type has SOCK_RAW"}}, none},
        Case{"forbidden_by_a_nearer_policy",
             {{"forbid socket if domain == AF_UNIX"}, {"allow socket if domain == AF_UNIX", 1}},
             none},
        Case{"never_allowed", {{"forbid socket if domain == AF_UNIX"}}, none},
        Case{"refused_where_it_is_not_allowed",
             {{"allow socket if domain == AF_UNIX\nrefuse socket with EACCES"}},
             none}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Groups, ConditionErrors,
    testing::Values(
        Case{"own", {{"allow @mine", 0, "", "group @mine { read, write }"}}, none},
        Case{"of_a_used_policy", {{"allow @theirs"}, {"forbid reboot", 1, "", "group @theirs { read }"}}, none},
        Case{"of_the_using_policy", {{"allow @mine", 0, "", "group @mine { read }"}, {"forbid @mine", 1}}, useless},
        Case{"unused", {{"allow read", 0, "", "group @mine { write }"}}, {"warning unused-group"}},
        Case{"unused_of_a_used_policy", {{"allow read"}, {"forbid reboot", 1, "", "group @theirs { read }"}}, none},
        Case{"used_by_a_group",
             {{"allow @outer", 0, "", "group @inner { read }\ngroup @outer { @inner, write }"}},
             none},
        Case{"holds_itself", {{"allow @a", 0, "", "group @a { read, @a }"}}, {"error group-cycle"}},
        Case{"holds_itself_through_another",
             {{"allow @a", 0, "", "group @a { read, @b }\ngroup @b { write, @a }"}},
             {"error group-cycle"}},
        Case{"name_of_a_built_in_one", {{"allow @mount", 0, "", "group @mount { read }"}}, {"error group-name-taken"}},
        Case{"two_of_one_name",
             {{"allow @a", 0, "", "group @a { read }\ngroup @a { write }"}},
             {"error duplicate-name"}},
        Case{"two_at_one_distance",
             {{"allow @a"},
              {"forbid reboot", 1, "", "group @a { read }"},
              {"forbid reboot", 1, "", "group @a { write }"}},
             {"error conflicting-values"}},
        Case{"the_same_at_one_distance",
             {{"allow @a"},
              {"forbid reboot", 1, "", "group @a { read }"},
              {"forbid reboot", 1, "", "group @a { read }"}},
             none},
        Case{"unknown_member", {{"allow @a", 0, "", "group @a { raed }"}}, {"error unknown-syscall"}},
        Case{"except_of_what_is_not_there",
             {{"allow @a", 0, "", "group @a { @basic-io except socket }"}},
             {"error useless-except"}},
        Case{"misspelt",
             {{"allow @mnie", 0, "", "group @mine { read }"}},
             {"warning unused-group", "error unknown-group"}}),
    case_name);

INSTANTIATE_TEST_SUITE_P(
    Abis, ConditionErrors,
    testing::Values(
        Case{"native", {{"abi native\nallow read"}}, none},
        Case{"unknown", {{"abi native, i368\nallow read"}}, {"error unknown-abi"}},
        Case{"named_twice", {{"abi native, native\nallow read"}}, {"warning duplicate-statement"}},
        Case{"without_the_native_one", {{"abi i386\nallow read"}}, {"error machine-mismatch"}},
        Case{"of_another_machine_too", {{"abi x86_64, aarch64\nallow read"}}, none},
        Case{"call_of_a_listed_one", {{"abi native, i386\nallow mmap2"}}, none},
        Case{"call_of_none", {{"abi native, i386\nallow mmap3"}}, {"error unknown-syscall"}},
        Case{"call_of_other_machines", {{"abi native, i386\nallow riscv_flush_icache"}}, {"error foreign-syscall"}},
        Case{"one_mistake_once",
             {{"abi native, i386, x32\nallow socket if domain == SOCK_STREAM"}},
             {"error wrong-constant"}},
        Case{"too_great_for_one", {{"abi native, i386\nallow read if count < 0x100000000"}}, misfit},
        Case{"constant_of_one_alone", {{"abi native, i386\nallow arch_prctl if option == ARCH_SHSTK_STATUS"}}, none}),
    case_name);

}  // namespace
}  // namespace ward::compiler
