// `ward compile`: the system-call filter of a policy for other programs to load or to read.
#include "sandbox/cli/compile.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "compiler/compile.hpp"
#include "compiler/proved_filter.hpp"
#include "compiler/raw_filter.hpp"
#include "policy/similar_name.hpp"
#include "sandbox/cli/caller.hpp"
#include "sandbox/cli/console.hpp"
#include "sandbox/cli/operands.hpp"
#include "sandbox/cli/output_file.hpp"
#include "sandbox/cli/reading.hpp"
#include "sandbox/descriptor.hpp"

namespace ward::cli {
namespace {

using compiler::Abi;

struct Request {
    const FilterForm* form = nullptr;
    std::vector<Abi> abis;  // empty: as the policy says
    std::optional<std::string> file;
};

int read_form(const std::string& name, Request& request) {
    const auto forms = filter_forms();
    const auto found = std::ranges::find(forms, name, &FilterForm::name);
    if (found != forms.end()) {
        request.form = &*found;
        return 0;
    }
    std::string all;
    for (const FilterForm& form : forms) all.append(all.empty() ? "`" : ", `").append(form.name).append("`");
    return misuse("compile", "there is no form `" + name + "`", "write one of " + all);
}

// One filter is for one machine.
bool is_one_machine(const std::vector<Abi>& abis) {
    const auto is_arm = [](Abi abi) { return abi == Abi::aarch64; };
    return std::ranges::all_of(abis, is_arm) || std::ranges::none_of(abis, is_arm);
}

int read_abis(const std::string& list, Request& request) {
    for (std::size_t at = 0; at <= list.size();) {
        const std::size_t end = std::min(list.find(',', at), list.size());
        const std::string name = list.substr(at, end - at);
        const auto abi = compiler::find_abi(name);
        if (!abi) return misuse("compile", "there is no ABI `" + name + "`", "write `--abi x86_64,i386,x32`");
        if (std::ranges::find(request.abis, *abi) == request.abis.end()) request.abis.push_back(*abi);
        at = end + 1;
    }
    std::ranges::sort(request.abis);
    if (!is_one_machine(request.abis))
        return misuse("compile", "no machine has the ABIs `" + list + "`",
                      "compile `aarch64` alone, and `x86_64,i386,x32` together");
    const Abi first = request.abis.front();  // the machine's own is the first
    if (first == Abi::x86_64 || first == Abi::aarch64) return 0;
    return misuse("compile", "`--abi " + list + "` leaves out x86_64, by which the machine executes programs",
                  "write `--abi x86_64," + list + "`");
}

int read_request(const Options& options, Request& request) {
    if (options.rest.size() != 1)
        return misuse("compile",
                      "`compile` takes one policy, and " + std::to_string(options.rest.size()) + " are given",
                      "write `ward compile NAME --emit text`");
    if (const int status = read_form(options.value("emit").value_or("text"), request); status != 0) return status;
    if (const auto abis = options.value("abi"))
        if (const int status = read_abis(*abis, request); status != 0) return status;
    request.file = options.value("output");
    if (request.form->is_binary && !request.file && isatty(STDOUT_FILENO) == 1)
        return misuse("compile", "a filter of bytes is nothing for a terminal", "write `-o FILE`");
    return 0;
}

// Those of every branch too: one that holds would add to what the command line says.
void take_abis_out(policy::Block& block) {
    std::erase_if(block.statements, [](const policy::Statement& statement) {
        return std::holds_alternative<policy::AbiStatement>(statement);
    });
    for (policy::When& when : block.whens) {
        take_abis_out(when.then);
        take_abis_out(when.otherwise);
    }
}

// As if the policy had named these ABIs, and none else.
void state_abis(const std::vector<Abi>& abis, policy::PolicySet& set) {
    for (auto& member : set.members) take_abis_out(member.policy.body);
    policy::Policy& policy = set.members.front().policy;
    policy::AbiStatement stated{{}, policy.name.span};
    for (const Abi abi : abis) stated.names.push_back({std::string(compiler::abi_name(abi)), policy.name.span});
    policy.body.statements.emplace_back(std::move(stated));
}

std::optional<compiler::Jail> compile_for(const Request& request, const std::string& entry,
                                          const compiler::Facts& facts, Reading& reading) {
    auto set = reading.load(entry);
    if (!set) return std::nullopt;
    if (!request.abis.empty()) state_abis(request.abis, *set);
    return compiler::compile(*set, facts, reading.diagnostics);
}

int write_filter(const Request& request, const CompiledFilter& filter) {
    const std::string text = request.form->text(filter);
    return request.file ? write_output(*request.file, text) : answer(text);
}

}  // namespace

int compile(const Words& words) {
    const auto [options, status] = begin_with_operands("compile", words);
    if (!options) return status;
    Request request;
    if (const int wrong = read_request(*options, request); wrong != 0) return wrong;
    Reading reading;
    auto facts = facts_about_caller(reading.diagnostics);
    if (!facts) return reading.show(), failure_status;
    if (const int wrong = read_settings("compile", *options, facts->parameters); wrong != 0) return wrong;
    if (!request.abis.empty()) facts->machine = request.abis.front() == Abi::aarch64 ? Abi::aarch64 : Abi::x86_64;
    auto jail = compile_for(request, options->rest.front(), *facts, reading);
    const bool forbids_exec = jail && jail->filter.needs_exec_key;
    if (jail) jail->filter = compiler::for_other_launchers(std::move(jail->filter));
    const auto program =
        jail ? compiler::proved_filter(*jail, {.exec_key = 0, .supervised = false}, reading.diagnostics) : std::nullopt;
    reading.show();
    if (!program) return failure_status;
    std::vector<Abi> abis;
    for (const compiler::AbiModel& abi : jail->filter.abis) abis.push_back(abi.abi);
    const compiler::FilterMap map = compiler::map_filter(*program, abis);
    return write_filter(request, {*jail, reading.sources, map, forbids_exec});
}

}  // namespace ward::cli
