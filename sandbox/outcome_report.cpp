#include "sandbox/outcome_report.hpp"

#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <cstring>

#include "sandbox/setup_failure.hpp"

namespace ward::sandbox {
namespace {

// The resource limit that the plan sets; absent if it sets none.
std::optional<std::uint64_t> resource_limit(const Plan& plan, int resource) {
    for (const Step& step : plan.program)
        if (step.operation == Operation::set_rlimit && step.number[0] == static_cast<std::uint64_t>(resource))
            return step.number[1];
    return std::nullopt;
}

// The kernel compares the limit with time that it samples at clock ticks, and reports time that it has measured;
// on a busy machine the second was seen to be a twentieth less.
constexpr double sampling_error = 0.25;

// The soft limit is the hard one, so the kernel kills at once (setrlimit(2), RLIMIT_CPU); a program may also have
// lowered its own.
bool is_out_of_cpu_time(const Plan& plan, int signal, double cpu_seconds) {
    const auto limit = resource_limit(plan, RLIMIT_CPU);
    if (!limit) return false;
    return signal == SIGXCPU ||
           (signal == SIGKILL && cpu_seconds >= static_cast<double>(*limit) * (1 - sampling_error));
}

Report::End end_by_signal(const Plan& plan, int signal, double cpu_seconds, const CgroupUsage& usage) {
    if (signal == SIGKILL && usage.out_of_memory_kills != 0) return Report::End::memory_limit;
    if (signal == SIGXFSZ && resource_limit(plan, RLIMIT_FSIZE)) return Report::End::file_size_limit;
    if (is_out_of_cpu_time(plan, signal, cpu_seconds)) return Report::End::cpu_time_limit;
    return Report::End::signalled;
}

// The kernel kills the program when init ends (pid_namespaces(7)).
int status_without_end(const JailProcess::Remains& remains) {
    return remains.code == CLD_EXITED ? SIGKILL : remains.status;
}

void tell_end(Report& report, const Plan& plan, const Outcome& outcome, const CgroupUsage& usage) {
    const bool killed = !outcome.ended || outcome.ended->wait_code != CLD_EXITED;
    report.status = outcome.ended ? outcome.ended->wait_status : status_without_end(outcome.remains);
    if (outcome.out_of_time) {
        report.end = Report::End::time_limit;
    } else if (outcome.violation) {
        report.end = Report::End::violation;
    } else if (killed) {
        report.end = end_by_signal(plan, report.status, outcome.remains.cpu_seconds, usage);
    } else {
        const bool lacked_tasks = report.status != 0 && usage.refused_forks != 0;
        report.end = lacked_tasks ? Report::End::tasks_limit : Report::End::exited;
    }
}

void tell_use(Report& report, const Plan& plan, const Outcome& outcome, const CgroupUsage& usage) {
    const std::uint64_t kilobytes = outcome.ended ? outcome.ended->peak_kilobytes : outcome.remains.peak_kilobytes;
    report.violation = outcome.violation;
    report.wall_seconds = outcome.wall_seconds;
    report.cpu_seconds = outcome.remains.cpu_seconds;
    report.peak_memory = usage.peak_memory.value_or(kilobytes * 1024);
    // Init is one of them: it is the jail's own.
    if (usage.peak_tasks) report.peak_tasks = std::max<std::uint64_t>(*usage.peak_tasks, 1) - 1;
    if (plan.cgroup.tasks) report.refused_forks = usage.refused_forks;
    if (plan.cgroup.memory) {
        report.memory_kills = usage.out_of_memory_kills;
        report.outside_memory_kills = usage.outside_memory_kills;
    }
    report.pressure = usage.pressure;
}

std::string end_in_words(const JailProcess::Remains& remains) {
    const std::string status = std::to_string(remains.status);
    if (remains.code == CLD_EXITED) return "with status " + status;
    const char* const name = ::sigabbrev_np(remains.status);
    return "by signal " + status + (name == nullptr ? "" : " (SIG" + std::string(name) + ")");
}

// Empty if ward had no reason of its own to end a jail whose program ran.
std::string why_ended(const Outcome& outcome) {
    if (outcome.listener_missing) return "nobody would hear of the calls that `kill` refuses";
    if (outcome.failure) return "its first process cannot give up what it has: " + error_words(outcome.failure->error);
    return {};
}

}  // namespace

void tell(Report& report, const Plan& plan, const Outcome& outcome, const CgroupUsage& usage,
          policy::Diagnostics& diagnostics) {
    if (outcome.failure && !outcome.started) {
        report.status = report_failed_step(plan, *outcome.failure, diagnostics);
    } else if (outcome.interrupted != 0) {
        report.end = Report::End::signalled;
        report.status = outcome.interrupted;
    } else if (outcome.out_of_time && !outcome.started) {
        report.end = Report::End::time_limit;
    } else if (!outcome.started) {
        diagnostics
            .add(policy::slug::launch_failed, std::nullopt,
                 "the first process of the jail ended before its time, " + end_in_words(outcome.remains))
            .help("run it again");
    } else {
        if (const std::string why = why_ended(outcome); !why.empty())
            diagnostics
                .add(policy::slug::launch_failed, std::nullopt, "the jail was ended while the program ran: " + why)
                .help("run it again");
        tell_end(report, plan, outcome, usage);
        tell_use(report, plan, outcome, usage);
    }
}

}  // namespace ward::sandbox
