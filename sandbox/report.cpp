#include "sandbox/report.hpp"

#include <csignal>

#include "sandbox/json.hpp"

namespace ward::sandbox {
namespace {

constexpr int time_limit_status = 124;  // as timeout(1)
constexpr int signal_status = 128;      // as the shell

const char* end_word(Report::End end) {
    switch (end) {
        case Report::End::exited:
            return "exit";
        case Report::End::signalled:
            return "signal";
        case Report::End::violation:
            return "violation";
        case Report::End::time_limit:
            return "time";
        case Report::End::memory_limit:
            return "memory";
        case Report::End::tasks_limit:
            return "tasks";
        case Report::End::not_started:
            break;
    }
    return "not-started";
}

Json violation_json(const Violation& violation) {
    return Json::object()
        .set("call", violation.call.empty() ? Json() : Json(violation.call))
        .set("number", violation.number)
        .set("abi", violation.abi)
        .set("arguments", Json::list_of(violation.arguments));
}

}  // namespace

int Report::exit_status() const {
    switch (end) {
        case End::signalled:
            return signal_status + status;
        case End::violation:
            return signal_status + SIGSYS;
        case End::time_limit:
            return time_limit_status;
        case End::memory_limit:
            return signal_status + SIGKILL;
        case End::exited:
        case End::tasks_limit:
        case End::not_started:
            break;
    }
    return status;
}

std::string to_json(const Report& report) {
    Json json = Json::object();
    json.set("ward", WARD_VERSION);
    json.set("end", end_word(report.end));
    json.set("status", report.status);
    json.set("exit_status", report.exit_status());
    if (report.violation) json.set("violation", violation_json(*report.violation));
    json.set("wall_seconds", report.wall_seconds);
    json.set("cpu_seconds", report.cpu_seconds);
    json.set("peak_memory_bytes", report.peak_memory);
    json.set("refused_forks", report.refused_forks);
    json.set("enforced", Json::list_of(report.enforced));
    json.set("notes", Json::list_of(report.notes));
    return json.text();
}

}  // namespace ward::sandbox
