// What one jail lets happen that another one does not: exact, over all sections.
//
// Power is what a jailed program can do; a difference is power gained, power lost, or neither. Pure: what
// optional rules and patterns name is taken to be there. What cannot be ordered is both gained and lost,
// so that `stricter` never holds by mistake.
#pragma once

#include <linux/filter.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diff_meaning.hpp"
#include "compiler/jail.hpp"

namespace ward::compiler {

struct Difference {
    enum class Change { gained, lost, other } change = Change::other;
    std::string_view section{};             // `files`
    std::string words{};                    // "may now write"
    std::vector<std::string> subjects{};    // what it is about, if that is a list: paths, calls
    Origins in_a{}, in_b{};                 // where each of the two decides; may be empty
    std::vector<std::string> exceptions{};  // below the subjects, and not different
    std::string example{};                  // a call, if the difference is one of arguments
    std::string example_words{};            // how the example is answered: "allowed, was `EPERM`"
};

// True if a difference is decided by these statements, the nearest of each side.
[[nodiscard]] bool is_decided_by(const Difference& difference, const Origins& in_a, const Origins& in_b);

// One of the two that are compared: a policy, or a filter alone.
struct Compared {
    const Jail* jail = nullptr;  // null: only a filter is known
    FilterMeaning filter;
};

// Gained first, then lost, then other; sections in the order of `ward show`. Without two jails only the
// filters are compared. May throw Diagram::TooLarge and TooManyPaths.
[[nodiscard]] std::vector<Difference> differences(const Compared& a, const Compared& b, Diagram& diagram);

// The parts, each in a file of its own.
void compare_files(const Jail& a, const Jail& b, std::vector<Difference>& result);
void compare_network(const Jail& a, const Jail& b, std::vector<Difference>& result);
void compare_filters(const Compared& a, const Compared& b, Diagram& diagram, std::vector<Difference>& result);
void compare_capabilities(const Jail& a, const Jail& b, std::vector<Difference>& result);
void compare_limits(const Jail& a, const Jail& b, std::vector<Difference>& result);
void compare_environment(const Jail& a, const Jail& b, std::vector<Difference>& result);
void compare_process(const Jail& a, const Jail& b, std::vector<Difference>& result);

}  // namespace ward::compiler
