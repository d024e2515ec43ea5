#include "sandbox/cli/completion.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include "policy/keywords.hpp"
#include "policy/library.hpp"
#include "policy/render.hpp"
#include "sandbox/cli/console.hpp"
#include "sandbox/cli/explain/topic.hpp"
#include "sandbox/cli/subcommand.hpp"
#include "sandbox/degradable.hpp"

namespace ward::cli {
namespace {

// ---- command lines, as far as they are written

bool is_option(std::string_view word) {
    return word.size() > 1 && word.front() == '-' && word != "--";
}

const Option* find_option(std::span<const Option> table, std::string_view word) {
    for (const Option& option : table) {
        const bool is_letter = option.letter != 0 && word == std::string{'-', option.letter};
        if (is_letter || word == "--" + std::string(option.name)) return &option;
    }
    return nullptr;
}

// Where the last word of a command line stands.
struct Cursor {
    const Option* option = nullptr;  // its value is awaited
    bool options_ended = false;      // by `--` or by a word that is none
    Words rest;                      // the words that are no options, without the last
};

Cursor cursor_of(const Subcommand& subcommand, std::span<const std::string> words) {
    Cursor cursor;
    for (const std::string& word : words.first(words.size() - 1)) {
        if (cursor.option != nullptr) {
            cursor.option = nullptr;
        } else if (!cursor.options_ended && word == "--") {
            cursor.options_ended = true;
        } else if (!cursor.options_ended && is_option(word)) {
            const Option* option = find_option(subcommand.options, word);
            if (option != nullptr && !option->value.empty()) cursor.option = option;
        } else {
            cursor.options_ended = true;
            cursor.rest.push_back(word);
        }
    }
    return cursor;
}

// ---- candidates

class Completer {
public:
    explicit Completer(std::string_view written) : written_(written) {}

    Completion take() && { return std::move(result_); }

    void first_word() {
        for (const Subcommand& subcommand : subcommands())
            add(std::string(subcommand.name), std::string(subcommand.summary));
        policies();
        result_.programs = true;
    }

    void options(std::span<const Option> table) {
        for (const Option& option : table) add("--" + std::string(option.name), std::string(option.help));
    }

    // `--name=` and a part of the value.
    void option_with_value(std::span<const Option> table) {
        const std::size_t equals = written_.find('=');
        const Option* option = find_option(table, written_.substr(0, equals));
        if (option == nullptr) return;
        prefix_ = std::string(written_.substr(0, equals + 1));
        value(option->value);
    }

    // What a placeholder of a usage line stands for: `NAME|FILE`, `json|text`.
    void value(std::string_view placeholder) {
        while (!placeholder.empty()) {
            const std::size_t bar = placeholder.find('|');
            kind(placeholder.substr(0, bar));
            placeholder.remove_prefix(bar == std::string_view::npos ? placeholder.size() : bar + 1);
        }
    }

    void positional(const Subcommand& subcommand, const Words& rest) {
        if (subcommand.name == "why" && !rest.empty()) return question({rest.begin() + 1, rest.end()});
        value(placeholder_at(subcommand.usage, rest.size()));
    }

private:
    // The word of a usage line for the nth word that is no option; the last one goes on with `...`.
    static std::string placeholder_at(std::string_view usage, std::size_t index) {
        std::vector<std::string> names;
        std::string name;
        for (const char c : std::string(usage) + ' ') {
            if (c == '[' || c == ']' || c == '.') continue;
            if (c != ' ') {
                name += c;
            } else if (!name.empty() && name != "OPTIONS" && name != "--") {
                names.push_back(std::exchange(name, {}));
            } else {
                name.clear();
            }
        }
        if (names.empty() || (index >= names.size() && !usage.ends_with("...") && !usage.ends_with("...]"))) return {};
        return names[std::min(index, names.size() - 1)];
    }

    void kind(std::string_view name) {
        if (name == "NAME" || name == "POLICY") policies();
        if (name == "FILE" || name == "FOLDER" || name == "ARGS" || name == "POLICY") result_.files = true;
        if (name == "PROGRAM") result_.programs = result_.files = true;
        if (name == "WORD") topics();
        if (name == "STATEMENT") statements();
        if (name == "SUBCOMMAND")
            for (const Subcommand& each : subcommands()) add(std::string(each.name), std::string(each.summary));
        if (name == "FEATURE")
            for (const sandbox::DegradableFeature& each : sandbox::degradable_features())
                add(std::string(each.name), "without it: " + std::string(each.without));
        if (!name.empty() && std::islower(static_cast<unsigned char>(name.front()))) add(std::string(name), {});
    }

    void policies() {
        const policy::Library library(policy::SearchPath::from_environment());
        for (const policy::Listed& policy : library.list()) add(policy.name, policy.description);
    }

    void topics() {
        for (const TopicKind& each : topic_kinds()) names(each.names(), each.title);
    }

    // How one begins.
    void statements() {
        for (const policy::StatementWord& row : policy::statement_words)
            if (!row.section.empty()) add(std::string(row.word), "in " + std::string(row.section));
    }

    void names(const std::vector<std::string>& all, std::string_view description) {
        for (const std::string& name : all) add(name, std::string(description));
    }

    void question(const Words& before) {
        if (before.empty()) {
            for (const char* word : {"read", "write", "execute", "connect", "listen", "resolve", "syscall",
                                     "capability", "device", "variable"})
                add(word, {});
        } else if (before.front() == "syscall") {
            names(names_of_calls(), "system call");
        } else if (before.front() == "capability") {
            names(names_of_capabilities(), "capability");
        } else if (before.front() == "connect" || before.front() == "listen") {
            if (before.size() == 1) add("tcp", {});
        } else {
            result_.files = true;
        }
    }

    void add(std::string word, std::string description) {
        word.insert(0, prefix_);
        if (word.starts_with(written_)) result_.candidates.push_back({std::move(word), std::move(description)});
    }

    std::string_view written_;
    std::string prefix_;
    Completion result_;
};

std::string as_lines(const Completion& completion) {
    std::string text;
    for (const Candidate& candidate : completion.candidates)
        text += policy::escaped(candidate.word) + '\t' + policy::escaped(candidate.description) + '\n';
    if (completion.files) text += ":files\n";
    if (completion.programs) text += ":programs\n";
    return text;
}

}  // namespace

Completion complete(const Words& words) {
    const std::string& written = words.back();
    Completer completer(written);
    const Subcommand* named = words.size() > 1 ? find_subcommand(words.front()) : nullptr;
    if (words.size() == 1 && !is_option(written)) {
        completer.first_word();
        return std::move(completer).take();
    }
    const Subcommand& subcommand = named != nullptr ? *named : *find_subcommand("run");
    const Cursor cursor = cursor_of(subcommand, std::span(words).subspan(named != nullptr ? 1 : 0));
    if (cursor.option != nullptr)
        completer.value(cursor.option->value);
    else if (!cursor.options_ended && is_option(written) && written.find('=') != std::string::npos)
        completer.option_with_value(subcommand.options);
    else if (!cursor.options_ended && written.starts_with('-'))
        completer.options(subcommand.options);
    else
        completer.positional(subcommand, cursor.rest);
    return std::move(completer).take();
}

int completion(const Words& words) {
    auto [options, status] = begin("completion", words);
    if (!options) return status;
    if (options->has("candidates")) {
        if (options->rest.empty()) options->rest.emplace_back();
        return answer(as_lines(complete(options->rest)));
    }
    const std::string shell = options->rest.size() == 1 ? options->rest.front() : std::string();
    const std::string_view script = completion_script(shell);
    if (script.empty())
        return misuse("completion", shell.empty() ? "no shell is named" : "there is no script for `" + shell + "`",
                      "write `ward completion bash`, `zsh` or `fish`");
    return answer(script);
}

}  // namespace ward::cli
