#include "sandbox/cli/prepare.hpp"

#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "compiler/compile.hpp"
#include "policy/similar_name.hpp"
#include "sandbox/cli/additions.hpp"
#include "sandbox/cli/caller.hpp"
#include "sandbox/cli/shim.hpp"
#include "sandbox/cli/subcommand.hpp"
#include "sandbox/host.hpp"
#include "sandbox/planner.hpp"
#include "sandbox/setup_failure.hpp"

namespace ward::cli {
namespace {

void report_not_executable(const std::string& name, policy::Diagnostics& diagnostics) {
    struct stat status {};
    if (stat(name.c_str(), &status) == 0 && S_ISDIR(status.st_mode))
        diagnostics
            .add(policy::slug::program_not_executable, std::nullopt, "`" + name + "` is a folder, and no program")
            .help("write the program before it, for example `ward run ls " + name + "`");
    else
        diagnostics.add(policy::slug::program_not_executable, std::nullopt, "`" + name + "` may not be executed")
            .help("look at its mode with `ls -l`, and name a program");
}

// A profile of a program that is installed, since a help that leads to the next error is none.
std::string similar_profile(const std::string& name, const policy::Library& library) {
    const auto policies = library.list();
    std::vector<std::string_view> names;
    for (const policy::Listed& listed : policies)
        if (!find_program(listed.name, own_search_path(), "/").path.empty()) names.push_back(listed.name);
    const auto similar = policy::similar_names(name, names);
    return similar.empty() ? std::string() : similar.front();
}

void report_missing_program(const Request& request, int status, Reading& reading) {
    const std::string& name = request.command.front();
    if (status == 126) return report_not_executable(name, reading.diagnostics);
    auto& error =
        reading.diagnostics.add(policy::slug::program_not_found, std::nullopt, "there is no program `" + name + "`");
    const std::string subcommand = request.profile_by_name ? similar_subcommand(name) : std::string();
    if (name.find('/') != std::string::npos)
        error.help("correct the path, or write the program's name alone to look for it in `PATH`");
    else if (!subcommand.empty())
        error.help("a subcommand has a similar name: `ward " + subcommand + "`");
    else if (const std::string profile = similar_profile(name, reading.library); !profile.empty())
        error.help("a program with a profile has a similar name: `" + profile + "`");
    else
        error.help("install it, or write the path of the program");
}

// Absent after an error: without a key that nobody can guess there is no jail.
std::optional<std::uint64_t> random_key(policy::Diagnostics& diagnostics) {
    std::uint64_t key = 0;
    ssize_t length = 0;
    // getrandom(2): a signal may come before the kernel has enough of them.
    do length = getrandom(&key, sizeof key, 0);
    while (length < 0 && errno == EINTR);
    if (length == sizeof key) return key;
    diagnostics
        .add(policy::slug::launch_failed, std::nullopt,
             "the kernel gives no random number: " + sandbox::error_words(length < 0 ? errno : EIO))
        .help("allow `getrandom` in what surrounds ward");
    return std::nullopt;
}

// A program in the jail that starts another one starts that itself: it has no shims.
Words own_environment(const std::string& shims) {
    Words variables;
    for (char** variable = environ; *variable != nullptr; ++variable) {
        const std::string text = *variable;
        variables.push_back(text.starts_with("PATH=") ? "PATH=" + without_shims(text.substr(5), shims) : text);
    }
    return variables;
}

Prepared plan_on_this_host(const compiler::Jail& jail, const Request& request, const std::string& program,
                           const compiler::Facts& facts, policy::Diagnostics& diagnostics) {
    Prepared prepared;
    const auto files = sandbox::host_files();
    const sandbox::Host host = sandbox::read_host(*files, sandbox::looks_for(jail));
    if (host.privileged) {
        prepared.ids = sandbox::OwnIdRange::take(diagnostics);
        if (!prepared.ids) return prepared;
    }
    const auto key = random_key(diagnostics);
    if (!key) return prepared;
    prepared.plan = sandbox::make_plan(jail, host,
                                       {.program = program,
                                        .arguments = request.command,
                                        .folder = facts.cwd,
                                        .environment = own_environment(shim_folder(facts.home)),
                                        .exec_key = *key,
                                        .id_base = prepared.ids ? prepared.ids->base() : 0,
                                        .allow_degraded = request.allow_degraded},
                                       diagnostics);
    if (prepared.plan) prepared.plan->verify = request.verify;
    return prepared;
}

// What a policy is for: the last part of its name, `python3` of `./python3.ward`.
std::string program_of_policy(const std::string& entry) {
    std::string name = base_name(entry);
    if (name.ends_with(".ward")) name.resize(name.size() - 5);
    return name.substr(name.rfind('.') + 1);
}

// A shim by its path is the program behind it. A script whose first line is `ward run -p python3 --` comes here
// as the program, and it is python3 that runs it.
ProgramSearch find_what_runs(Request& request, const std::string& folder) {
    std::string& name = request.command.front();
    if (name.find('/') != std::string::npos && is_shim(absolute_path(name, folder))) name = base_name(name);
    ProgramSearch program = find_program(name, own_search_path(), folder);
    if (program.path.empty() || request.profile_by_name || !is_script_of_ward(program.path)) return program;
    request.command.insert(request.command.begin(), program_of_policy(request.profile));
    return find_program(request.command.front(), own_search_path(), folder);
}

// What `--allow` adds, for `--save`.
struct Added {
    policy::Block statements;
    std::string used;  // the name of the policy that it is on top of
};

std::optional<policy::PolicySet> load(const Request& request, Reading& reading, Added& added) {
    if (request.allow.empty()) return reading.load(request.profile);
    auto statements = read_additions(request.allow, reading);
    if (!statements) return std::nullopt;
    auto set = reading.load_below(*statements, request.profile);
    if (set) added = {std::move(*statements), set->members[1].policy.name.text};
    return set;
}

// The jail, or nothing after an error. Its first process begins as soon as the policy is read.
std::optional<Compiled> compile(const Request& request, const compiler::Facts& facts, Reading& reading,
                                std::optional<sandbox::EarlyInit>& early, Added& added) {
    auto set = load(request, reading, added);
    if (!set) return std::nullopt;
    if (!request.dry_run && request.allow.empty()) early = sandbox::EarlyInit::make(*set);
    auto jail = compiler::compile(*set, facts, reading.diagnostics);
    if (!jail) return std::nullopt;
    return Compiled{*std::move(set), facts, *std::move(jail)};
}

// A path was typed, and it is not that of the program of this name in PATH: `./ssh` is whatever was unpacked here,
// and must not choose its grants by its name.
bool is_stranger(const std::string& typed, const std::string& program, const std::string& folder) {
    struct stat own {};
    struct stat installed {};
    if (typed.find('/') == std::string::npos) return false;
    const std::string known = find_program(base_name(typed), own_search_path(), folder).path;
    return known.empty() || stat(program.c_str(), &own) != 0 || stat(known.c_str(), &installed) != 0 ||
           own.st_ino != installed.st_ino || own.st_dev != installed.st_dev;
}

void choose_profile(Request& request, const std::string& program, const std::string& folder, const Reading& reading) {
    if (!request.profile_by_name) return;
    request.is_unknown = !request.allow.empty() || !reading.library.has(request.profile) ||
                         is_stranger(request.command.front(), program, folder);
    if (request.is_unknown) request.profile = policy_of_the_unknown;
}

}  // namespace

std::string base_name(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

Prepared prepare(Request& request, Reading& reading, int& status) {
    status = nothing_ran_status;
    auto facts = facts_about_caller(reading.diagnostics);
    if (!facts) return {};
    const auto program = find_what_runs(request, facts->cwd);
    // The installation that a policy names as the root may have what the host has not.
    if (program.path.empty() && request.profile_by_name) {
        status = program.status;
        report_missing_program(request, status, reading);
        return {};
    }
    choose_profile(request, program.path, facts->cwd, reading);
    facts->program = program.path.empty() ? absolute_path(request.command.front(), facts->cwd) : program.path;
    facts->arguments = named_paths({request.command.begin() + 1, request.command.end()}, facts->cwd);
    facts->parameters = request.parameters;
    std::optional<sandbox::EarlyInit> early;
    Added added;
    auto compiled = compile(request, *facts, reading, early, added);
    if (!compiled) {
        Prepared nothing;
        nothing.program = facts->program;
        return nothing;
    }
    const auto inside =
        find_program_below(compiled->jail.root.value, request.command.front(), own_search_path(), facts->cwd);
    if (inside.path.empty() && program.path.empty()) {
        status = program.status;
        report_missing_program(request, status, reading);
        return {};
    }
    const std::string path = inside.path.empty() ? facts->program : inside.path;
    Prepared prepared = plan_on_this_host(compiled->jail, request, path, *facts, reading.diagnostics);
    // Once all of it is known to be right.
    if (prepared.plan && request.save &&
        !save_policy({*request.save, request.profile, added.used}, added.statements, reading))
        prepared.plan.reset();
    prepared.early = std::move(early);
    prepared.compiled = std::move(compiled);
    prepared.program = path;
    return prepared;
}

}  // namespace ward::cli
