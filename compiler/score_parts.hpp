// What each row of a score looks at; internal to it.
//
// A share must never be greater for a jail that allows less: ask what is granted, not what is written.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "compiler/facts.hpp"
#include "compiler/jail.hpp"
#include "policy/policy.hpp"

namespace ward::compiler {

// What one look at a jail finds.
struct Finding {
    double share = 0;
    std::string what;
    Origins origins;
};

constexpr AccessBits bit(policy::Access access) {
    return static_cast<AccessBits>(access);
}

// ---- files

// Of the places of the host that may be used so, the one nearest to `/`.
[[nodiscard]] Finding widest(const Jail& jail, AccessBits access);
[[nodiscard]] Finding readable_secrets(const Jail& jail, const Facts& facts);
[[nodiscard]] Finding writable_starters(const Jail& jail, const Facts& facts);
[[nodiscard]] Finding written_programs(const Jail& jail);

// What runs later and outside of the jail; `~` stands for the home folder.
[[nodiscard]] std::span<const std::string_view> places_that_run();

// ---- system calls

struct DangerousCall {
    std::string_view name;
    unsigned weight;
};
// What exploits of the kernel and of other processes have needed.
[[nodiscard]] std::span<const DangerousCall> calls_that_are_dangerous();

[[nodiscard]] Finding dangerous_calls(const Jail& jail);
[[nodiscard]] Finding all_calls(const Jail& jail);
[[nodiscard]] Finding programs(const Jail& jail);

}  // namespace ward::compiler
