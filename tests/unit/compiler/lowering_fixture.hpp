// Texts to a Jail, for the tests of the lowering.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/compile.hpp"
#include "compiler/show.hpp"
#include "policy/parser.hpp"
#include "policy/render.hpp"

namespace ward::compiler {

inline Facts some_facts() {
    Facts facts;
    facts.home = "/home/ada";
    facts.cwd = "/home/ada/work";
    facts.user = [] { return "ada"; };
    facts.uid = 1000;
    facts.gid = 100;
    facts.program = "/usr/bin/prog";
    return facts;
}

// With a value for each parameter that has none of its own.
inline Facts with_parameters(Facts facts, const policy::PolicySet& set) {
    for (const policy::PolicySet::Member& member : set.members)
        for (const policy::Param& param : member.policy.params)
            if (!param.fallback) facts.parameters[param.name.text] = "/srv/" + param.name.text;
    return facts;
}

// One text of a set, and how many `use` steps it is away.
struct Text {
    std::string text;
    unsigned distance = 0;
};

struct Compiled {
    policy::Sources sources;
    policy::Diagnostics diagnostics;
    std::optional<Jail> jail;

    [[nodiscard]] std::string messages() const { return policy::render(diagnostics, sources); }
    [[nodiscard]] bool reports(const policy::Slug& kind) const { return count(kind) != 0; }
    [[nodiscard]] std::size_t count(const policy::Slug& kind) const {
        std::size_t found = 0;
        for (const policy::Diagnostic& diagnostic : diagnostics.all()) found += &diagnostic.kind() == &kind;
        return found;
    }
};

// The policy line is added; the first text is `main.ward`, the others `used1.ward` and so on.
inline Compiled compile_texts(const std::vector<Text>& texts, const Facts& facts = some_facts()) {
    Compiled result;
    policy::PolicySet set;
    for (const Text& text : texts) {
        const std::string name = set.members.empty() ? "main" : "used" + std::to_string(set.members.size());
        const policy::FileId file = result.sources.add(name + ".ward", "policy " + name + "\n" + text.text + "\n");
        auto policy = policy::parse(result.sources, file, result.diagnostics);
        if (!policy) {
            ADD_FAILURE() << "does not parse:\n" << result.messages();
            return result;
        }
        set.members.push_back({*std::move(policy), text.distance});
    }
    result.jail = compile(set, facts, result.diagnostics);
    return result;
}

inline Compiled compile_text(std::string text, const Facts& facts = some_facts()) {
    return compile_texts({{std::move(text)}}, facts);
}

// The rule for a path; null if there is none.
inline const FileRule* rule_for(const Compiled& compiled, std::string_view path,
                                FileRule::Kind kind = FileRule::Kind::grant) {
    if (!compiled.jail) return nullptr;
    for (const FileRule& rule : compiled.jail->files) {
        if (rule.path == path && rule.kind == kind) return &rule;
    }
    return nullptr;
}

inline constexpr AccessBits can_read = 1, can_write = 3, can_execute = 5;

}  // namespace ward::compiler
