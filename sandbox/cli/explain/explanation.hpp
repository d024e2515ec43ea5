// The texts behind `ward explain`: diagnostics, capabilities, sections and statements.
//
// Texts only, in three tables (*.inc), and each must have a row for all that there is: tests compare
// them with the lists that the program works by, and run every example.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "policy/diagnostic.hpp"

namespace ward::cli {

// A paragraph, an example of what it is about, and the example without the mistake. An example is text
// for people that a test can run: a policy `web.ward`, or several files that each begin with a line
// `# NAME.ward`; lines `$ COMMAND` are run, without one `ward check` of the first file.
struct DiagnosticText {
    const policy::Slug* kind;
    std::string_view text;
    std::string_view wrong;  // empty: only a host can show it
    std::string_view right;
};

struct CapabilityText {
    std::string_view name;  // without `cap_`
    std::string_view text;  // what a jailed program can do with it
};

struct SectionText {
    std::string_view name;
    std::string_view text;
    std::string_view becomes;
    std::string_view example;  // a whole policy
};

struct StatementText {
    std::string_view section;  // empty: outside every section
    std::string_view word;
    std::string_view syntax;
    std::string_view text;
    std::string_view becomes;
    std::string_view example;  // what stands below `policy` and `use` lines
};

[[nodiscard]] std::span<const DiagnosticText> diagnostic_texts();
[[nodiscard]] std::span<const CapabilityText> capability_texts();
[[nodiscard]] std::span<const SectionText> section_texts();
[[nodiscard]] std::span<const StatementText> statement_texts();

// Every kind of diagnostic, in the order of slugs.inc.
[[nodiscard]] std::span<const policy::Slug* const> diagnostic_kinds();

// The paragraph of a kind of diagnostic on one line; its rule if it has none.
[[nodiscard]] std::string explanation_of(const policy::Slug& kind);

}  // namespace ward::cli
