#include "sandbox/cli/explain/explanation.hpp"

#include <algorithm>

namespace ward::cli {
namespace {

// The texts of the tables begin and end with a line end, so that they stand alone in their lines.
constexpr std::string_view trimmed(std::string_view text) {
    while (text.starts_with('\n')) text.remove_prefix(1);
    while (text.ends_with('\n')) text.remove_suffix(1);
    return text;
}

constexpr const policy::Slug* kinds[] = {
#define WARD_SLUG(id, name, severity, rule) &policy::slug::id,
#include "policy/slugs.inc"
#undef WARD_SLUG
};

constexpr DiagnosticText diagnostics[] = {
#define WARD_EXPLANATION(id, text, wrong, right) {&policy::slug::id, trimmed(text), trimmed(wrong), trimmed(right)},
#include "sandbox/cli/explain/diagnostics.inc"
#undef WARD_EXPLANATION
};

constexpr CapabilityText capabilities[] = {
#define WARD_CAPABILITY(name, text) {name, text},
#include "sandbox/cli/explain/capabilities.inc"
#undef WARD_CAPABILITY
};

constexpr SectionText sections[] = {
#define WARD_STATEMENT(section, word, syntax, text, becomes, example)
#define WARD_SECTION(name, text, becomes, example) {name, text, becomes, trimmed(example)},
#include "sandbox/cli/explain/keywords.inc"
#undef WARD_SECTION
#undef WARD_STATEMENT
};

constexpr StatementText statements[] = {
#define WARD_SECTION(name, text, becomes, example)
#define WARD_STATEMENT(section, word, syntax, text, becomes, example) \
    {section, word, syntax, text, becomes, trimmed(example)},
#include "sandbox/cli/explain/keywords.inc"
#undef WARD_STATEMENT
#undef WARD_SECTION
};

}  // namespace

std::span<const DiagnosticText> diagnostic_texts() {
    return diagnostics;
}

std::span<const CapabilityText> capability_texts() {
    return capabilities;
}

std::span<const SectionText> section_texts() {
    return sections;
}

std::span<const StatementText> statement_texts() {
    return statements;
}

std::span<const policy::Slug* const> diagnostic_kinds() {
    return kinds;
}

std::string explanation_of(const policy::Slug& kind) {
    const auto* found = std::ranges::find(diagnostics, &kind, &DiagnosticText::kind);
    std::string text(found == std::end(diagnostics) ? kind.rule : found->text);
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

}  // namespace ward::cli
