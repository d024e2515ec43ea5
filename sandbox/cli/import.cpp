// `ward import`: a policy from what other engines use.
#include <unistd.h>

#include <algorithm>

#include "compiler/compile.hpp"
#include "compiler/oci_import.hpp"
#include "compiler/syscall_table.hpp"
#include "policy/format.hpp"
#include "policy/parser.hpp"
#include "policy/render.hpp"
#include "policy/similar_name.hpp"
#include "sandbox/cli/caller.hpp"
#include "sandbox/cli/console.hpp"
#include "sandbox/cli/oci_file.hpp"
#include "sandbox/cli/operands.hpp"
#include "sandbox/cli/output_file.hpp"
#include "sandbox/cli/subcommand.hpp"

namespace ward::cli {
namespace {

using compiler::OciFacts;
using compiler::OciProfile;

// All that one import says and holds.
struct Import {
    policy::Sources sources;
    policy::Diagnostics diagnostics;
    std::string file;  // of the profile
    std::string name;  // of the policy
    std::set<std::string> refused;
    std::map<std::string, std::set<std::string>> guarded;  // calls that every policy refuses in another way
    std::set<std::string> narrowed;  // calls that are compared without bits that the kernel ignores
};

bool is_plain(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
}

// For a description: nothing that could end it.
std::string plain(std::string text) {
    std::ranges::replace_if(
        text, [](char c) { return !is_plain(c) && c != '.'; }, '_');
    return text;
}

// A policy in a file has the file's name.
std::optional<std::string> name_from(const std::string& output) {
    std::string_view name = std::string_view(output).substr(output.rfind('/') + 1);
    if (!name.ends_with(".ward")) return std::nullopt;
    name.remove_suffix(5);
    return !name.empty() && std::ranges::all_of(name, is_plain) ? std::optional(std::string(name)) : std::nullopt;
}

std::string default_name(const std::string& file, const std::optional<std::string>& output) {
    if (const auto named = output ? name_from(*output) : std::nullopt) return *named;
    std::string name = file.substr(file.rfind('/') + 1);
    name = name.substr(0, name.find('.'));
    std::erase_if(name, [](char c) { return !is_plain(c); });
    return name.empty() ? "imported" : name;
}

policy::Diagnostic& cannot(Import& import, std::string words) {
    return import.diagnostics.add(policy::slug::not_importable, std::nullopt,
                                  "`" + import.file + "` cannot be a policy: " + std::move(words));
}

// In canonical form, as a policy that can be compiled.
std::optional<policy::PolicySet> as_policy(std::string& text, Import& import) {
    const auto written = import.sources.add(import.name + ".ward", text);
    const auto formatted = policy::format(import.sources, written, import.diagnostics);
    if (!formatted) return std::nullopt;
    text = *formatted;
    const auto file = import.sources.add(import.name + ".ward", text);
    auto parsed = policy::parse(import.sources, file, import.diagnostics);
    if (!parsed) return std::nullopt;
    policy::PolicySet set;
    set.members.push_back({std::move(*parsed), 0, {}});
    return set;
}

// The proof is about what the policy says without the guards that every policy has.
void note_guards(const policy::PolicySet& set, compiler::Facts facts, const compiler::FilterModel& unguarded,
                 Import& import) {
    facts.unguarded = false;
    policy::Diagnostics found;
    const auto guarded = compiler::compile(set, facts, found);
    if (!guarded) return;
    for (const auto& [answers, names] : compiler::other_refusals(unguarded, guarded->filter))
        import.guarded[answers].insert(names.begin(), names.end());
}

// The policy under these circumstances is what the profile is under the same ones.
bool prove(const OciProfile& profile, const policy::PolicySet& set, const std::set<std::string>& parameters,
           const OciFacts& around, compiler::Facts facts, Import& import) {
    facts.kernel_major = around.kernel_major;
    facts.kernel_minor = around.kernel_minor;
    for (const std::string& each : around.capabilities)
        if (parameters.contains(each)) facts.parameters[compiler::parameter_for(each)] = "true";
    facts.unguarded = true;
    policy::Diagnostics found;
    const auto jail = compiler::compile(set, facts, found);
    if (!jail) {
        show(found, import.sources);
        cannot(import, "what was made of it does not compile").help("change what is named above");
        return false;
    }
    const auto compared = compiler::compare_with_profile(profile, around, jail->filter);
    import.refused.insert(compared.refused.begin(), compared.refused.end());
    import.narrowed.insert(compared.narrowed.begin(), compared.narrowed.end());
    note_guards(set, facts, jail->filter, import);
    if (compared.different.empty()) return true;
    cannot(import, compared.different.front())
        .note("a policy that is not what the profile is would be no import")
        .help("change the rule of the profile about this call");
    return false;
}

bool prove_all(const OciProfile& profile, const compiler::ImportedPolicy& imported, const policy::PolicySet& set,
               const compiler::Facts& facts, Import& import) {
    return std::ranges::all_of(imported.circumstances, [&](const OciFacts& around) {
        return prove(profile, set, imported.capabilities, around, facts, import);
    });
}

std::string listed(const std::set<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text.append(text.empty() ? "`" : ", `").append(name).append("`");
    return text;
}

void say_unknown(const std::string& name) {
    const auto similar = policy::similar_names(name, compiler::syscall_names());
    say("note: `" + policy::escaped(name) + "` is no call that ward knows: it is left out, as runc leaves it out" +
        (similar.empty() ? "" : "; a similar name exists: " + policy::quoted_list(similar)));
}

// All in which the policy is not the profile, and then in which it is.
void say_notes(const Import& import, const compiler::ImportedPolicy& imported) {
    for (const std::string& name : imported.unknown_names) say_unknown(name);
    for (const std::string& call : import.refused) say("note: " + call);
    for (const std::string& words : imported.notes) say("note: " + words);
    for (const auto& [answers, names] : import.guarded) say("note: " + listed(names) + ": " + answers);
    if (!import.narrowed.empty())
        say("note: " + listed(import.narrowed) +
            ": the profile compares whole registers, and the policy the bits that the kernel looks at; the others "
            "count as 0");
    say("note: proved equal to the profile for every set of capabilities; what every policy refuses comes on top");
}

std::optional<std::string> import_file(Import& import) {
    const auto facts = facts_about_caller(import.diagnostics);
    const auto source = facts ? read_profile_text(import.file, import.sources, import.diagnostics) : std::nullopt;
    if (!source) return std::nullopt;
    const auto profile = read_oci_profile(import.file, import.sources[*source].text(), import.diagnostics);
    if (!profile) return std::nullopt;
    auto imported =
        compiler::import_profile(*profile, import.name, plain(import.file.substr(import.file.rfind('/') + 1)),
                                 {facts->machine, {}, facts->kernel_major, facts->kernel_minor});
    for (const auto& [words, remedy] : imported.faults) cannot(import, words).help(remedy);
    if (!imported.faults.empty()) return std::nullopt;
    const auto set = as_policy(imported.text, import);
    if (!set || !prove_all(*profile, imported, *set, *facts, import)) return std::nullopt;
    say_notes(import, imported);
    return imported.text;
}

}  // namespace

int import_policy(const Words& words) {
    const auto [options, status] = begin_with_operands("import", words);
    if (!options) return status;
    if (options->rest.size() != 2 || options->rest.front() != "oci-seccomp")
        return misuse("import", "`import` takes a kind of file and a file",
                      "write `ward import oci-seccomp FILE.json`");
    Import import;
    import.file = options->rest.back();
    const auto output = options->value("output");
    import.name = options->value("name").value_or(default_name(import.file, output));
    if (import.name.empty() || !std::ranges::all_of(import.name, is_plain))
        return misuse("import", "`" + import.name + "` is no name of a policy", "write letters, digits, `-` and `_`");
    const auto text = import_file(import);
    show(import.diagnostics, import.sources);
    if (!text) return failure_status;
    return output ? write_output(*output, *text) : answer(*text);
}

}  // namespace ward::cli
