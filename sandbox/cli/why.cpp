// `ward why`: whether a policy lets something happen, the line that decides, and what would change it.
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "compiler/compile.hpp"
#include "compiler/syscall_table.hpp"
#include "policy/parser.hpp"
#include "sandbox/cli/answers.hpp"
#include "sandbox/cli/caller.hpp"
#include "sandbox/cli/console.hpp"
#include "sandbox/cli/operands.hpp"
#include "sandbox/cli/reading.hpp"
#include "sandbox/cli/subcommand.hpp"

namespace ward::cli {
namespace {

// A word of the shell that a policy would have to quote.
std::string quoted_if_needed(const std::string& word) {
    const bool is_bare = std::ranges::all_of(word, [](char c) {
        return static_cast<unsigned char>(c) > ' ' &&
               std::string_view("\"'#,;(){}\\\x7f").find(c) == std::string_view::npos;
    });
    return is_bare ? word : compiler::in_quotes(word);
}

// Here, unlike in a policy, a path may begin at the working folder, as the shell completes it.
std::string whole_path(const std::string& path) {
    const bool is_whole = path.empty() || std::string_view("/~$\"").find(path.front()) != std::string_view::npos;
    return is_whole ? path : absolute_path(path, working_folder_or_root());
}

bool asks_for_path(std::string_view verb) {
    return verb == "read" || verb == "write" || verb == "execute";
}

// A verb without its path, and the name of a call that would be taken for a verb. 0 if it is neither.
int report_bare_word(const Words& question) {
    const std::string& word = question.front();
    if (question.size() != 1) return 0;
    if (asks_for_path(word))
        return misuse("why", "`" + word + "` names no path", "add one, for example `" + word + " /etc/shadow`");
    const bool is_verb = word == "connect" || word == "listen";
    if (is_verb || !compiler::syscall_number(word)) return 0;
    return misuse("why", "`" + word + "` alone is no question", "write `syscall " + word + "`");
}

// `read '/a b'` and `'read "/a b"'` ask the same; values of calls hold characters of their own.
std::string question_text(const Words& words) {
    std::string text = words.front();
    const std::size_t blank = text.find(' ');
    if (words.size() == 1 && asks_for_path(text.substr(0, blank)) &&
        text.find_first_of(" \"'", blank + 1) > text.size())
        return text.substr(0, blank) + ' ' + whole_path(text.substr(blank + 1));
    const bool has_path = asks_for_path(text);
    for (std::size_t n = 1; n < words.size(); ++n)
        text += ' ' + (has_path ? quoted_if_needed(whole_path(words[n])) : words[n]);
    return text;
}

// The program as `ward NAME` would find it.
std::string program_of(const policy::Policy& policy, const std::string& folder) {
    const std::string& name = policy.name.text;
    const std::size_t dot = name.rfind('.');
    return find_program(dot == std::string::npos ? name : name.substr(dot + 1), own_search_path(), folder).path;
}

struct Answered {
    compiler::ResolvedQuestion question;
    compiler::Answer answer;
};

std::optional<Answered> ask(const std::string& entry, const std::string& words,
                            const std::map<std::string, std::string>& parameters, Reading& reading) {
    auto facts = facts_about_caller(reading.diagnostics);
    const auto set = reading.load(entry);
    const policy::FileId text = reading.sources.add("question", words);
    const auto question = policy::parse_question(reading.sources, text, reading.diagnostics);
    if (!facts || !set || !question) return std::nullopt;
    facts->parameters = parameters;
    facts->program = program_of(set->members.front().policy, facts->cwd);
    const auto jail = compiler::compile(*set, *facts, reading.diagnostics);
    if (!jail) return std::nullopt;
    auto resolved = compiler::resolve_question(*question, *set, *facts, reading.diagnostics);
    if (!resolved) return std::nullopt;
    compiler::Answer answer = compiler::tried_answer(*jail, {*set, *facts, *resolved, reading.sources});
    return Answered{*std::move(resolved), std::move(answer)};
}

int status_of(const compiler::Answer& answer) {
    constexpr int denied_status = 1;
    constexpr int depends_status = 3;
    switch (answer.verdict) {
        case compiler::Answer::Verdict::allowed:
            return EXIT_SUCCESS;
        case compiler::Answer::Verdict::denied:
            return denied_status;
        case compiler::Answer::Verdict::depends:
            break;
    }
    return depends_status;
}

}  // namespace

int why(const Words& words) {
    const auto [options, status] = begin_with_operands("why", words);
    if (!options) return status;
    if (options->rest.empty())
        return misuse("why", "no policy is named",
                      "write `ward why NAME QUESTION`, for example `ward why curl read /etc`");
    if (options->rest.size() == 1)
        return misuse("why", "nothing is asked about `" + options->rest.front() + "`",
                      "add a question, for example `read /etc/shadow` or `connect tcp 443`");
    const Words question(options->rest.begin() + 1, options->rest.end());
    if (const int wrong = report_bare_word(question); wrong != 0) return wrong;
    std::map<std::string, std::string> parameters;
    if (const int wrong = read_settings("why", *options, parameters); wrong != 0) return wrong;
    Reading reading;
    const auto answered = ask(options->rest.front(), question_text(question), parameters, reading);
    reading.show();
    if (!answered) return usage_status;
    const int printed =
        cli::answer(options->has("json")
                        ? as_json(answered->question, answered->answer, reading.sources).ascii_text()
                        : as_text(answered->question, answered->answer, reading.sources, wants_colour(STDOUT_FILENO)));
    return printed == EXIT_SUCCESS ? status_of(answered->answer) : usage_status;
}

}  // namespace ward::cli
