#include "compiler/test_facts.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "compiler/lower.hpp"
#include "compiler/parameters.hpp"
#include "compiler/paths.hpp"
#include "compiler/values.hpp"
#include "policy/similar_name.hpp"

namespace ward::compiler {
namespace {

using policy::Binding;

// How a value is written.
constexpr std::string_view path_form = "an absolute path, for example `/srv/data` or `~/work`";
constexpr std::string_view name_form = "a name, for example `user`";
constexpr std::string_view id_form = "a number, for example `1000`";
constexpr std::string_view kernel_form = "a version, for example `6.8`";
constexpr std::string_view machine_form = "`x86_64` or `aarch64`";

std::optional<std::string> as_path(const Facts& facts, const std::string& text) {
    const bool is_below_home = text == "~" || text.starts_with("~/");
    const std::string path = is_below_home ? facts.home + text.substr(1) : text;
    return path.starts_with('/') ? normalised(path) : std::nullopt;
}

template <std::string Facts::*member>
bool set_path(Facts& facts, const std::string& text) {
    auto path = as_path(facts, text);
    if (!path) return false;
    facts.*member = *std::move(path);
    return true;
}

template <std::uint32_t Facts::*member>
bool set_id(Facts& facts, const std::string& text) {
    const auto id = parse_value(Unit::count, text);
    if (!id || *id > ~std::uint32_t{0}) return false;
    facts.*member = static_cast<std::uint32_t>(*id);
    return true;
}

bool set_user(Facts& facts, const std::string& text) {
    facts.user = [name = std::string(text)] { return name; };
    return !text.empty();
}

bool set_repository(Facts& facts, const std::string& text) {
    auto path = as_path(facts, text);
    if (!path) return false;
    facts.repository = [folder = *std::move(path)] { return folder; };
    return true;
}

bool set_kernel(Facts& facts, const std::string& text) {
    const char* end = text.data() + text.size();
    const auto [dot, no_major] = std::from_chars(text.data(), end, facts.kernel_major);
    if (no_major != std::errc() || dot == end || *dot != '.') return false;
    const auto [rest, no_minor] = std::from_chars(dot + 1, end, facts.kernel_minor);
    return no_minor == std::errc() && rest == end;
}

bool set_machine(Facts& facts, const std::string& text) {
    const auto abi = find_abi(text);
    if (!abi || (*abi != Abi::x86_64 && *abi != Abi::aarch64)) return false;
    facts.machine = *abi;
    return true;
}

bool add_existing(Facts& facts, const std::string& text) {
    auto path = as_path(facts, text);
    if (!path) return false;
    facts.exists = [others = facts.exists, own = *std::move(path)](const std::string& asked) {
        return asked == own || (others && others(asked));
    };
    return true;
}

bool add_argument(Facts& facts, const std::string& text) {
    auto path = as_path(facts, text);
    if (!path) return false;
    facts.arguments.push_back(*std::move(path));
    return true;
}

struct Setting {
    std::string_view name;
    std::string_view form;
    bool repeats;
    bool (*set)(Facts&, const std::string&);
};

// What a value may refer to (`~`, `$cwd`) comes before it, whatever the order of the words.
constexpr Setting settings[] = {
    {"home", path_form, false, set_path<&Facts::home>},
    {"user", name_form, false, set_user},
    {"uid", id_form, false, set_id<&Facts::uid>},
    {"gid", id_form, false, set_id<&Facts::gid>},
    {"runtime", path_form, false, set_path<&Facts::runtime>},
    {"cwd", path_form, false, set_path<&Facts::cwd>},
    {"repository", path_form, false, set_repository},
    {"program", path_form, false, set_path<&Facts::program>},
    {"kernel", kernel_form, false, set_kernel},
    {"arch", machine_form, false, set_machine},
    {"exists", path_form, true, add_existing},
    {"arguments", path_form, true, add_argument},
};

const Setting* find_setting(std::string_view name) {
    const auto* found = std::find_if(std::begin(settings), std::end(settings),
                                     [&](const Setting& setting) { return setting.name == name; });
    return found == std::end(settings) ? nullptr : found;
}

class Reader {
public:
    Reader(const policy::Test& test, const policy::PolicySet& set, policy::Diagnostics& diagnostics)
        : test_(test), set_(set), diagnostics_(diagnostics), facts_(neutral_facts(set.members.front().policy)) {}

    std::optional<Facts> read() {
        const std::size_t errors = diagnostics_.errors();
        check_names();
        for (const Setting& setting : settings) {
            for (const Binding& binding : test_.environment)
                if (binding.name.text == setting.name) apply(setting, binding);
        }
        for (const Binding& binding : test_.environment) {
            if (find_setting(binding.name.text) != nullptr) continue;
            if (auto text = text_of(binding)) facts_.parameters[binding.name.text] = *std::move(text);
        }
        if (diagnostics_.errors() != errors) return std::nullopt;
        return std::move(facts_);
    }

private:
    void check_names() {
        std::map<std::string_view, policy::Span> seen;
        for (const Binding& binding : test_.environment) {
            const std::string& name = binding.name.text;
            const Setting* setting = find_setting(name);
            if (setting == nullptr && !is_parameter(name)) report_unknown(binding);
            const auto [first, is_new] = seen.emplace(name, binding.name.span);
            if (is_new || (setting != nullptr && setting->repeats)) continue;
            diagnostics_.add(policy::slug::duplicate_name, binding.name.span, "`" + name + "` is stated twice")
                .also(first->second, "already here")
                .help("remove one of the two");
        }
    }

    [[nodiscard]] bool is_parameter(const std::string& name) const {
        return std::any_of(set_.members.begin(), set_.members.end(), [&](const auto& member) {
            const auto& params = member.policy.params;
            return std::any_of(params.begin(), params.end(),
                               [&](const auto& param) { return param.name.text == name; });
        });
    }

    void report_unknown(const Binding& binding) {
        std::vector<std::string_view> known;
        for (const Setting& setting : settings) known.push_back(setting.name);
        for (const auto& member : set_.members)
            for (const policy::Param& param : member.policy.params) known.push_back(param.name.text);
        suggest(diagnostics_.add(policy::slug::unknown_test_setting, binding.name.span,
                                 "a test cannot state `" + binding.name.text + "`"),
                "setting or parameter", binding.name.text, known);
    }

    // Variables have the values that are known so far.
    std::optional<std::string> text_of(const Binding& binding) {
        if (binding.value.text.find('$') == std::string::npos) return binding.value.text;
        policy::Diagnostics unheard;
        std::vector<Scope> scopes = make_scopes(set_, facts_, unheard);
        scopes.front().report_to(diagnostics_);
        return scopes.front().text(binding.value);
    }

    void apply(const Setting& setting, const Binding& binding) {
        const auto text = text_of(binding);
        if (!text || setting.set(facts_, *text)) return;
        diagnostics_
            .add(policy::slug::bad_value, binding.value.span,
                 "`" + *text + "` is no value for `" + std::string(setting.name) + "`")
            .help("write " + std::string(setting.form));
    }

    const policy::Test& test_;
    const policy::PolicySet& set_;
    policy::Diagnostics& diagnostics_;
    Facts facts_;
};

}  // namespace

Facts neutral_facts(const policy::Policy& policy) {
    Facts facts;
    facts.home = "/home/user";
    facts.cwd = "/home/user/work";
    facts.user = [] { return "user"; };
    facts.uid = 1000;
    facts.gid = 1000;
    facts.runtime = "/run/user/1000";
    const std::string& name = policy.name.text;
    const std::size_t dot = name.rfind('.');
    facts.program = "/usr/bin/" + (dot == std::string::npos ? name : name.substr(dot + 1));
    facts.exists = [](const std::string&) { return false; };
    facts.kernel_major = 6;
    facts.kernel_minor = 18;
    facts.machine = Abi::x86_64;
    return facts;
}

std::optional<Facts> facts_of(const policy::Test& test, const policy::PolicySet& set,
                              policy::Diagnostics& diagnostics) {
    return Reader(test, set, diagnostics).read();
}

}  // namespace ward::compiler
