#include "sandbox/environment_plan.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include "compiler/path_pattern.hpp"

namespace ward::sandbox {
namespace {

bool is_kept(const compiler::Environment& environment, std::string_view name) {
    return std::any_of(environment.kept.begin(), environment.kept.end(),
                       [&](const auto& kept) { return compiler::matches(kept.pattern, name); });
}

}  // namespace

std::vector<std::string> plan_environment(const compiler::Environment& environment,
                                          const std::vector<std::string>& callers) {
    std::map<std::string, std::string> variables;
    for (const auto& [name, set] : environment.set) variables.emplace(name, set.value);
    for (const std::string& variable : callers) {
        const auto sign = variable.find('=');
        if (sign == std::string::npos || sign == 0) continue;
        const std::string name = variable.substr(0, sign);
        if (is_kept(environment, name)) variables.emplace(name, variable.substr(sign + 1));
    }
    std::vector<std::string> result;
    for (const auto& [name, value] : variables) {
        result.push_back(name);
        result.back() += '=';
        result.back() += value;
    }
    return result;
}

}  // namespace ward::sandbox
