#include "tests/unit/compiler/call_policies.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "compiler/calls.hpp"
#include "compiler/parameters.hpp"
#include "compiler/syscall_table.hpp"
#include "policy/parser.hpp"
#include "policy/render.hpp"
#include "tests/unit/compiler/model_oracle.hpp"

namespace ward::compiler::test {
namespace {

void add(Lowered& lowered, const GivenPolicy& given, std::size_t index) {
    const std::string name = !given.name.empty() ? given.name : index == 0 ? "main" : "used" + std::to_string(index);
    const auto file = lowered.sources.add(
        name + ".ward", "policy " + name + "\n" + given.before + "\nsyscalls {\n" + given.calls + "\n}\n");
    auto policy = policy::parse(lowered.sources, file, lowered.diagnostics);
    if (!policy) throw std::runtime_error(lowered.text());
    lowered.set.members.push_back({std::move(*policy), given.distance});
}

}  // namespace

const CallRule& Lowered::rule(std::string_view call) const {
    const auto number = syscall_number(call);
    const auto found = std::find_if(jail.calls.begin(), jail.calls.end(),
                                    [&](const CallRule& candidate) { return candidate.number == number; });
    if (found == jail.calls.end()) throw std::out_of_range(std::string(call));
    return *found;
}

Response Lowered::response(std::string_view call) const {
    return answer(native().calls.at(*syscall_number(call)), {});
}

std::vector<std::string> Lowered::slugs() const {
    std::vector<std::string> result;
    for (const policy::Diagnostic* diagnostic : diagnostics.sorted())
        result.push_back((diagnostic->kind().severity == policy::Severity::error ? "error " : "warning ") +
                         std::string(diagnostic->kind().name));
    return result;
}

std::string Lowered::text() const {
    return policy::render(diagnostics, sources);
}

Lowered lower(const std::vector<GivenPolicy>& policies, void (*prepare)(Jail&), Abi machine) {
    Lowered lowered;
    for (std::size_t i = 0; i < policies.size(); ++i) add(lowered, policies[i], i);
    if (prepare) prepare(lowered.jail);
    Facts facts;
    facts.machine = machine;
    Lowering lowering{
        lowered.set, facts, lowered.diagnostics, make_scopes(lowered.set, facts, lowered.diagnostics), {}};
    Blocks bodies;
    for (const auto& member : lowered.set.members) bodies.push_back({&member.policy.body});
    lowering.blocks = std::move(bodies);
    lower_calls(lowering, lowered.jail);
    return lowered;
}

Lowered lower(const std::string& calls, void (*prepare)(Jail&)) {
    return lower(std::vector<GivenPolicy>{{calls, 0}}, prepare);
}

}  // namespace ward::compiler::test
