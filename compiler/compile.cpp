#include "compiler/compile.hpp"

#include "compiler/calls.hpp"
#include "compiler/lower.hpp"

namespace ward::compiler {
namespace {

Lowering make_lowering(const policy::PolicySet& set, const Facts& facts, policy::Diagnostics& diagnostics) {
    Lowering lowering{set, facts, diagnostics, {}, {}};
    lowering.scopes.reserve(set.members.size());
    for (const auto& member : set.members) {
        lowering.scopes.emplace_back(member.policy, facts, diagnostics);
        lowering.blocks.push_back({&member.policy.body});
    }
    return lowering;
}

// A `--set` that no policy knows would silently leave everything as it is.
void check_parameters(Lowering& lowering) {
    std::vector<std::string_view> known;
    for (const auto& member : lowering.set.members) {
        for (const policy::Param& param : member.policy.params) known.push_back(param.name.text);
    }
    for (const auto& [name, value] : lowering.facts.parameters) {
        if (std::find(known.begin(), known.end(), name) != known.end()) continue;
        const std::string setting = "--set " + name;
        policy::Diagnostic& unknown = lowering.diagnostics.add(policy::slug::unknown_parameter, std::nullopt,
                                                               "the policy has no parameter for `" + setting + "`");
        if (known.empty()) unknown.help("remove `" + setting + "`");
        suggest(unknown, "parameter", name, known);
    }
}

}  // namespace

std::optional<Jail> compile(const policy::PolicySet& set, const Facts& facts, policy::Diagnostics& diagnostics) {
    const std::size_t errors_before = diagnostics.errors();
    const policy::Policy& policy = set.members.front().policy;
    Jail jail;
    jail.name = policy.name.text;
    jail.origin = policy.name.span;

    Lowering lowering = make_lowering(set, facts, diagnostics);
    check_parameters(lowering);
    lower_files(lowering, jail);
    lower_devices(lowering, jail);
    lower_setuid(lowering, jail);
    lower_network(lowering, jail);
    lower_process(lowering, jail);
    lower_calls(lowering, jail);
    lower_capabilities(lowering, jail);
    lower_limits(lowering, jail);
    lower_environment(lowering, jail);

    if (diagnostics.errors() != errors_before) return std::nullopt;
    for (const Scope& scope : lowering.scopes) scope.warn_unused();
    return jail;
}

}  // namespace ward::compiler
