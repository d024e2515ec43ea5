#include "sandbox/cli/ending.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "policy/render.hpp"

namespace ward::cli {
namespace {

using sandbox::Report;

std::string hexadecimal(std::uint64_t number) {
    std::array<char, 24> text{};
    std::snprintf(text.data(), text.size(), number < 10 ? "%llu" : "0x%llx", static_cast<unsigned long long>(number));
    return text.data();
}

// `socket(AF_INET, SOCK_STREAM, 0)` where that is known; else the six argument registers, of which the call may
// read fewer.
std::string call_in_words(const std::optional<sandbox::Violation>& violation) {
    if (!violation) return "a call that the kernel does not name";
    if (!violation->words.empty()) return '`' + violation->words + '`';
    std::string text = "`" + (violation->call.empty() ? "call " + std::to_string(violation->number) : violation->call);
    text += "` with the arguments";
    for (const std::uint64_t argument : violation->arguments) text += " " + hexadecimal(argument);
    return text;
}

// "60 s", "1.5 s", "250 ms"
std::string duration(std::uint64_t milliseconds) {
    if (milliseconds < 1000) return std::to_string(milliseconds) + " ms";
    std::string text = std::to_string(milliseconds / 1000);
    const std::uint64_t rest = milliseconds % 1000;
    if (rest != 0) {
        std::string fraction = std::to_string(1000 + rest).substr(1);
        fraction.resize(fraction.find_last_not_of('0') + 1);
        text += "." + fraction;
    }
    return text + " s";
}

// "512M", "1G", "1000 bytes"
std::string size(std::uint64_t bytes) {
    constexpr std::array units{'G', 'M', 'K'};
    std::uint64_t factor = std::uint64_t{1} << 30;
    for (const char unit : units) {
        if (bytes >= factor && bytes % factor == 0) return std::to_string(bytes / factor) + unit;
        factor >>= 10;
    }
    return std::to_string(bytes) + " bytes";
}

// ", which `forbid socket` in web.ward:4 refuses" or ", and nothing in the policy allows it"
std::string why_refused(const std::optional<sandbox::Violation>& violation) {
    if (!violation || violation->reason.empty()) return {};
    if (violation->rules.empty()) return ", and " + violation->reason;
    const sandbox::Violation::Rule& rule = violation->rules.front();
    return ", and " + violation->reason + ": `" + policy::escaped(rule.text) + "` in " + policy::escaped(rule.file) +
           ':' + std::to_string(rule.line);
}

std::string processes_were_ended(std::uint64_t count, const std::string& name) {
    return std::to_string(count) + (count == 1 ? " process of " + name + " was" : " processes of " + name + " were") +
           " ended";
}

// What a limit of each process allows, as the plan sets it.
std::uint64_t process_limit(const sandbox::Plan& plan, int resource) {
    for (const sandbox::Step& step : plan.program)
        if (step.operation == sandbox::Operation::set_rlimit && step.number[0] == static_cast<std::uint64_t>(resource))
            return step.number[1];
    return 0;
}

// A program's own fault. A shell would say so of a program that it starts itself; of ward it sees an exit status. The
// fault may lie in what the program makes of an errno that it never gets elsewhere. Empty for other signals.
std::string fault(int signal, const sandbox::Plan& plan, const std::string& name) {
    constexpr std::array faults{SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP};
    if (std::ranges::find(faults, signal) == faults.end()) return {};
    std::string words = ::sigdescr_np(signal);
    words[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(words[0])));
    std::string text = name + " was ended by SIG" + ::sigabbrev_np(signal) + " (" + words + ')';
    if (plan.supervised_kill) return text;
    return text + "; if it only does that in a jail, `--allow 'refuse with kill'` names the call that was refused";
}

}  // namespace

std::string ending(const Report& report, const sandbox::Plan& plan, const std::string& program) {
    const std::string name = policy::escaped(program);
    switch (report.end) {
        case Report::End::violation:
            return "the filter ended " + name + ": it called " + call_in_words(report.violation) +
                   why_refused(report.violation);
        case Report::End::time_limit:
            return "the time limit ended " + name + ": it ran longer than " + duration(plan.time_limit.value_or(0));
        case Report::End::memory_limit:
            return "the memory limit ended " + name + ": it needed more than " + size(plan.cgroup.memory.value_or(0));
        case Report::End::tasks_limit:
            return "the tasks limit refused " + name + " " + std::to_string(report.refused_forks.value_or(0)) +
                   (report.refused_forks == 1U ? " new task" : " new tasks");
        case Report::End::file_size_limit:
            return "the file size limit ended " + name + ": it wrote a file of more than " +
                   size(process_limit(plan, RLIMIT_FSIZE));
        case Report::End::cpu_time_limit:
            return "the CPU time limit ended " + name + ": it used more than " +
                   duration(process_limit(plan, RLIMIT_CPU) * 1000);
        case Report::End::signalled:
            if (std::string words = fault(report.status, plan, name); !words.empty()) return words;
            break;
        case Report::End::exited:
        case Report::End::not_started:
            break;
    }
    const std::string limit = size(plan.cgroup.memory.value_or(0));
    // With cgroups of version 1 the kernel picks a process, and the program may go on.
    if (const std::uint64_t killed = report.memory_kills.value_or(0); killed != 0)
        return processes_were_ended(killed, name) + " for want of memory: the limit is " + limit;
    if (const std::uint64_t killed = report.outside_memory_kills.value_or(0); killed != 0)
        return processes_were_ended(killed, name) + ", since memory is short outside of the jail: its limit of " +
               limit + " was not reached";
    return {};
}

}  // namespace ward::cli
