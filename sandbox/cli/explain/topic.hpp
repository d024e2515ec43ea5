// What `ward explain` can be asked about, and the answer as a value: a text for people or JSON.
//
// A word can be several things (`read` is a statement and a system call), so that each kind of topic is
// asked by itself. Everything said is read from the tables that the program works by.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/json.hpp"

namespace ward::cli {

// One thing that is said about a topic.
struct Fact {
    enum class Form { words, names, example };
    std::string_view key;  // `allowed by`; in JSON with `_` for blanks
    Form form;
    std::vector<std::string> values;  // of words and an example: one
};

struct Topic {
    std::string kind;  // `system call`
    std::string name;
    std::string text{};  // a paragraph, may be empty
    std::vector<Fact> facts{};

    Topic& words(std::string_view key, std::string value);
    Topic& example(std::string_view key, std::string_view value);
    Topic& names(std::string_view key, std::vector<std::string> values);  // without a name: no fact
};

struct TopicKind {
    std::string_view title;  // `system calls`
    std::vector<std::string> (*names)();
    std::vector<Topic> (*find)(std::string_view name);  // more than one: `keep` of two sections
};

// In the order in which topics are listed and answers given.
[[nodiscard]] std::span<const TopicKind> topic_kinds();

// Ends in a newline. Lines of at most 80 columns, but for examples.
[[nodiscard]] std::string as_text(const Topic& topic);
[[nodiscard]] sandbox::Json as_json(const Topic& topic);

// Words with blanks between them in lines of at most 80 columns; the first begins with `first`, the others
// are indented by `indent` blanks.
[[nodiscard]] std::string wrapped(std::string_view first, std::size_t indent, std::string_view words);
// The same for names, with commas.
[[nodiscard]] std::string listed(std::string_view first, std::size_t indent, const std::vector<std::string>& names);

// One for each kind, in call_topics.cpp and text_topics.cpp.
[[nodiscard]] std::vector<std::string> names_of_diagnostics();
[[nodiscard]] std::vector<std::string> names_of_sections();
[[nodiscard]] std::vector<std::string> names_of_statements();
[[nodiscard]] std::vector<std::string> names_of_groups();
[[nodiscard]] std::vector<std::string> names_of_calls();
[[nodiscard]] std::vector<std::string> names_of_capabilities();
[[nodiscard]] std::vector<Topic> find_diagnostic(std::string_view name);
[[nodiscard]] std::vector<Topic> find_section(std::string_view name);
[[nodiscard]] std::vector<Topic> find_statements(std::string_view name);
[[nodiscard]] std::vector<Topic> find_call_group(std::string_view name);
[[nodiscard]] std::vector<Topic> find_call(std::string_view name);
[[nodiscard]] std::vector<Topic> find_capability(std::string_view name);

}  // namespace ward::cli
