// The seccomp profile of a container as the text of a policy.
//
// Capabilities become parameters (`CAP_SYS_ADMIN`: the flag `sys_admin`) and `when` blocks; the machine is the
// caller's. What the language cannot say is a fault, never left out; whether the text means the same is for
// compare_with_profile() to show.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/jail.hpp"
#include "compiler/oci_profile.hpp"

namespace ward::compiler {

struct ImportFault {
    std::string words;   // "`ptrace` has the action SCMP_ACT_LOG, ..."
    std::string remedy;  // for a help
};

struct ImportedPolicy {
    std::string text;  // not yet in canonical form
    // Under which the text must be compared: a call's answer depends on nothing but the capabilities and kernels
    // that rules about it name, so all sets of those together stand for all circumstances.
    std::vector<OciFacts> circumstances;
    std::set<std::string> capabilities;      // with a parameter in the text
    std::vector<std::string> unknown_names;  // of no call that anybody knows; runc ignores them too
    std::set<std::string> narrowed;          // calls compared without bits of a register that the kernel ignores
    std::vector<std::string> notes;          // what the policy does otherwise than a container, in sentences
    std::vector<ImportFault> faults;         // what the language cannot say; not empty: no text
};

// `name` is a policy's; `origin` is where the profile came from, for a comment.
[[nodiscard]] ImportedPolicy import_profile(const OciProfile& profile, std::string_view name, std::string_view origin,
                                            const OciFacts& facts);

// The parameter of a policy that stands for a capability.
[[nodiscard]] std::string parameter_for(std::string_view capability);

struct ImportComparison {
    // Sentences about calls.
    std::vector<std::string> different;  // that the policy answers otherwise: the profile cannot be said
    std::vector<std::string> refused;    // that ward refuses whatever a profile says: `socketcall` on i386
    // Calls whose answer in the profile depends on bits of a register that the kernel ignores. The policy
    // answers them all as the profile answers those with these bits 0: what it lets happen, the profile does.
    std::set<std::string> narrowed;
};

// The profile under these circumstances against `model`, which must be compiled from the imported text under
// the same, without guards: for every call that ward knows and all values of all six registers. Numbers of no
// call are not compared, which every policy refuses. May throw Diagram::TooLarge.
[[nodiscard]] ImportComparison compare_with_profile(const OciProfile& profile, const OciFacts& facts,
                                                    const FilterModel& model);

// Calls that both policies refuse, the second one with another answer; by what both answer, in words.
[[nodiscard]] std::map<std::string, std::set<std::string>> other_refusals(const FilterModel& model,
                                                                          const FilterModel& guarded);

}  // namespace ward::compiler
