#include "sandbox/report.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace ward::sandbox {
namespace {

bool has(const std::string& json, const std::string& text) {
    return json.find(text) != std::string::npos;
}

Report ended(Report::End end, int status) {
    Report report;
    report.end = end;
    report.status = status;
    return report;
}

TEST(Report, ExitStatusFollowsTheShell) {
    EXPECT_EQ(ended(Report::End::exited, 7).exit_status(), 7);
    EXPECT_EQ(ended(Report::End::signalled, SIGSEGV).exit_status(), 139);
    EXPECT_EQ(ended(Report::End::violation, SIGKILL).exit_status(), 128 + SIGSYS);
    EXPECT_EQ(ended(Report::End::time_limit, SIGKILL).exit_status(), 124);
    EXPECT_EQ(ended(Report::End::memory_limit, SIGKILL).exit_status(), 137);
    EXPECT_EQ(ended(Report::End::tasks_limit, 2).exit_status(), 2);
    EXPECT_EQ(ended(Report::End::file_size_limit, SIGXFSZ).exit_status(), 153);
    EXPECT_EQ(ended(Report::End::cpu_time_limit, SIGKILL).exit_status(), 137);
    EXPECT_EQ(ended(Report::End::cpu_time_limit, SIGXCPU).exit_status(), 152);
    EXPECT_EQ(ended(Report::End::not_started, 127).exit_status(), 127);
}

TEST(Report, JsonOfAPlainEnd) {
    Report report = ended(Report::End::exited, 7);
    report.policy = "web";
    report.program = "/usr/bin/web";
    report.began = 1700000000;
    report.wall_seconds = 1.5;
    report.cpu_seconds = 0.25;
    report.peak_memory = 4096;
    report.enforced = {"user-namespace", "seccomp"};
    report.notes = {"memory: per-process"};
    EXPECT_EQ(to_json(report), R"({
  "ward": ")" WARD_VERSION R"(",
  "policy": "web",
  "program": "/usr/bin/web",
  "began": 1700000000,
  "end": "exit",
  "status": 7,
  "exit_status": 7,
  "wall_seconds": 1.5,
  "cpu_seconds": 0.25,
  "peak_memory_bytes": 4096,
  "peak_tasks": null,
  "refused_forks": null,
  "memory_kills": null,
  "outside_memory_kills": null,
  "pressure": null,
  "pressure_missing": "the jail had no cgroup of version 2, which counts it",
  "verified": false,
  "enforced": [
    "user-namespace",
    "seccomp"
  ],
  "degraded": [],
  "notes": [
    "memory: per-process"
  ]
}
)");
}

TEST(Report, EachEndHasItsWord) {
    const std::pair<Report::End, const char*> words[] = {{Report::End::exited, "exit"},
                                                         {Report::End::signalled, "signal"},
                                                         {Report::End::violation, "violation"},
                                                         {Report::End::time_limit, "time"},
                                                         {Report::End::memory_limit, "memory"},
                                                         {Report::End::tasks_limit, "tasks"},
                                                         {Report::End::file_size_limit, "file-size"},
                                                         {Report::End::cpu_time_limit, "cpu-time"},
                                                         {Report::End::not_started, "not-started"}};
    for (const auto& [end, word] : words)
        EXPECT_TRUE(has(to_json(ended(end, 1)), std::string("\"end\": \"") + word + "\"")) << word;
}

TEST(Report, PressureAndPeaksOfACgroup) {
    Report report = ended(Report::End::exited, 0);
    report.peak_tasks = 3;
    report.pressure["cpu"] = {7, std::nullopt};
    report.pressure["memory"] = {1234, 56};
    const std::string json = to_json(report);
    EXPECT_TRUE(has(json, "\"peak_tasks\": 3")) << json;
    EXPECT_TRUE(has(json, R"("pressure": {
    "cpu": {
      "some_microseconds": 7,
      "full_microseconds": null
    },
    "memory": {
      "some_microseconds": 1234,
      "full_microseconds": 56
    }
  },)")) << json;
    EXPECT_FALSE(has(json, "pressure_missing"));
}

TEST(Report, WhatWasGivenUp) {
    Report report = ended(Report::End::exited, 0);
    report.degraded = {{"memory", "`memory 1G` holds for each process alone"}};
    EXPECT_TRUE(has(to_json(report), R"("degraded": [
    {
      "feature": "memory",
      "words": "`memory 1G` holds for each process alone"
    }
  ],)"));
}

TEST(Report, JsonOfAViolation) {
    Report report = ended(Report::End::violation, SIGKILL);
    report.violation.emplace();
    report.violation->number = 63;
    report.violation->call = "uname";
    report.violation->abi = 0xc000003e;
    report.violation->arguments[5] = 0xffffffffffffffff;
    report.violation->words = "uname(0)";
    report.violation->reason = "it is forbidden";
    report.violation->rules = {{"web.ward", 4, 5, "forbid uname"}};
    const std::string json = to_json(report);
    EXPECT_TRUE(has(json, R"json("violation": {
    "call": "uname",
    "number": 63,
    "abi": 3221225534,
    "arguments": [
      0,
      0,
      0,
      0,
      0,
      18446744073709551615
    ],
    "decoded": "uname(0)",
    "reason": "it is forbidden",
    "rules": [
      {
        "file": "web.ward",
        "line": 4,
        "column": 5,
        "text": "forbid uname"
      }
    ],
    "change": null
  },)json"))
        << json;
}

TEST(Report, TextThatIsNoUtf8StaysValidJson) {
    Report report = ended(Report::End::exited, 0);
    report.notes = {"folder \xff"};
    EXPECT_NE(to_json(report).find("folder \xef\xbf\xbd"), std::string::npos);
}

TEST(Report, ACallWithoutANameIsNull) {
    Report report = ended(Report::End::violation, SIGKILL);
    report.violation.emplace();
    const std::string json = to_json(report);
    EXPECT_TRUE(has(json, "\"call\": null"));
    EXPECT_TRUE(has(json, "\"decoded\": null"));
    EXPECT_TRUE(has(json, "\"rules\": []"));
}

}  // namespace
}  // namespace ward::sandbox
