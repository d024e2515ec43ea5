// `ward run`: one program, jailed. Everything that can be refused is refused before there is a plan for its first
// process, which may already wait for one (early_init.hpp).
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <utility>

#include "policy/render.hpp"
#include "policy/similar_name.hpp"
#include "sandbox/cli/announce.hpp"
#include "sandbox/cli/console.hpp"
#include "sandbox/cli/ending.hpp"
#include "sandbox/cli/operands.hpp"
#include "sandbox/cli/prefault.hpp"
#include "sandbox/cli/prepare.hpp"
#include "sandbox/cli/report_file.hpp"
#include "sandbox/cli/subcommand.hpp"
#include "sandbox/cli/violation.hpp"
#include "sandbox/launch.hpp"
#include "sandbox/planner.hpp"

namespace ward::cli {
namespace {

using policy::escaped;
using sandbox::Report;

Report not_started(int status) {
    Report report;
    report.end = Report::End::not_started;
    report.status = status;
    return report;
}

// ---- the command line

int unknown_feature(const std::string& name) {
    std::vector<std::string_view> names;
    std::vector<std::string> all;
    for (const sandbox::DegradableFeature& feature : sandbox::degradable_features()) {
        names.push_back(feature.name);
        all.emplace_back(feature.name);
    }
    policy::Diagnostics diagnostics;
    auto& error = diagnostics.add(policy::slug::unknown_feature, std::nullopt,
                                  "there is no feature `" + name + "` that a jail can do without");
    const auto similar = policy::similar_names(name, names);
    error.help(similar.empty() ? "write one of " + policy::quoted_list(all)
                               : "a feature with a similar name exists: " + policy::quoted_list(similar));
    show(diagnostics, policy::Sources());
    return nothing_ran_status;
}

// 0, or the status after an error, which has been said.
int read_degraded(const Options& options, Request& request) {
    for (const std::string& name : options.values("allow-degraded")) {
        if (!sandbox::is_degradable(name)) return unknown_feature(name);
        request.allow_degraded.insert(name);
    }
    return 0;
}

// 0, or the status after a usage error.
int read_request(const Options& options, Request& request) {
    if (options.rest.empty()) return misuse("run", "no program is named", "write `ward run PROGRAM ARGS...`");
    request.command = options.rest;
    request.profile_by_name = !options.has("policy");
    request.profile = options.value("policy").value_or(base_name(request.command.front()));
    request.dry_run = options.has("dry-run");
    request.verify = options.has("verify");
    request.allow = options.values("allow");
    request.save = options.value("save");
    request.report = options.value("report");
    if (request.dry_run && request.report)
        return misuse("run", "`--dry-run` runs nothing that `--report` could tell about", "leave one of the two out");
    if (request.report == "-")
        return misuse("run", "`--report -` has no stream: standard output is the program's",
                      "name a file, or a descriptor that you open: `--report /dev/fd/3 3>report.json`");
    if (request.save && request.allow.empty())
        return misuse("run", "`--save` writes what `--allow` says, and there is none", "add `--allow 'STATEMENT'`");
    if (const int status = read_degraded(options, request); status != 0) return status;
    return read_settings("run", options, request.parameters);
}

// The status of a command line that runs nothing.
std::optional<int> read_command_line(const Words& words, Request& request) {
    const auto [options, status] = begin("run", words);
    if (!options) return status;
    if (const int misused = read_request(*options, request); misused != 0) return misused;
    return std::nullopt;
}

// ---- the run

// The first error.
std::string reason_in(const policy::Diagnostics& diagnostics) {
    for (const policy::Diagnostic* each : diagnostics.sorted())
        if (each->kind().severity == policy::Severity::error) return each->message();
    return {};
}

// A report, and what a program that ends at once leaves to the kernel.
struct Done {
    Report report;
    std::shared_ptr<const Prepared> prepared;
    std::shared_ptr<const void> rest_of_launch;
};

Report launch_and_tell(const Request& request, Prepared& prepared, policy::Sources& sources,
                       std::shared_ptr<const void>& rest) {
    policy::Diagnostics problems;
    const std::time_t began = std::time(nullptr);
    // Only what a violation is explained with must stay as long as the program.
    const auto make_filter = [&](sandbox::Plan& plan, policy::Diagnostics& diagnostics) {
        const bool made = add_filter(plan, prepared.compiled->jail, diagnostics);
        if (!plan.supervised_kill) prepared.compiled.reset();
        return made;
    };
    const auto forget = [&] {
        if (!prepared.compiled) sources.forget();
        if (!request.report) prepared.plan->enforced = std::vector<std::string>();
    };
    Report report = sandbox::launch(
        *prepared.plan, problems,
        {.make_filter = make_filter, .early = std::move(prepared.early), .forget = forget, .rest = &rest});
    // With signals blocked, nobody could end one who waits for a reader.
    if (!problems.all().empty() || report.end != Report::End::exited) rest.reset();
    show(problems, sources);
    if (report.end == Report::End::not_started) report.reason = reason_in(problems);
    if (report.violation && prepared.compiled) explain_violation(*report.violation, *prepared.compiled, sources);
    report.began = static_cast<std::uint64_t>(began);
    report.policy = request.profile;
    report.program = prepared.program;
    const std::string words = ending(report, *prepared.plan, base_name(request.command.front()));
    if (words.empty()) return report;
    rest.reset();
    say(words, true);
    return report;
}

// In a frame of its own, since that of a caller stays as long as the program.
[[gnu::noinline]] std::shared_ptr<Prepared> prepare_apart(Request& request, Reading& reading, int& status) {
    auto all = std::make_shared<Prepared>();
    *all = prepare(request, reading, status);
    return all;
}

Done execute(Request& request, Reading& reading) {
    int status = nothing_ran_status;
    const auto all = prepare_apart(request, reading, status);
    Prepared& prepared = *all;
    // Nothing is gained by a filter that comes later where nothing runs.
    if (prepared.plan && request.dry_run && !add_filter(*prepared.plan, prepared.compiled->jail, reading.diagnostics))
        prepared.plan.reset();
    show_for_run(reading);
    if (!prepared.plan) {
        Report report = not_started(status);
        report.reason = reason_in(reading.diagnostics);
        report.began = static_cast<std::uint64_t>(std::time(nullptr));
        report.policy = request.profile;
        report.program = prepared.program;
        return {std::move(report), {}, {}};
    }
    announce(request, reading, prepared);
    if (request.dry_run) return {not_started(answer(sandbox::describe(*prepared.plan, reading.sources))), {}, {}};
    Done done{{}, all, {}};
    done.report = launch_and_tell(request, prepared, reading.sources, done.rest_of_launch);
    return done;
}

int execute_with_report(Request& request, Reading& reading) {
    auto file = ReportFile::open(*request.report, reading.diagnostics);
    if (!file) {
        reading.show();
        return nothing_ran_status;
    }
    const Report report = execute(request, reading).report;
    if (file->write(sandbox::to_json(report))) return report.exit_status();
    say("the report `" + escaped(*request.report) + "` was not written: " + strerrordesc_np(errno), true);
    // Of ward alone, too, if the program has nothing to say.
    return report.exit_status() != 0 ? report.exit_status() : nothing_ran_status;
}

}  // namespace

int run(const Words& words) {
    prefault();
    Request request;
    if (const auto status = read_command_line(words, request)) return *status;
    Reading reading;
    if (request.report) return execute_with_report(request, reading);
    static Done until_exit;  // quick_exit(3) destroys nothing
    until_exit = execute(request, reading);
    return until_exit.report.exit_status();
}

}  // namespace ward::cli
