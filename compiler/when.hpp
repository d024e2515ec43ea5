// The conditions of `when`: what they ask of the machine, and whether it holds on stated facts.
//
// Pure: `exists` asks Facts::exists, never the host.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/lower.hpp"

namespace ward::compiler {

// One question to the machine.
struct HostTest {
    enum class Kind { kernel, architecture, exists, flag } kind = Kind::flag;
    enum class Relation { equal, less } relation = Relation::equal;  // kernel
    unsigned version = 0;                                            // kernel: major * 65536 + minor
    Abi machine = Abi::x86_64;                                       // architecture
    std::string name;                                                // exists: the path; flag: `$name`
    bool value = false;                                              // exists, flag: the answer
};

// A condition that was understood.
struct HostCondition {
    enum class Kind { test, all, any, negation } kind = Kind::test;
    std::vector<HostCondition> parts{};  // all, any; negation: one
    HostTest test{};
};

// Absent after an error, which has been reported. Every part is looked at.
[[nodiscard]] std::optional<HostCondition> resolve_condition(Lowering& lowering, const policy::Expression& expression,
                                                             Scope& scope);

// A machine as far as conditions can tell.
struct HostWorld {
    unsigned version = 0;
    Abi machine = Abi::x86_64;
    // The answers to `exists` and flags; empty: those that the conditions were resolved with.
    std::vector<std::pair<std::string_view, bool>> answers{};
};

[[nodiscard]] HostWorld stated_world(const Facts& facts);
[[nodiscard]] bool holds(const HostCondition& condition, const HostWorld& world);

// Whether `condition` can hold, and can fail, on some machine on which all of `given` hold. Both are
// true if the conditions are too many to be sure.
struct Possible {
    bool holds = true;
    bool fails = true;
};
[[nodiscard]] Possible possibilities(const HostCondition& condition, const std::vector<HostCondition>& given);

}  // namespace ward::compiler
