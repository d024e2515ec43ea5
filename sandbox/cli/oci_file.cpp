#include "sandbox/cli/oci_file.hpp"

#include <linux/seccomp.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <initializer_list>
#include <span>
#include <utility>

#include "compiler/errno_names.hpp"
#include "policy/library.hpp"
#include "policy/similar_name.hpp"
#include "sandbox/json.hpp"

namespace ward::cli {
namespace {

using compiler::OciProfile;
using sandbox::Json;

// Thrown within this file: what is wrong, and where; and one thing to do.
struct Fault {
    std::string words;
    std::string remedy;
};

[[noreturn]] void fail(const std::string& where, const std::string& words,
                       std::string remedy = "write it as the OCI runtime specification says") {
    throw Fault{where + ": " + words, std::move(remedy)};
}

// `kind` with its article: "an action".
[[noreturn]] void fail_unknown(const std::string& where, const std::string& words, const std::string& kind,
                               const std::string& name, std::span<const std::string_view> known) {
    const auto similar = policy::similar_names(name, known);
    if (similar.empty()) fail(where, words);
    fail(where, words, kind + " with a similar name exists: " + policy::quoted_list(similar));
}

template <class Rows>
std::vector<std::string_view> names_in(const Rows& rows) {
    std::vector<std::string_view> names;
    for (const auto& row : rows) names.push_back(row.name);
    return names;
}

// ---- values of one kind

void check_keys(const Json& json, const std::string& where, std::initializer_list<std::string_view> known) {
    if (!json.is_object()) fail(where, "an object is expected");
    for (const std::string& key : json.keys())
        if (std::ranges::find(known, key) == known.end())
            fail_unknown(where, "the member `" + key + "` is not known", "a member", key, known);
}

// Absent or null: nothing is said.
std::optional<Json> stated(const Json& json, const std::string& key) {
    auto member = json.member(key);
    return member && !member->is_null() ? member : std::nullopt;
}

std::string text_of(const Json& json, const std::string& where) {
    auto text = json.as_text();
    if (!text) fail(where, "a text is expected");
    return *text;
}

std::uint64_t number_of(const Json& json, const std::string& where) {
    const auto number = json.as_number();
    if (!number) fail(where, "a number of 0 or more is expected");
    return *number;
}

std::vector<Json> list_of(const Json& json, const std::string& key, const std::string& where) {
    const auto list = stated(json, key);
    if (!list) return {};
    if (!list->is_list()) fail(where + "." + key, "a list is expected");
    return list->elements();
}

// Of a call, a capability or a machine. Names go into the text of a policy, where other characters mean something.
std::string name_of(const Json& json, const std::string& where) {
    std::string name = text_of(json, where);
    const auto is_plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    if (name.empty() || !std::ranges::all_of(name, is_plain)) fail(where, "`" + name + "` is no name");
    return name;
}

std::vector<std::string> texts_of(const Json& json, const std::string& key, const std::string& where) {
    std::vector<std::string> texts;
    const std::string place = where + "." + key;
    for (const Json& each : list_of(json, key, where)) texts.push_back(name_of(each, place));
    return texts;
}

// ---- actions

struct ActionRow {
    std::string_view name;
    std::uint32_t outcome;
    bool has_number;  // an error
};

constexpr ActionRow actions[] = {
    {"SCMP_ACT_ALLOW", SECCOMP_RET_ALLOW, false},
    {"SCMP_ACT_ERRNO", SECCOMP_RET_ERRNO, true},
    {"SCMP_ACT_KILL", SECCOMP_RET_KILL_THREAD, false},
    {"SCMP_ACT_KILL_PROCESS", SECCOMP_RET_KILL_PROCESS, false},
    {"SCMP_ACT_KILL_THREAD", SECCOMP_RET_KILL_THREAD, false},
    {"SCMP_ACT_LOG", SECCOMP_RET_LOG, false},
    {"SCMP_ACT_NOTIFY", SECCOMP_RET_USER_NOTIF, false},
    {"SCMP_ACT_TRACE", SECCOMP_RET_TRACE, true},
    {"SCMP_ACT_TRAP", SECCOMP_RET_TRAP, false},
};

// The members that state an answer: Podman writes the error as a name, and that counts before a number.
struct ActionKeys {
    std::string action, number, name;
};

// A name such as `ENOSYS`, or its number as text.
std::uint64_t errno_of(const std::string& text, const std::string& where) {
    std::uint64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (!text.empty() && read.ec == std::errc() && read.ptr == text.data() + text.size()) return number;
    const auto named = compiler::errno_number(text);
    if (!named) fail(where, "there is no error `" + text + "`");
    return *named;
}

// Without an error runc takes EPERM.
std::uint64_t error_of(const Json& json, const ActionKeys& keys, const std::string& where) {
    const auto name = stated(json, keys.name);
    const std::string text = name ? text_of(*name, where + "." + keys.name) : std::string();
    if (!text.empty()) return errno_of(text, where + "." + keys.name);
    const auto number = stated(json, keys.number);
    return number ? number_of(*number, where + "." + keys.number) : EPERM;
}

std::uint32_t outcome_of(const Json& json, const ActionKeys& keys, const std::string& where) {
    const auto stated_action = stated(json, keys.action);
    if (!stated_action) fail(where, "`" + keys.action + "` is missing");
    const std::string action = text_of(*stated_action, where + "." + keys.action);
    const auto* row = std::ranges::find(actions, action, &ActionRow::name);
    if (row == std::end(actions))
        fail_unknown(where + "." + keys.action, "the action `" + action + "` is not known", "an action", action,
                     names_in(actions));
    if (!row->has_number) return row->outcome;
    const std::uint64_t value = error_of(json, keys, where);
    if (value > compiler::greatest_errno) fail(where, "an error is above 4095, which no call can give");
    return row->outcome | static_cast<std::uint32_t>(value);
}

// ---- rules

using Relation = OciProfile::Comparison::Relation;

struct RelationRow {
    std::string_view name;
    Relation relation;
};

constexpr RelationRow relations[] = {
    {"SCMP_CMP_EQ", Relation::equal},     {"SCMP_CMP_GE", Relation::at_least}, {"SCMP_CMP_GT", Relation::greater},
    {"SCMP_CMP_LE", Relation::at_most},   {"SCMP_CMP_LT", Relation::less},     {"SCMP_CMP_MASKED_EQ", Relation::masked},
    {"SCMP_CMP_NE", Relation::not_equal},
};

OciProfile::Comparison comparison_of(const Json& json, const std::string& where) {
    check_keys(json, where, {"index", "value", "valueTwo", "op"});
    OciProfile::Comparison comparison;
    const auto index = stated(json, "index");
    const auto value = stated(json, "value");
    const auto two = stated(json, "valueTwo");
    const auto op = stated(json, "op");
    if (!index || !op) fail(where, "`index` and `op` are needed");
    const std::uint64_t argument = number_of(*index, where + ".index");
    if (argument > 5) fail(where, "a call has the arguments 0 to 5");
    comparison.argument = static_cast<std::uint8_t>(argument);
    comparison.value = value ? number_of(*value, where + ".value") : 0;
    comparison.value_two = two ? number_of(*two, where + ".valueTwo") : 0;
    const std::string name = text_of(*op, where + ".op");
    const auto* row = std::ranges::find(relations, name, &RelationRow::name);
    if (row == std::end(relations))
        fail_unknown(where + ".op", "the comparison `" + name + "` is not known", "a comparison", name,
                     names_in(relations));
    comparison.relation = row->relation;
    return comparison;
}

std::pair<unsigned, unsigned> kernel_of(const std::string& text, const std::string& where) {
    std::pair<unsigned, unsigned> kernel;
    const char* end = text.data() + text.size();
    const auto major = std::from_chars(text.data(), end, kernel.first);
    if (major.ec != std::errc() || major.ptr == end || *major.ptr != '.') fail(where, "a kernel is written `4.8`");
    const auto minor = std::from_chars(major.ptr + 1, end, kernel.second);
    if (minor.ec != std::errc() || minor.ptr != end) fail(where, "a kernel is written `4.8`");
    return kernel;
}

// Runtimes compare the text, so that no container has what is written otherwise.
std::string capability_of(const std::string& name, const std::string& where) {
    std::string whole = name;
    std::ranges::transform(whole, whole.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    if (!whole.starts_with("CAP_")) whole.insert(0, "CAP_");
    if (whole != name) fail(where, "`" + name + "` is no name of a capability", "write `" + whole + "`");
    return name;
}

OciProfile::Circumstances circumstances_of(const Json& json, const std::string& key, const std::string& where) {
    OciProfile::Circumstances result;
    const auto member = stated(json, key);
    if (!member) return result;
    const std::string inside = where + "." + key;
    check_keys(*member, inside, {"caps", "arches", "minKernel"});
    for (const std::string& name : texts_of(*member, "caps", inside))
        result.capabilities.push_back(capability_of(name, inside + ".caps"));
    result.machines = texts_of(*member, "arches", inside);
    if (const auto kernel = stated(*member, "minKernel")) {
        const std::string place = inside + ".minKernel";
        result.kernel = kernel_of(text_of(*kernel, place), place);
    }
    return result;
}

// Runtimes refuse a rule that has both; an empty name is none.
std::vector<std::string> names_of_rule(const Json& json, const std::string& where) {
    std::vector<std::string> names = texts_of(json, "names", where);
    const auto name = stated(json, "name");
    if (!name || text_of(*name, where + ".name").empty()) return names;
    if (!names.empty()) fail(where, "`name` and `names` are both there", "put all names into `names`");
    return {name_of(*name, where + ".name")};
}

OciProfile::Rule rule_of(const Json& json, const std::string& where) {
    check_keys(json, where,
               {"name", "names", "action", "errno", "errnoRet", "args", "comment", "includes", "excludes"});
    OciProfile::Rule rule;
    rule.names = names_of_rule(json, where);
    rule.outcome = outcome_of(json, {"action", "errnoRet", "errno"}, where);
    std::size_t index = 0;
    for (const Json& each : list_of(json, "args", where))
        rule.comparisons.push_back(comparison_of(each, where + ".args[" + std::to_string(index++) + "]"));
    rule.includes = circumstances_of(json, "includes", where);
    rule.excludes = circumstances_of(json, "excludes", where);
    if (const auto comment = stated(json, "comment")) rule.comment = text_of(*comment, where + ".comment");
    return rule;
}

void check_kind(const Json& json) {
    if (json.is_object() && json.member("ociVersion"))
        fail("the profile", "it is the whole configuration of a container", "give its `linux.seccomp` object");
}

OciProfile profile_of(const Json& json) {
    check_kind(json);
    check_keys(json, "the profile",
               {"defaultAction", "defaultErrno", "defaultErrnoRet", "archMap", "architectures", "flags", "listenerPath",
                "listenerMetadata", "syscalls"});
    OciProfile profile;
    profile.default_outcome = outcome_of(json, {"defaultAction", "defaultErrnoRet", "defaultErrno"}, "the profile");
    for (const Json& each : list_of(json, "archMap", "the profile")) {
        check_keys(each, "archMap", {"architecture", "subArchitectures"});
        const auto native = stated(each, "architecture");
        if (!native) fail("archMap", "`architecture` is missing");
        profile.by_machine.push_back({text_of(*native, "archMap"), texts_of(each, "subArchitectures", "archMap")});
    }
    if (!profile.by_machine.empty() && !list_of(json, "architectures", "the profile").empty())
        fail("the profile", "`archMap` and `architectures` are both there", "leave `architectures` out");
    if (stated(json, "architectures")) profile.architectures = texts_of(json, "architectures", "the profile");
    std::size_t index = 0;
    for (const Json& each : list_of(json, "syscalls", "the profile"))
        profile.rules.push_back(rule_of(each, "syscalls[" + std::to_string(index++) + "]"));
    return profile;
}

void report(const std::string& file, const Fault& fault, policy::Diagnostics& diagnostics) {
    diagnostics
        .add(policy::slug::bad_profile, std::nullopt,
             "`" + file + "` is no seccomp profile of a container: " + fault.words)
        .help(fault.remedy);
}

// The words of a rule about policies, for a profile that breaks it.
std::string of_a_profile(std::string words) {
    if (words == "divide it into policies that `use` each other") return "leave out the rules that the default covers";
    constexpr std::string_view subject = "a policy ";
    if (const std::size_t at = words.find(subject); at != std::string::npos)
        words.replace(at, subject.size(), "a profile ");
    return words;
}

}  // namespace

std::optional<OciProfile> read_oci_profile(const std::string& file, std::string_view text,
                                           policy::Diagnostics& diagnostics) {
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
        diagnostics.add(policy::slug::bad_profile, std::nullopt, "`" + file + "` is empty")
            .help("write a profile into it, as the OCI runtime specification says");
        return std::nullopt;
    }
    std::string fault;
    const auto json = Json::parse(text, fault);
    if (!json) {
        report(file, {fault, "write it as JSON"}, diagnostics);
        return std::nullopt;
    }
    try {
        return profile_of(*json);
    } catch (const Fault& wrong) {
        report(file, wrong, diagnostics);
        return std::nullopt;
    }
}

std::optional<policy::FileId> read_profile_text(const std::string& file, policy::Sources& sources,
                                                policy::Diagnostics& diagnostics) {
    policy::Diagnostics about_policies;
    const auto source = policy::read_source(file, sources, about_policies);
    for (const policy::Diagnostic& found : about_policies.all()) {
        const auto& place = found.primary();
        auto& error = diagnostics.add(found.kind(), place ? std::optional(place->span) : std::nullopt, found.message());
        if (place) error.label(place->text);
        for (const std::string& note : found.notes()) error.note(of_a_profile(note));
        for (const std::string& help : found.helps()) error.help(of_a_profile(help));
    }
    return source;
}

}  // namespace ward::cli
