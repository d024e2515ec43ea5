// The seccomp profile of a container (OCI runtime specification, and Docker's additions to it), and the
// filter that containers make of it.
//
// What a profile means is what libseccomp does with it when runc hands it over: comparisons look at all 64 bits
// of a register, a repeated argument is an "or", calls that no rule names have the default action. Only its
// table of calls does not count where ward's is newer: a name means the same whichever release is at hand.
// Reading the text is not done here.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/diff_meaning.hpp"

namespace ward::compiler {

struct OciProfile {
    struct Comparison {
        enum class Relation { equal, not_equal, less, at_most, greater, at_least, masked } relation{};
        std::uint8_t argument = 0;
        std::uint64_t value = 0;      // masked: the mask
        std::uint64_t value_two = 0;  // masked: what is left
    };
    // When a rule holds: `includes` or `excludes`.
    struct Circumstances {
        std::vector<std::string> capabilities;  // CAP_SYS_ADMIN
        std::vector<std::string> machines;      // amd64, arm64, x32 ...
        std::optional<std::pair<unsigned, unsigned>> kernel;
    };
    struct Rule {
        std::vector<std::string> names;
        std::uint32_t outcome = 0;  // SECCOMP_RET_*
        std::vector<Comparison> comparisons;
        Circumstances includes, excludes;
        std::string comment;
    };
    struct Architectures {
        std::string native;
        std::vector<std::string> others;
    };
    std::uint32_t default_outcome = 0;
    std::vector<Architectures> by_machine;                  // archMap
    std::optional<std::vector<std::string>> architectures;  // without archMap
    std::vector<Rule> rules;
};

// Where the container runs.
struct OciFacts {
    Abi machine = Abi::x86_64;
    std::set<std::string> capabilities;
    unsigned kernel_major = 0, kernel_minor = 0;
};

// What was done with a profile that its text does not say.
struct OciNotes {
    std::set<std::string> unknown_names;   // of no call that libseccomp or ward knows
    std::set<std::string> newer_names;     // that ward knows and libseccomp does not
    std::set<std::string> contradictions;  // calls with conditions that overlap and different actions
};

// Of a call of exactly this name, in ward's table.
[[nodiscard]] std::optional<std::uint32_t> number_of_name(Abi abi, const std::string& name);

// As includes and excludes have it: amd64. Empty: no machine of its own.
[[nodiscard]] std::string_view machine_name(Abi abi);

// The rules that hold under these circumstances.
[[nodiscard]] std::vector<const OciProfile::Rule*> rules_that_hold(const OciProfile& profile, const OciFacts& facts);
// The ABIs that the filter is for, native first.
[[nodiscard]] std::vector<Abi> abis_of(const OciProfile& profile, const OciFacts& facts);

// With contradictions, which libseccomp resolves in an order that it does not document, the meaning is
// none. May throw Diagram::TooLarge.
[[nodiscard]] FilterMeaning oci_meaning(const OciProfile& profile, const OciFacts& facts, Diagram& diagram,
                                        OciNotes& notes);

}  // namespace ward::compiler
