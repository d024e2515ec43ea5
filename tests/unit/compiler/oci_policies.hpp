// Imported policies as they are used: parsed again and compiled under some circumstances.
#pragma once

#include <optional>
#include <string>

#include "compiler/compile.hpp"
#include "compiler/oci_import.hpp"
#include "policy/parser.hpp"
#include "policy/render.hpp"

namespace ward::compiler::test {

inline ImportedPolicy imported(const OciProfile& profile) {
    return import_profile(profile, "web", "web.json", {Abi::x86_64, {}, 6, 1});
}

// The jail of a text under some circumstances, and what was said on the way.
inline std::optional<Jail> compiled(const std::string& text, const ImportedPolicy& policy, const OciFacts& around,
                                    std::string& said) {
    policy::Sources sources;
    policy::Diagnostics diagnostics;
    Facts facts;
    facts.kernel_major = around.kernel_major;
    facts.kernel_minor = around.kernel_minor;
    facts.unguarded = true;
    for (const std::string& each : around.capabilities)
        if (policy.capabilities.contains(each)) facts.parameters[parameter_for(each)] = "true";
    auto parsed = policy::parse(sources, sources.add("web.ward", text), diagnostics);
    policy::PolicySet set;
    if (parsed) set.members.push_back({*std::move(parsed), 0, {}});
    auto jail = parsed ? compile(set, facts, diagnostics) : std::nullopt;
    said = policy::render(diagnostics, sources);
    return jail;
}

}  // namespace ward::compiler::test
