// From a command line of `ward run` to a plan. Everything that can be refused is refused here.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "compiler/facts.hpp"
#include "compiler/jail.hpp"
#include "policy/library.hpp"
#include "sandbox/cli/options.hpp"
#include "sandbox/cli/reading.hpp"
#include "sandbox/early_init.hpp"
#include "sandbox/id_range.hpp"
#include "sandbox/plan.hpp"

namespace ward::cli {

// What runs that no policy is named after.
inline constexpr const char* policy_of_the_unknown = "base.untrusted";

// What the command line asks for.
struct Request {
    std::string profile;
    bool profile_by_name = false;  // nobody named one: it is the program's name
    bool is_unknown = false;       // no policy is named after the program
    bool dry_run = false;
    bool verify = false;
    std::map<std::string, std::string> parameters;
    Words allow;                        // statements on top of the profile
    std::optional<std::string> save;    // the file for a policy that says the same
    std::optional<std::string> report;  // the file for what is known of the end
    sandbox::AllowedDegraded allow_degraded;
    Words command;  // the program and its arguments, as written
};

// A jail, and what it was compiled from.
struct Compiled {
    policy::PolicySet policies;
    compiler::Facts facts;
    compiler::Jail jail;
};

// A plan, and what a launch is made of besides.
struct Prepared {
    std::optional<sandbox::OwnIdRange> ids;
    std::optional<sandbox::EarlyInit> early;
    std::optional<Compiled> compiled;
    std::optional<sandbox::Plan> plan;
    std::string program;  // its path; empty if it did not come to that
};

// Without a plan, `status` is the exit status. The request becomes what is done: a script's interpreter goes
// before it, and `is_unknown` is set.
[[nodiscard]] Prepared prepare(Request& request, Reading& reading, int& status);

// "/a/b" to "b".
[[nodiscard]] std::string base_name(const std::string& path);

}  // namespace ward::cli
