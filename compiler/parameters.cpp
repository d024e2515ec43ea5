#include "compiler/parameters.hpp"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "compiler/lower.hpp"
#include "compiler/parameter_types.hpp"

namespace ward::compiler {
namespace {

using policy::Binding;
using policy::Param;
using Member = policy::PolicySet::Member;

// A value that a `use` gives.
struct Argument {
    std::optional<Expansion> value;  // absent after an error
    policy::Span span;               // of the value
    unsigned distance;               // of the using policy
};
using Arguments = std::map<std::string_view, std::vector<Argument>>;  // by parameter, nearest first

class ParameterReader {
public:
    ParameterReader(const policy::PolicySet& set, const Facts& facts, policy::Diagnostics& diagnostics)
        : set_(set), facts_(facts), diagnostics_(diagnostics), scopes_(set.members.size()) {}

    // A policy comes after those that use it: their scopes give its arguments. `use` has no circles.
    std::vector<Scope> run() {
        check_settings();
        for (std::size_t member = 0; member < scopes_.size(); ++member) make(member);
        std::vector<Scope> result;
        result.reserve(scopes_.size());
        for (auto& scope : scopes_) result.push_back(*std::move(scope));
        return result;
    }

private:
    void make(std::size_t index) {
        if (scopes_[index]) return;
        const Member& member = set_.members[index];
        for (const auto& by : member.used_by) make(by.member);
        check_types(member.policy);
        const Arguments arguments = read_arguments(member);
        GivenValues given;
        for (const Param& param : member.policy.params) give(param, member, arguments, given);
        scopes_[index].emplace(member.policy, facts_, given, diagnostics_);
    }

    void check_types(const policy::Policy& policy) {
        for (const Param& param : policy.params) {
            if (find_parameter_type(param.type.text) != nullptr) continue;
            std::vector<std::string_view> names;
            for (const ParameterType& type : parameter_types()) names.push_back(type.name);
            suggest(diagnostics_.add(policy::slug::unknown_type, param.type.span,
                                     "there is no type `" + param.type.text + "`"),
                    "type", param.type.text, names);
        }
    }

    // ---- arguments

    Arguments read_arguments(const Member& member) {
        std::map<std::string_view, const Param*> params;
        for (const Param& param : member.policy.params) params.emplace(param.name.text, &param);
        Arguments arguments;
        for (const auto& by : member.used_by) {
            const policy::Use& use = set_.members[by.member].policy.uses[by.use];
            std::map<std::string_view, const Binding*> seen;
            for (const Binding& binding : use.arguments) {
                const auto [first, is_new] = seen.emplace(binding.name.text, &binding);
                const auto param = params.find(binding.name.text);
                if (!is_new) {
                    report_repeated(*first->second, binding);
                } else if (param == params.end()) {
                    report_unknown(member.policy, params, binding);
                } else {
                    arguments[binding.name.text].push_back(read_argument(*param->second, binding, by.member));
                }
            }
        }
        for (auto& [name, values] : arguments) sort(values);
        return arguments;
    }

    Argument read_argument(const Param& param, const Binding& binding, std::size_t user) {
        Argument argument{scopes_[user]->expand(binding.value), binding.value.span, set_.members[user].distance};
        const ParameterType* type = find_parameter_type(param.type.text);
        if (type == nullptr) argument.value.reset();
        if (!argument.value) return argument;
        const std::string text = literal(argument.value->pattern);
        if (type->accepts(text)) return argument;
        report_wrong_type(diagnostics_, argument.span, text, *type).also(param.span, "the parameter");
        argument.value.reset();
        return argument;
    }

    static void sort(std::vector<Argument>& values) {
        std::sort(values.begin(), values.end(), [](const Argument& a, const Argument& b) {
            return std::tuple(a.distance, a.span.file, a.span.begin) <
                   std::tuple(b.distance, b.span.file, b.span.begin);
        });
    }

    void report_repeated(const Binding& first, const Binding& again) {
        diagnostics_.add(policy::slug::duplicate_name, again.name.span, "`" + again.name.text + "` is given twice")
            .also(first.name.span, "already here")
            .help("remove one of the two");
    }

    void report_unknown(const policy::Policy& policy, const std::map<std::string_view, const Param*>& params,
                        const Binding& binding) {
        policy::Diagnostic& unknown =
            diagnostics_.add(policy::slug::unknown_parameter, binding.name.span,
                             "`" + policy.name.text + "` has no parameter `" + binding.name.text + "`");
        if (diagnostics_.suppressed() != 0) return;
        std::vector<std::string_view> known;
        known.reserve(params.size());
        for (const auto& [name, param] : params) known.push_back(name);
        if (known.empty()) unknown.help("remove `" + binding.name.text + "`");
        suggest(unknown, "parameter", binding.name.text, known);
    }

    // ---- the value that counts

    void give(const Param& param, const Member& member, const Arguments& arguments, GivenValues& given) {
        const auto found = arguments.find(param.name.text);
        if (found != arguments.end()) check_conflict(param, found->second);
        if (facts_.parameters.contains(param.name.text)) {
            given[param.name.text] = read_setting(param);
        } else if (found != arguments.end()) {
            given[param.name.text] = found->second.front().value;
        } else if (!param.fallback) {
            report_missing(param, member);
            given[param.name.text] = std::nullopt;
        }
    }

    void check_conflict(const Param& param, const std::vector<Argument>& values) {
        const Argument& nearest = values.front();
        for (const Argument& other : values) {
            if (other.distance != nearest.distance || !nearest.value || !other.value) return;
            const std::string mine = literal(nearest.value->pattern);
            const std::string theirs = literal(other.value->pattern);
            if (!same_value(param.type.text, mine, theirs)) {
                return report_conflict(diagnostics_, param.name.text, nearest.span, other.span);
            }
        }
    }

    std::optional<Expansion> read_setting(const Param& param) {
        const std::string& written = facts_.parameters.at(param.name.text);
        const ParameterType* type = find_parameter_type(param.type.text);
        if (type == nullptr) return std::nullopt;
        // A path on the command line is relative to where the command is given.
        const bool below_cwd = type->name == "path" && !written.empty() && !type->accepts(written);
        const std::string value = below_cwd ? facts_.cwd + "/" + written : written;
        if (type->accepts(value)) return Expansion{as_pattern(value), false, {}};
        const std::string setting = "--set " + param.name.text + "=";
        diagnostics_.add(policy::slug::bad_value, param.span, "`" + written + "` is no " + std::string(type->name))
            .label("set by `" + setting + written + "`")
            .help("write for example `" + setting + std::string(type->example) + "`");
        return std::nullopt;
    }

    void report_missing(const Param& param, const Member& member) {
        const std::string& name = param.name.text;
        policy::Diagnostic& missing =
            diagnostics_.add(policy::slug::missing_parameter, param.span, "`" + name + "` has no value");
        if (member.used_by.empty()) {
            missing.help("add `--set " + name + "=VALUE` to the command");
            return;
        }
        const auto by = std::min_element(member.used_by.begin(), member.used_by.end(), [&](auto a, auto b) {
            return std::tuple(a.member, a.use) < std::tuple(b.member, b.use);
        });
        const policy::Use& use = set_.members[by->member].policy.uses[by->use];
        missing.also(use.span, "used here without it").help("write `use " + use.name.text + " (" + name + " = VALUE)`");
    }

    // A `--set` that no policy knows would silently leave everything as it is.
    void check_settings() {
        std::vector<std::string_view> known;
        for (const Member& member : set_.members) {
            for (const Param& param : member.policy.params) known.push_back(param.name.text);
        }
        std::sort(known.begin(), known.end());
        known.erase(std::unique(known.begin(), known.end()), known.end());
        for (const auto& [name, value] : facts_.parameters) {
            if (std::binary_search(known.begin(), known.end(), name)) continue;
            const std::string setting = "--set " + name;
            policy::Diagnostic& unknown = diagnostics_.add(policy::slug::unknown_parameter, std::nullopt,
                                                           "the policy has no parameter for `" + setting + "`");
            if (known.empty()) unknown.help("remove `" + setting + "`");
            suggest(unknown, "parameter", name, known);
        }
    }

    const policy::PolicySet& set_;
    const Facts& facts_;
    policy::Diagnostics& diagnostics_;
    std::vector<std::optional<Scope>> scopes_;
};

}  // namespace

std::vector<Scope> make_scopes(const policy::PolicySet& set, const Facts& facts, policy::Diagnostics& diagnostics) {
    return ParameterReader(set, facts, diagnostics).run();
}

}  // namespace ward::compiler
