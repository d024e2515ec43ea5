// Policies of `syscalls` sections in a test, lowered to a jail. For tests only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/jail.hpp"
#include "policy/diagnostic.hpp"
#include "policy/library.hpp"
#include "policy/source.hpp"

namespace ward::compiler::test {

// One policy of a set: what stands in its `syscalls { }`, and how far from the policy itself it is.
struct GivenPolicy {
    std::string calls;
    unsigned distance = 0;
    std::string name = {};    // empty: main for the first, used1, used2, ... for the others
    std::string before = {};  // what stands between the policy line and the section
};

struct Lowered {
    policy::Sources sources;
    policy::PolicySet set;
    policy::Diagnostics diagnostics;
    Jail jail;

    [[nodiscard]] const CallRule& rule(std::string_view call) const;
    [[nodiscard]] Origins origins(std::string_view call) const { return jail.origins_of(rule(call)); }
    [[nodiscard]] bool allows(std::string_view call) const { return rule(call).verdict == CallRule::Verdict::allowed; }
    [[nodiscard]] const AbiModel& native() const { return jail.filter.abis.front(); }
    // What a call with zeros for arguments gives.
    [[nodiscard]] Response response(std::string_view call) const;
    // "error unknown-syscall" and so on, in order of their places.
    [[nodiscard]] std::vector<std::string> slugs() const;
    // All diagnostics as a user reads them.
    [[nodiscard]] std::string text() const;
};

// The file of a policy is its name and `.ward`. `prepare` states what calls are lowered after: the
// network and setuid bits.
[[nodiscard]] Lowered lower(const std::vector<GivenPolicy>& policies, void (*prepare)(Jail&) = nullptr,
                            Abi machine = Abi::x86_64);
[[nodiscard]] Lowered lower(const std::string& calls, void (*prepare)(Jail&) = nullptr);

inline constexpr Response refusal(int error) {
    return {Response::Kind::refuse, static_cast<std::uint16_t>(error)};
}

}  // namespace ward::compiler::test
