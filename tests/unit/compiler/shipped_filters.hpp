// The filters of the policies that come with ward, each once: many policies share one. For tests only.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "policy/library.hpp"
#include "tests/unit/compiler/lowering_fixture.hpp"

namespace ward::compiler::test {

struct NamedFilter {
    std::string name;
    FilterModel model;
};

inline std::vector<NamedFilter> shipped_filters() {
    std::vector<NamedFilter> all;
    for (const policy::BuiltIn& built_in : policy::built_in_policies()) {
        policy::Sources sources;
        policy::Diagnostics diagnostics;
        const auto set = policy::Library({}).load(built_in.name, sources, diagnostics);
        const auto jail = set ? compile(*set, with_parameters(some_facts(), *set), diagnostics) : std::nullopt;
        EXPECT_TRUE(jail) << policy::render(diagnostics, sources);
        const auto same = [&](const NamedFilter& other) { return jail && other.model == jail->filter; };
        if (jail && std::none_of(all.begin(), all.end(), same))
            all.push_back({std::string(built_in.name), jail->filter});
    }
    return all;
}

}  // namespace ward::compiler::test
