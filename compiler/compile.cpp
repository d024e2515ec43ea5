#include "compiler/compile.hpp"

#include "compiler/advice.hpp"
#include "compiler/branches.hpp"
#include "compiler/calls.hpp"
#include "compiler/lower.hpp"
#include "compiler/parameters.hpp"

namespace ward::compiler {
namespace {

Jail lower_all(Lowering& lowering) {
    const policy::Policy& policy = lowering.set.members.front().policy;
    Jail jail;
    jail.name = policy.name.text;
    jail.origin = policy.name.span;
    lower_files(lowering, jail);
    lower_devices(lowering, jail);
    lower_setuid(lowering, jail);
    lower_network(lowering, jail);
    lower_process(lowering, jail);
    lower_calls(lowering, jail);
    lower_capabilities(lowering, jail);
    lower_limits(lowering, jail);
    lower_environment(lowering, jail);
    return jail;
}

// A variable that only a branch for another machine or a test needs is no mistake.
void mark_tested(Lowering& lowering) {
    for (std::size_t member = 0; member < lowering.scopes.size(); ++member) {
        Scope& scope = lowering.scopes[member];
        for (const policy::Test& test : lowering.set.members[member].policy.tests) {
            for (const policy::Binding& binding : test.environment) scope.mark_used(binding.value);
            for (const policy::Expectation& each : test.expectations) {
                for (const policy::Word& word : each.question.operands) scope.mark_used(word);
            }
        }
    }
}

}  // namespace

std::optional<Jail> compile(const policy::PolicySet& set, const Facts& facts, policy::Diagnostics& diagnostics) {
    const std::size_t errors_before = diagnostics.errors();
    Lowering lowering{set, facts, diagnostics, make_scopes(set, facts, diagnostics), {}};
    const std::vector<Branch> branches = find_branches(lowering);
    lowering.blocks = blocks_that_hold(branches, set.members.size());
    Jail jail = lower_all(lowering);
    check_other_branches(lowering, branches, [](Lowering& other) { static_cast<void>(lower_all(other)); });
    if (diagnostics.errors() != errors_before) return std::nullopt;

    advise(lowering, jail);
    mark_tested(lowering);
    for (const Scope& scope : lowering.scopes) scope.warn_unused();
    return jail;
}

}  // namespace ward::compiler
