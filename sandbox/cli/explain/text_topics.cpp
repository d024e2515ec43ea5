// Topics that are explained in sentences: diagnostics, sections, statements, capabilities.
#include <algorithm>

#include "compiler/capabilities.hpp"
#include "policy/keywords.hpp"
#include "sandbox/cli/explain/explanation.hpp"
#include "sandbox/cli/explain/topic.hpp"

namespace ward::cli {
namespace {

template <typename Rows, typename Member>
std::vector<std::string> names_in(const Rows& rows, Member member) {
    std::vector<std::string> names;
    for (const auto& row : rows) names.emplace_back(row.*member);
    return names;
}

// A row of the table of keywords, with its text.
Topic statement_topic(const policy::StatementWord& word) {
    const std::string where = word.section.empty() ? "outside every section" : "in `" + std::string(word.section) + "`";
    Topic topic{"statement " + where, std::string(word.word)};
    const auto texts = statement_texts();
    const auto text = std::find_if(texts.begin(), texts.end(), [&](const StatementText& row) {
        return row.section == word.section && row.word == word.word;
    });
    if (text == texts.end()) return topic;  // a test finds the missing row
    topic.text = text->text;
    topic.words("syntax", std::string(text->syntax)).words("becomes", std::string(text->becomes));
    return topic.example("example", text->example);
}

std::string_view reach_words(compiler::CapabilityReach reach) {
    switch (reach) {
        case compiler::CapabilityReach::jail:
            return "counts for what belongs to the jail's own namespaces";
        case compiler::CapabilityReach::own_network:
            return "counts for the jail's own network; with `network { host }` it has no effect, and keeping it is an "
                   "error";
        case compiler::CapabilityReach::nothing:
            return "has no effect: what it governs belongs to the whole machine, and keeping it is an error";
    }
    return {};
}

}  // namespace

std::vector<std::string> names_of_diagnostics() {
    std::vector<std::string> names;
    for (const policy::Slug* kind : diagnostic_kinds()) names.emplace_back(kind->name);
    return names;
}

std::vector<Topic> find_diagnostic(std::string_view name) {
    const auto kinds = diagnostic_kinds();
    const auto found =
        std::find_if(kinds.begin(), kinds.end(), [&](const policy::Slug* kind) { return kind->name == name; });
    if (found == kinds.end()) return {};
    const policy::Slug& kind = **found;
    Topic topic{kind.severity == policy::Severity::error ? "error" : "warning", std::string(name),
                explanation_of(kind)};
    topic.words("rule", std::string(kind.rule));
    for (const DiagnosticText& text : diagnostic_texts()) {
        if (text.kind != &kind || text.wrong.empty()) continue;
        topic.example("wrong", text.wrong);
        topic.example("right", text.right);
    }
    return {topic};
}

std::vector<std::string> names_of_sections() {
    return {std::begin(policy::section_words), std::end(policy::section_words)};
}

std::vector<Topic> find_section(std::string_view name) {
    for (const SectionText& section : section_texts()) {
        if (section.name != name) continue;
        std::vector<std::string> statements;
        for (const policy::StatementWord& word : policy::statement_words) {
            if (word.section == name) statements.emplace_back(word.word);
        }
        Topic topic{"section", std::string(name), std::string(section.text)};
        topic.names("statements", std::move(statements)).words("becomes", std::string(section.becomes));
        return {topic.example("example", section.example)};
    }
    return {};
}

std::vector<std::string> names_of_statements() {
    std::vector<std::string> names = names_in(policy::statement_words, &policy::StatementWord::word);
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

std::vector<Topic> find_statements(std::string_view name) {
    if (name.ends_with('?')) name.remove_suffix(1);
    std::vector<Topic> topics;
    for (const policy::StatementWord& word : policy::statement_words) {
        if (word.word == name) topics.push_back(statement_topic(word));
    }
    return topics;
}

std::vector<std::string> names_of_capabilities() {
    return names_in(capability_texts(), &CapabilityText::name);
}

std::vector<Topic> find_capability(std::string_view name) {
    const auto number = compiler::capability_number(name);
    if (!number) return {};
    const auto texts = capability_texts();
    const auto text = std::ranges::find(texts, compiler::capability_name(*number), &CapabilityText::name);
    if (text == texts.end()) return {};
    Topic topic{"capability", std::string(text->name), std::string(text->text)};
    topic.words("number", std::to_string(*number));
    topic.words("in a jail", std::string(reach_words(compiler::capability_reach(*number))));
    return {topic};
}

}  // namespace ward::cli
