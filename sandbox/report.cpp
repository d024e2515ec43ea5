#include "sandbox/report.hpp"

#include <csignal>

#include <nlohmann/json.hpp>

namespace ward::sandbox {
namespace {

using Json = nlohmann::ordered_json;

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
    Json json;
    json["call"] = violation.call.empty() ? Json(nullptr) : Json(violation.call);
    json["number"] = violation.number;
    json["abi"] = violation.abi;
    json["arguments"] = violation.arguments;
    return json;
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
    Json json;
    json["ward"] = WARD_VERSION;
    json["end"] = end_word(report.end);
    json["status"] = report.status;
    json["exit_status"] = report.exit_status();
    if (report.violation) json["violation"] = violation_json(*report.violation);
    json["wall_seconds"] = report.wall_seconds;
    json["cpu_seconds"] = report.cpu_seconds;
    json["peak_memory_bytes"] = report.peak_memory;
    json["refused_forks"] = report.refused_forks;
    json["enforced"] = report.enforced;
    json["notes"] = report.notes;
    // Names of files may be no UTF-8; a report is.
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace ward::sandbox
