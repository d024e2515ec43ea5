// When a rule of a profile holds, in the words of a policy; and all circumstances that make a difference.
#include <algorithm>

#include "compiler/oci_import.hpp"
#include "compiler/oci_import_parts.hpp"

namespace ward::compiler {
namespace {

using Kernel = std::pair<unsigned, unsigned>;
using Circumstance = std::pair<std::set<std::string>, Kernel>;

Kernel just_before(Kernel kernel) {
    if (kernel.second > 0) return {kernel.first, kernel.second - 1};
    return {kernel.first == 0 ? 0 : kernel.first - 1, 999};
}

void all_of(const Dependences::OfCall& call, std::set<Circumstance>& all) {
    const std::vector<std::string> names(call.capabilities.begin(), call.capabilities.end());
    for (std::size_t bits = 0; bits >> names.size() == 0; ++bits) {
        std::set<std::string> chosen;
        for (std::size_t i = 0; i < names.size(); ++i)
            if ((bits >> i & 1) != 0) chosen.insert(names[i]);
        for (const auto& kernel : call.kernels) all.emplace(chosen, kernel);
    }
}

}  // namespace

bool is_for(const OciProfile::Rule& rule, Abi machine) {
    const auto has = [&](const auto& names) { return std::ranges::find(names, machine_name(machine)) != names.end(); };
    return (rule.includes.machines.empty() || has(rule.includes.machines)) && !has(rule.excludes.machines);
}

std::string condition_for(const OciProfile::Rule& rule) {
    const auto kernel = [](const char* relation, const Kernel& version) {
        return relation + std::to_string(version.first) + "." + std::to_string(version.second);
    };
    std::vector<std::string> parts;
    for (const std::string& name : rule.includes.capabilities) parts.push_back("$" + parameter_for(name));
    for (const std::string& name : rule.excludes.capabilities) parts.push_back("not $" + parameter_for(name));
    if (rule.includes.kernel) parts.push_back(kernel("kernel >= ", *rule.includes.kernel));
    if (rule.excludes.kernel) parts.push_back(kernel("kernel < ", *rule.excludes.kernel));
    return joined(parts, " and ");
}

bool Dependences::add(const std::string& name, const OciProfile::Rule& rule) {
    OfCall& call = calls_[name];
    for (const auto* each : {&rule.includes, &rule.excludes}) {
        call.capabilities.insert(each->capabilities.begin(), each->capabilities.end());
        if (each->kernel) call.kernels.insert({*each->kernel, just_before(*each->kernel)});
    }
    return call.capabilities.size() <= most_capabilities;
}

std::vector<OciFacts> Dependences::circumstances(const OciFacts& here) const {
    const Kernel kernel(here.kernel_major, here.kernel_minor);
    std::set<Circumstance> all{{{}, kernel}};
    for (auto [name, call] : calls_) {
        call.kernels.insert(kernel);
        if (call.capabilities.size() <= most_capabilities) all_of(call, all);
    }
    std::vector<OciFacts> result;
    result.reserve(all.size());
    for (const auto& [capabilities, version] : all)
        result.push_back({here.machine, capabilities, version.first, version.second});
    return result;
}

}  // namespace ward::compiler
