#include "sandbox/cli/additions.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>

#include "policy/format.hpp"
#include "policy/keywords.hpp"
#include "policy/parser.hpp"
#include "sandbox/cli/caller.hpp"
#include "sandbox/cli/console.hpp"
#include "sandbox/descriptor.hpp"

namespace ward::cli {
namespace {

constexpr std::string_view network_calls = "@network-io";

// The section that a kind of statement stands in.
struct SectionOf {
    std::string_view operator()(const policy::NetworkStatement& /*statement*/) const { return "network"; }
    std::string_view operator()(const policy::CallStatement& /*statement*/) const { return "syscalls"; }
    std::string_view operator()(const policy::RefuseStatement& /*statement*/) const { return "syscalls"; }
    std::string_view operator()(const policy::AbiStatement& /*statement*/) const { return "syscalls"; }
    std::string_view operator()(const policy::CapabilityStatement& /*statement*/) const { return "capabilities"; }
    std::string_view operator()(const policy::LimitStatement& /*statement*/) const { return "limits"; }
    std::string_view operator()(const policy::KeepVariableStatement& /*statement*/) const { return "environment"; }
    std::string_view operator()(const policy::SetVariableStatement& /*statement*/) const { return "environment"; }
    std::string_view operator()(const policy::ProcessStatement& /*statement*/) const { return "process"; }
    template <typename Other>
    std::string_view operator()(const Other& /*statement*/) const {
        return "files";
    }
};

policy::Span span_of(const policy::Statement& statement) {
    return std::visit([](const auto& each) { return each.span; }, statement);
}

bool is_policy_name(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

std::string folder_of(const std::string& path) {
    const std::string whole = absolute_path(path, working_folder_or_root());
    return whole.substr(0, whole.rfind('/'));
}

bool is_file(const std::string& entry) {
    return entry.find('/') != std::string::npos || entry.ends_with(".ward");
}

void report_unwritable(const std::string& file, int error, policy::Diagnostics& diagnostics) {
    if (error == EEXIST) {
        diagnostics.add(policy::slug::file_exists, std::nullopt, "`" + file + "` is there already")
            .help("name a file that is not there, or remove it: `rm " + file + "`");
        return;
    }
    diagnostics
        .add(policy::slug::output_unwritable, std::nullopt,
             "`" + file + "` cannot be written: " + strerrordesc_np(error))
        .help("name a file that you may write");
}

// Whether a policy in this file can be found by its name, and can name the one that it uses.
bool can_be_saved(const Saving& saving, const std::string& name, policy::Diagnostics& diagnostics) {
    if (!saving.file.ends_with(".ward") || !is_policy_name(name)) {
        diagnostics.add(policy::slug::usage, std::nullopt, "`" + saving.file + "` is no name for the file of a policy")
            .help("name it after the policy, for example `--save untrusted.ward`");
        return false;
    }
    if (!is_file(saving.entry) || folder_of(saving.entry) == folder_of(saving.file)) return true;
    diagnostics
        .add(policy::slug::usage, std::nullopt,
             "a policy in `" + saving.file + "` cannot use `" + saving.entry + "`, which lies in another folder")
        .note("`use` looks in the folder of the policy, and where policies are installed")
        .help("save it beside the other: `--save " + folder_of(saving.entry) + "/" + name + ".ward`");
    return false;
}

// `connect tcp 443` says what is meant: the calls that it takes come with it.
bool needs_network_calls(const policy::Block& added, const policy::Sources& sources) {
    bool needs = false;
    for (const policy::Statement& statement : added.statements) {
        const auto* network = std::get_if<policy::NetworkStatement>(&statement);
        needs = needs || (network != nullptr && network->permission == policy::Permission::allow);
        if (std::holds_alternative<policy::CallStatement>(statement) &&
            sources.text(span_of(statement)).find(network_calls) != std::string_view::npos)
            return false;
    }
    return needs;
}

}  // namespace

std::optional<policy::Block> read_additions(const Words& texts, Reading& reading) {
    policy::Block all;
    bool is_good = true;
    for (const std::string& text : texts) {
        const policy::FileId file = reading.sources.add("--allow", text);
        if (!policy::check_text(reading.sources, file, reading.diagnostics)) {
            is_good = false;
            continue;
        }
        auto block = policy::parse_statements(reading.sources, file, reading.diagnostics);
        if (block && block->statements.empty())
            reading.diagnostics.add(policy::slug::usage, std::nullopt, "`--allow` has a text without a statement")
                .help("write for example `--allow 'read ~/data'`");
        is_good = is_good && block && !block->statements.empty();
        if (!block) continue;
        std::ranges::move(block->statements, std::back_inserter(all.statements));
    }
    if (!is_good) return std::nullopt;
    if (needs_network_calls(all, reading.sources)) {
        const policy::FileId file =
            reading.sources.add("--allow", "syscalls { allow " + std::string(network_calls) + " }");
        auto calls = policy::parse_statements(reading.sources, file, reading.diagnostics);
        if (!calls) return std::nullopt;
        std::ranges::move(calls->statements, std::back_inserter(all.statements));
    }
    return all;
}

std::string policy_text(const std::string& name, const std::string& entry, const policy::Block& added,
                        const policy::Sources& sources) {
    std::string text = "policy " + name + "\n\nuse " + entry + "\n";
    for (const std::string_view section : policy::section_words) {
        std::string statements;
        for (const policy::Statement& statement : added.statements)
            if (std::visit(SectionOf(), statement) == section)
                statements += std::string(sources.text(span_of(statement))) + '\n';
        if (!statements.empty()) text += "\n" + std::string(section) + " {\n" + statements + "}\n";
    }
    return policy::canonical_form(text);
}

bool save_policy(const Saving& saving, const policy::Block& added, Reading& reading) {
    std::string name = saving.file.substr(saving.file.rfind('/') + 1);
    if (name.ends_with(".ward")) name.resize(name.size() - 5);
    if (!can_be_saved(saving, name, reading.diagnostics)) return false;
    const std::string entry = is_file(saving.entry) ? saving.entry_name : saving.entry;
    const std::string text = policy_text(name, entry, added, reading.sources);
    const sandbox::Descriptor file(
        ::open(saving.file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (file && print(file.number(), text)) return true;
    report_unwritable(saving.file, errno, reading.diagnostics);
    return false;
}

}  // namespace ward::cli
