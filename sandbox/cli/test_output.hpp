// The results of `ward test`: as TAP (testanything.org, version 14) and as JSON.
#pragma once

#include <string>
#include <vector>

#include "sandbox/json.hpp"

namespace ward::cli {

// One expectation of one test, or why there is none.
struct TestPoint {
    std::string policy;    // as the caller named it
    std::string title;     // of the test
    std::string expected;  // `allow` or `deny`
    std::string question;  // as written; empty: this is no expectation
    bool is_ok = false;
    bool is_skipped = false;         // the policy has no test
    std::string reason;              // the verdict, or what is wrong
    std::string line;                // of the expectation: `file:line: words`
    std::vector<std::string> rules;  // lines that decide, in the same form
    std::string change;              // what would turn the answer round; may be empty
    sandbox::Json place;             // of the expectation
    sandbox::Json answer;            // null if there is none
};

[[nodiscard]] std::string tap(const std::vector<TestPoint>& points);
// {"tests": [...], "passed", "failed"}
[[nodiscard]] std::string test_json(const std::vector<TestPoint>& points);

}  // namespace ward::cli
