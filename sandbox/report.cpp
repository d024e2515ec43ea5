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
        case Report::End::file_size_limit:
            return "file-size";
        case Report::End::cpu_time_limit:
            return "cpu-time";
        case Report::End::not_started:
            break;
    }
    return "not-started";
}

Json text_or_null(const std::string& text) {
    return text.empty() ? Json() : Json(text);
}

Json violation_json(const Violation& violation) {
    Json rules = Json::list();
    for (const Violation::Rule& rule : violation.rules)
        rules.add(Json::object()
                      .set("file", rule.file)
                      .set("line", rule.line)
                      .set("column", rule.column)
                      .set("text", rule.text));
    return Json::object()
        .set("call", violation.call.empty() ? Json() : Json(violation.call))
        .set("number", violation.number)
        .set("abi", violation.abi)
        .set("arguments", Json::list_of(violation.arguments))
        .set("decoded", text_or_null(violation.words))
        .set("reason", text_or_null(violation.reason))
        .set("rules", std::move(rules))
        .set("change", text_or_null(violation.change));
}

Json pressure_json(const Report& report) {
    if (report.pressure.empty()) return {};
    Json all = Json::object();
    for (const auto& [resource, pressure] : report.pressure) {
        const auto& full = pressure.full_microseconds;
        all.set(resource, Json::object()
                              .set("some_microseconds", pressure.some_microseconds)
                              .set("full_microseconds", full ? Json(*full) : Json()));
    }
    return all;
}

Json degraded_json(const Report& report) {
    Json all = Json::list();
    for (const Degraded& each : report.degraded)
        all.add(Json::object().set("feature", each.feature).set("words", each.words));
    return all;
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
        case End::file_size_limit:
            return signal_status + SIGXFSZ;
        case End::cpu_time_limit:
            return signal_status + status;
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
    json.set("policy", text_or_null(report.policy));
    json.set("program", text_or_null(report.program));
    json.set("began", report.began);
    json.set("end", end_word(report.end));
    json.set("status", report.status);
    json.set("exit_status", report.exit_status());
    if (!report.reason.empty()) json.set("reason", report.reason);
    if (report.violation) json.set("violation", violation_json(*report.violation));
    json.set("wall_seconds", report.wall_seconds);
    json.set("cpu_seconds", report.cpu_seconds);
    json.set("peak_memory_bytes", report.peak_memory);
    json.set("peak_tasks", report.peak_tasks ? Json(*report.peak_tasks) : Json());
    json.set("refused_forks", report.refused_forks ? Json(*report.refused_forks) : Json());
    json.set("memory_kills", report.memory_kills ? Json(*report.memory_kills) : Json());
    json.set("outside_memory_kills", report.outside_memory_kills ? Json(*report.outside_memory_kills) : Json());
    json.set("pressure", pressure_json(report));
    if (report.pressure.empty()) json.set("pressure_missing", "the jail had no cgroup of version 2, which counts it");
    json.set("verified", report.verified);
    json.set("enforced", Json::list_of(report.enforced));
    json.set("degraded", degraded_json(report));
    json.set("notes", Json::list_of(report.notes));
    return json.text();
}

}  // namespace ward::sandbox
