// `ward run`: one program, jailed. Everything that can be refused is refused before a process exists.
#include <sys/random.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "policy/render.hpp"
#include "sandbox/cli/caller.hpp"
#include "sandbox/cli/console.hpp"
#include "sandbox/cli/ending.hpp"
#include "sandbox/cli/operands.hpp"
#include "sandbox/cli/reading.hpp"
#include "sandbox/cli/report_file.hpp"
#include "sandbox/cli/subcommand.hpp"
#include "sandbox/host.hpp"
#include "sandbox/id_range.hpp"
#include "sandbox/launch.hpp"
#include "sandbox/planner.hpp"

namespace ward::cli {
namespace {

using policy::escaped;
using sandbox::Report;

// What the command line asks for.
struct Request {
    std::string profile;
    bool profile_by_name = false;  // nobody named one: it is the program's name
    bool dry_run = false;
    std::map<std::string, std::string> parameters;
    Words command;  // the program and its arguments, as written
};

std::string base_name(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

Report not_started(int status) {
    Report report;
    report.end = Report::End::not_started;
    report.status = status;
    return report;
}

// ---- the command line

// 0, or the status after a usage error.
int read_request(const Options& options, Request& request) {
    if (options.rest.empty()) return misuse("run", "no program is named", "write `ward run PROGRAM ARGS...`");
    request.command = options.rest;
    request.profile_by_name = !options.has("policy");
    request.profile = options.value("policy").value_or(base_name(request.command.front()));
    request.dry_run = options.has("dry-run");
    if (request.dry_run && options.has("report"))
        return misuse("run", "`--dry-run` runs nothing that `--report` could tell about", "leave one of the two out");
    return read_settings("run", options, request.parameters);
}

// ---- from the request to the plan

void report_missing_program(const Request& request, int status, policy::Diagnostics& diagnostics) {
    const std::string& name = request.command.front();
    if (status == 126) {
        diagnostics.add(policy::slug::program_not_executable, std::nullopt, "`" + name + "` may not be executed")
            .help("look at its mode with `ls -l`, and name a program");
        return;
    }
    auto& error = diagnostics.add(policy::slug::program_not_found, std::nullopt, "there is no program `" + name + "`");
    const std::string subcommand = request.profile_by_name ? similar_subcommand(name) : std::string();
    if (!subcommand.empty())
        error.help("a subcommand has a similar name: `ward " + subcommand + "`");
    else if (name.find('/') == std::string::npos)
        error.help("install it, or write the path of the program");
    else
        error.help("correct the path, or write the program's name alone to look for it in `PATH`");
}

void report_missing_profile(const Request& request, policy::Diagnostics& diagnostics) {
    const std::string name = request.profile;
    diagnostics.add(policy::slug::no_profile, std::nullopt, "no policy is named `" + name + "`")
        .note("nothing is reachable unless a policy says so, so nothing runs without one")
        .help("start one in `~/.config/ward/" + name + ".ward` with `policy " + name +
              "; use base.program; files { read $arguments }`, and give it what the program needs");
}

std::uint64_t random_key() {
    std::uint64_t key = 0;
    while (getrandom(&key, sizeof key, 0) != sizeof key) {
        // getrandom(2) with fewer than 256 bytes fails only when a signal comes before the pool is ready.
        if (errno != EINTR) std::abort();
    }
    return key;
}

Words own_environment() {
    Words variables;
    for (char** variable = environ; *variable != nullptr; ++variable) variables.emplace_back(*variable);
    return variables;
}

// A plan, and what must stay as long as the jail does.
struct Prepared {
    std::optional<sandbox::OwnIdRange> ids;
    std::optional<sandbox::Plan> plan;
};

Prepared plan_on_this_host(const compiler::Jail& jail, const Request& request, const compiler::Facts& facts,
                           policy::Diagnostics& diagnostics) {
    Prepared prepared;
    const auto files = sandbox::host_files();
    const sandbox::Host host = sandbox::read_host(*files);
    if (host.privileged) {
        prepared.ids = sandbox::OwnIdRange::take(diagnostics);
        if (!prepared.ids) return prepared;
    }
    prepared.plan = sandbox::make_plan(jail, host,
                                       {.program = facts.program,
                                        .arguments = request.command,
                                        .folder = facts.cwd,
                                        .environment = own_environment(),
                                        .exec_key = random_key(),
                                        .id_base = prepared.ids ? prepared.ids->base() : 0},
                                       diagnostics);
    return prepared;
}

// Without a plan, `status` is the exit status.
Prepared prepare(const Request& request, Reading& reading, int& status) {
    status = nothing_ran_status;
    auto facts = facts_about_caller(reading.diagnostics);
    if (!facts) return {};
    const char* search_path = std::getenv("PATH");
    const std::string folders = search_path == nullptr ? "" : search_path;
    const auto program = find_program(request.command.front(), folders, facts->cwd);
    // The installation that a policy names as the root may have what the host has not.
    if (program.path.empty() && request.profile_by_name) {
        status = program.status;
        report_missing_program(request, status, reading.diagnostics);
        return {};
    }
    if (request.profile_by_name && !reading.library.has(request.profile)) {
        report_missing_profile(request, reading.diagnostics);
        return {};
    }
    facts->program = program.path.empty() ? absolute_path(request.command.front(), facts->cwd) : program.path;
    facts->arguments = named_paths({request.command.begin() + 1, request.command.end()}, facts->cwd);
    facts->parameters = request.parameters;
    const auto jail = reading.compile(request.profile, *facts);
    if (!jail) return {};
    const auto inside = find_program_below(jail->root.value, request.command.front(), folders, facts->cwd);
    if (!inside.path.empty()) facts->program = inside.path;
    if (inside.path.empty() && program.path.empty()) {
        status = program.status;
        report_missing_program(request, status, reading.diagnostics);
        return {};
    }
    return plan_on_this_host(*jail, request, *facts, reading.diagnostics);
}

// ---- the run

void announce(const Request& request, const Reading& reading, const sandbox::Plan& plan) {
    if (request.profile_by_name)
        say(escaped(base_name(request.command.front())) + " runs under the profile `" + escaped(request.profile) +
            "` (" + escaped(reading.origin) + ")");
    for (const std::string& note : plan.notes) say("note: " + escaped(note));
}

Report launch_and_tell(const Request& request, const sandbox::Plan& plan, const policy::Sources& sources) {
    policy::Diagnostics problems;
    Report report = sandbox::launch(plan, problems);
    show(problems, sources);
    const std::string words = ending(report, plan, base_name(request.command.front()));
    if (!words.empty()) say(words, true);
    return report;
}

Report execute(const Request& request, Reading& reading) {
    int status = nothing_ran_status;
    const Prepared prepared = prepare(request, reading, status);
    reading.show();
    if (!prepared.plan) return not_started(status);
    announce(request, reading, *prepared.plan);
    if (request.dry_run) return not_started(answer(sandbox::describe(*prepared.plan, reading.sources)));
    return launch_and_tell(request, *prepared.plan, reading.sources);
}

int execute_with_report(const Request& request, Reading& reading, const std::string& path) {
    auto file = ReportFile::open(path, reading.diagnostics);
    if (!file) {
        reading.show();
        return nothing_ran_status;
    }
    const Report report = execute(request, reading);
    if (!file->write(sandbox::to_json(report)))
        say("the report `" + escaped(path) + "` was not written: " + strerrordesc_np(errno), true);
    return report.exit_status();
}

}  // namespace

int run(const Words& words) {
    const auto [options, status] = begin("run", words);
    if (!options) return status;
    Request request;
    if (const int misused = read_request(*options, request); misused != 0) return misused;
    Reading reading;
    const auto report = options->value("report");
    return report ? execute_with_report(request, reading, *report) : execute(request, reading).exit_status();
}

}  // namespace ward::cli
