#include "sandbox/report.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace ward::sandbox {
namespace {

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
    EXPECT_EQ(ended(Report::End::not_started, 127).exit_status(), 127);
}

TEST(Report, JsonOfAPlainEnd) {
    Report report = ended(Report::End::exited, 7);
    report.wall_seconds = 1.5;
    report.cpu_seconds = 0.25;
    report.peak_memory = 4096;
    report.enforced = {"user-namespace", "seccomp"};
    report.notes = {"memory: per-process"};
    EXPECT_EQ(to_json(report), R"({
  "ward": ")" WARD_VERSION R"(",
  "end": "exit",
  "status": 7,
  "exit_status": 7,
  "wall_seconds": 1.5,
  "cpu_seconds": 0.25,
  "peak_memory_bytes": 4096,
  "refused_forks": 0,
  "enforced": [
    "user-namespace",
    "seccomp"
  ],
  "notes": [
    "memory: per-process"
  ]
}
)");
}

TEST(Report, JsonOfAViolation) {
    Report report = ended(Report::End::violation, SIGKILL);
    report.violation = Violation{63, "uname", 0xc000003e, {1, 2, 3, 4, 5, 0xffffffffffffffff}};
    EXPECT_EQ(to_json(report), R"({
  "ward": ")" WARD_VERSION R"(",
  "end": "violation",
  "status": 9,
  "exit_status": 159,
  "violation": {
    "call": "uname",
    "number": 63,
    "abi": 3221225534,
    "arguments": [
      1,
      2,
      3,
      4,
      5,
      18446744073709551615
    ]
  },
  "wall_seconds": 0.0,
  "cpu_seconds": 0.0,
  "peak_memory_bytes": 0,
  "refused_forks": 0,
  "enforced": [],
  "notes": []
}
)");
}

TEST(Report, TextThatIsNoUtf8StaysValidJson) {
    Report report = ended(Report::End::exited, 0);
    report.notes = {"folder \xff"};
    EXPECT_NE(to_json(report).find("folder \xef\xbf\xbd"), std::string::npos);
}

}  // namespace
}  // namespace ward::sandbox
