// A policy and what it uses, from texts in memory: the library without files, for tests, benchmarks and
// fuzzing. Says nothing about errors that the real library finds.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/library.hpp"
#include "policy/parser.hpp"

namespace ward::test {

// The text of a policy by its name; absent if there is none.
using Texts = std::function<std::optional<std::string>(std::string_view name)>;

inline std::optional<std::string> built_in_text(std::string_view name) {
    for (const policy::BuiltIn& each : policy::built_in_policies()) {
        if (each.name == name) return std::string(each.text);
    }
    return std::nullopt;
}

// The text is the policy itself. Absent if a text has errors, if a `use` leads nowhere or twice to one
// policy, or if there is a circle.
inline std::optional<policy::PolicySet> link(std::string_view name, std::string text, const Texts& texts,
                                             policy::Sources& sources, policy::Diagnostics& diagnostics) {
    policy::PolicySet set;
    std::map<std::string, std::size_t, std::less<>> loaded;
    const auto load = [&](std::string_view file_name, std::string content, unsigned distance) {
        const auto file = sources.add(std::string(file_name) + ".ward", std::move(content));
        auto policy = policy::parse(sources, file, diagnostics);
        if (!policy) return false;
        loaded.emplace(file_name, set.members.size());
        set.members.push_back({*std::move(policy), distance, {}});
        return true;
    };
    if (!load(name, std::move(text), 0)) return std::nullopt;
    for (std::size_t user = 0; user < set.members.size(); ++user) {
        for (std::size_t use = 0; use < set.members[user].policy.uses.size(); ++use) {
            const std::string used = set.members[user].policy.uses[use].name.text;
            if (loaded.find(used) == loaded.end()) {
                auto found = texts(used);
                if (!found || set.members.size() == 64) return std::nullopt;
                if (!load(used, *std::move(found), set.members[user].distance + 1)) return std::nullopt;
            }
            auto& by = set.members[loaded.find(used)->second].used_by;
            if (used == name || (!by.empty() && by.back().member == user)) return std::nullopt;
            by.push_back({user, use});
        }
    }
    return set;
}

}  // namespace ward::test
