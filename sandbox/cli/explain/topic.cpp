#include "sandbox/cli/explain/topic.hpp"

#include <algorithm>
#include <utility>

namespace ward::cli {
namespace {

constexpr std::size_t line_width = 80;

constexpr TopicKind kinds[] = {
    {"sections", names_of_sections, find_section},
    {"statements", names_of_statements, find_statements},
    {"groups of system calls", names_of_groups, find_call_group},
    {"system calls", names_of_calls, find_call},
    {"capabilities", names_of_capabilities, find_capability},
    {"diagnostics", names_of_diagnostics, find_diagnostic},
};

std::string indented(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        if (end != 0) result += "    ";
        result.append(text.substr(0, end)) += '\n';
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return result;
}

std::string json_key(std::string_view key) {
    std::string result(key);
    std::replace(result.begin(), result.end(), ' ', '_');
    return result;
}

std::string fact_text(const Fact& fact) {
    const std::string head = std::string(fact.key) + ':';
    switch (fact.form) {
        case Fact::Form::words:
            return wrapped(head, 4, fact.values.front());
        case Fact::Form::names:
            return listed(head, 4, fact.values);
        case Fact::Form::example:
            return "\n" + head + "\n\n" + indented(fact.values.front());
    }
    return {};
}

// A line that grows word by word.
class Lines {
public:
    Lines(std::string_view first, std::size_t indent) : line_(first), indent_(indent) {}

    void add(std::string_view word) {
        if (!line_.empty() && line_.size() + 1 + word.size() > line_width) {
            text_ += line_ + '\n';
            line_.assign(indent_, ' ').append(word);
            return;
        }
        if (!line_.empty() && line_.back() != ' ') line_ += ' ';
        line_ += word;
    }
    std::string finish() { return std::move(text_) + line_ + '\n'; }

private:
    std::string text_, line_;
    std::size_t indent_;
};

}  // namespace

Topic& Topic::words(std::string_view key, std::string value) {
    facts.push_back({key, Fact::Form::words, {std::move(value)}});
    return *this;
}

Topic& Topic::example(std::string_view key, std::string_view value) {
    facts.push_back({key, Fact::Form::example, {std::string(value)}});
    return *this;
}

Topic& Topic::names(std::string_view key, std::vector<std::string> values) {
    if (!values.empty()) facts.push_back({key, Fact::Form::names, std::move(values)});
    return *this;
}

std::span<const TopicKind> topic_kinds() {
    return kinds;
}

std::string wrapped(std::string_view first, std::size_t indent, std::string_view words) {
    Lines lines(first, indent);
    while (!words.empty()) {
        const std::size_t end = std::min(words.find_first_of(" \n"), words.size());
        if (end != 0) lines.add(words.substr(0, end));
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    return lines.finish();
}

std::string listed(std::string_view first, std::size_t indent, const std::vector<std::string>& names) {
    Lines lines(first, indent);
    for (std::size_t i = 0; i < names.size(); ++i) lines.add(names[i] + (i + 1 < names.size() ? "," : ""));
    return lines.finish();
}

std::string as_text(const Topic& topic) {
    std::string text = topic.name + " (" + topic.kind + ")\n";
    if (!topic.text.empty()) text += '\n' + wrapped("", 0, topic.text);
    bool before = false;  // a fact of another form than the examples, which bring their own blank line
    for (const Fact& fact : topic.facts) {
        if (!before && fact.form != Fact::Form::example) text += '\n';
        before = fact.form != Fact::Form::example;
        text += fact_text(fact);
    }
    return text;
}

sandbox::Json as_json(const Topic& topic) {
    sandbox::Json json = sandbox::Json::object().set("kind", topic.kind).set("name", topic.name);
    if (!topic.text.empty()) json.set("text", topic.text);
    for (const Fact& fact : topic.facts) {
        if (fact.form == Fact::Form::names)
            json.set(json_key(fact.key), sandbox::Json::list_of(fact.values));
        else
            json.set(json_key(fact.key), fact.values.front());
    }
    return json;
}

}  // namespace ward::cli
