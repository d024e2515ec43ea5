#include "compiler/compile.hpp"

#include <algorithm>
#include <iterator>

#include "compiler/advice.hpp"
#include "compiler/branches.hpp"
#include "compiler/calls.hpp"
#include "compiler/lower.hpp"
#include "compiler/parameters.hpp"

namespace ward::compiler {
namespace {

void lower_all(Lowering& lowering, Jail& jail) {
    const policy::Policy& policy = lowering.set.members.front().policy;
    jail.name = policy.name.text;
    jail.origin = policy.name.span;
    lower_files(lowering, jail);
    lower_devices(lowering, jail);
    lower_setuid(lowering, jail);
    lower_network(lowering, jail);
    lower_process(lowering, jail);
    lower_capabilities(lowering, jail);
    lower_calls(lowering, jail);
    lower_limits(lowering, jail);
    lower_environment(lowering, jail);
}

void check_all(Lowering& lowering) {
    Jail jail;
    lower_all(lowering, jail);
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

// Errors that no other statement could be the reason of, nor the remedy.
constexpr const policy::Slug* independent_errors[] = {
    &policy::slug::bad_device,         &policy::slug::bad_environment_name,
    &policy::slug::bad_kernel_version, &policy::slug::bad_port,
    &policy::slug::bad_value,          &policy::slug::pointer_compared,
    &policy::slug::reversed_range,     &policy::slug::too_many_values,
    &policy::slug::unknown_abi,        &policy::slug::unknown_architecture,
    &policy::slug::unknown_argument,   &policy::slug::unknown_capability,
    &policy::slug::unknown_condition,  &policy::slug::unknown_constant,
    &policy::slug::unknown_limit,      &policy::slug::unknown_protocol,
    &policy::slug::unknown_response,   &policy::slug::unknown_setting,
    &policy::slug::unknown_syscall,    &policy::slug::unknown_type,
    &policy::slug::value_does_not_fit, &policy::slug::value_out_of_range,
    &policy::slug::wrong_comparison,   &policy::slug::wrong_constant,
};

}  // namespace

void check_unfinished(const policy::PolicySet& set, policy::Diagnostics& diagnostics) {
    if (set.members.empty()) return;
    policy::Diagnostics all;
    static_cast<void>(compile(set, Facts{}, all));
    for (const policy::Diagnostic& each : all.all())
        if (std::ranges::find(independent_errors, &each.kind()) != std::end(independent_errors))
            diagnostics.add(each.kind(), std::nullopt, {}) = each;
}

std::optional<Jail> compile(const policy::PolicySet& set, const Facts& facts, policy::Diagnostics& diagnostics) {
    const std::size_t errors_before = diagnostics.errors();
    Lowering lowering{set, facts, diagnostics, make_scopes(set, facts, diagnostics), {}};
    const std::vector<Branch> branches = find_branches(lowering);
    lowering.blocks = blocks_that_hold(branches, set.members.size());
    std::optional<Jail> jail(std::in_place);  // where it is returned: it is large
    lower_all(lowering, *jail);
    check_other_branches(lowering, branches, check_all);
    if (diagnostics.errors() != errors_before) {
        jail.reset();
        return jail;
    }
    advise(lowering, *jail);
    mark_tested(lowering);
    for (const Scope& scope : lowering.scopes) scope.warn_unused();
    return jail;
}

}  // namespace ward::compiler
