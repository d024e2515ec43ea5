// `ward diff`: what one policy lets happen that another one does not.
#include "compiler/diff.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "compiler/capabilities.hpp"
#include "compiler/diff_names.hpp"
#include "compiler/show_rows.hpp"
#include "policy/render.hpp"
#include "sandbox/cli/console.hpp"
#include "sandbox/cli/diff_operand.hpp"
#include "sandbox/cli/operands.hpp"
#include "sandbox/json.hpp"

namespace ward::cli {
namespace {

using compiler::Difference;
using policy::escaped;
using sandbox::Json;
using Change = Difference::Change;
using Differences = std::vector<Difference>;

// ---- the command line

enum class Required { nothing, stricter, equal };

struct Request {
    Required required = Required::nothing;
    bool as_json = false;
    DiffSurroundings surroundings;
};

int read_required(const std::string& word, Request& request) {
    if (word == "stricter")
        request.required = Required::stricter;
    else if (word == "equal")
        request.required = Required::equal;
    else
        return misuse("diff", "`" + word + "` cannot be required", "write `--require stricter` or `--require equal`");
    return 0;
}

int read_capability(const std::string& word, Request& request) {
    const auto number = compiler::capability_number(word);
    if (!number) return misuse("diff", "there is no capability `" + word + "`", "write for example `--cap sys_admin`");
    std::string name = "CAP_" + std::string(compiler::capability_name(*number));
    std::ranges::transform(name, name.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    request.surroundings.capabilities.insert(std::move(name));
    return 0;
}

int read_request(const Options& options, Request& request) {
    if (options.rest.size() != 2)
        return misuse("diff", "`diff` compares two policies, and " + std::to_string(options.rest.size()) + " are given",
                      "write `ward diff OLD NEW`");
    if (const auto required = options.value("require"))
        if (const int status = read_required(*required, request); status != 0) return status;
    for (const std::string& word : options.values("cap"))
        if (const int status = read_capability(word, request); status != 0) return status;
    request.as_json = options.has("json");
    return read_settings("diff", options, request.surroundings.parameters);
}

// ---- the answer

struct Comparison {
    const DiffOperand& a;
    const DiffOperand& b;
    const policy::Sources& sources;
    Differences differences;
};

// What several words of one line decide alike is one difference.
Differences together(Differences differences, const policy::Sources& sources) {
    Differences result;
    for (Difference& each : differences) {
        const auto same = std::ranges::find_if(result, [&](const Difference& known) {
            return known.change == each.change && known.section == each.section && known.words == each.words &&
                   known.example.empty() && each.example.empty() && !each.subjects.empty() &&
                   compiler::place_of(known.in_a, sources) == compiler::place_of(each.in_a, sources) &&
                   compiler::place_of(known.in_b, sources) == compiler::place_of(each.in_b, sources);
        });
        if (same == result.end()) {
            result.push_back(std::move(each));
            continue;
        }
        for (std::string& subject : each.subjects) same->subjects.push_back(std::move(subject));
        for (std::string& exception : each.exceptions) same->exceptions.push_back(std::move(exception));
    }
    return result;
}

std::size_t count(const Comparison& comparison, Change change) {
    return static_cast<std::size_t>(std::ranges::count(comparison.differences, change, &Difference::change));
}

bool holds(Required required, const Comparison& comparison) {
    if (required == Required::equal) return comparison.differences.empty();
    return required == Required::nothing || count(comparison, Change::gained) == 0;
}

std::string_view title_of(Change change) {
    switch (change) {
        case Change::gained:
            return "gained";
        case Change::lost:
            return "lost";
        case Change::other:
            return "otherwise different";
    }
    return {};
}

// "old.ward:9 -> new.ward:12"; one place if it is the same, or if only one of the two decides.
std::string places_of(const Difference& difference, const policy::Sources& sources) {
    std::string in_a = compiler::place_of(difference.in_a, sources);
    std::string in_b = compiler::place_of(difference.in_b, sources);
    if (in_a == in_b || in_b.empty()) return in_a;
    return in_a.empty() ? in_b : in_a + " -> " + in_b;
}

// The words, the subjects, and what is left out, in lines that are not too long.
std::vector<std::string> lines_of(const Difference& difference) {
    constexpr std::size_t width = 64;
    std::vector<std::string> words{difference.words};
    const auto add_list = [&](const std::vector<std::string>& list) {
        for (const std::string& each : list) words.push_back(escaped(each) + (&each == &list.back() ? "" : ","));
    };
    add_list(difference.subjects);
    if (!difference.exceptions.empty()) words.emplace_back("-- but not");
    add_list(difference.exceptions);
    std::vector<std::string> lines{{}};
    for (const std::string& word : words) {
        if (!lines.back().empty() && lines.back().size() + 1 + word.size() > width) lines.emplace_back();
        lines.back() += (lines.back().empty() ? "" : " ") + word;
    }
    if (!difference.example.empty()) lines.push_back("`" + difference.example + "`: " + difference.example_words);
    return lines;
}

void add_rows(const Difference& difference, const policy::Sources& sources, compiler::Rows& rows) {
    const std::vector<std::string> lines = lines_of(difference);
    for (const std::string& line : lines) {
        const bool is_first = &line == &lines.front();
        rows.push_back({is_first ? std::string(difference.section) : std::string(), line,
                        is_first ? places_of(difference, sources) : std::string()});
    }
}

std::string as_text(const Comparison& comparison) {
    const std::string a = escaped(comparison.a.name);
    const std::string b = escaped(comparison.b.name);
    const bool are_policies = comparison.a.jail && comparison.b.jail;
    if (comparison.differences.empty())
        return a + " and " + b + (are_policies ? " let the same things happen\n" : " answer every call alike\n");
    std::vector<compiler::Section> sections;
    for (const Change change : {Change::gained, Change::lost, Change::other}) {
        compiler::Section section{title_of(change), {}};
        for (const Difference& difference : comparison.differences)
            if (difference.change == change) add_rows(difference, comparison.sources, section.rows);
        if (!section.rows.empty()) sections.push_back(std::move(section));
    }
    const compiler::Row title{"diff", a + " -> " + b + (are_policies ? "" : " (system calls only)"), {}};
    std::string text = compiler::print(title, sections, wants_colour(STDOUT_FILENO));
    const std::size_t end = text.find('\n');
    const std::size_t last = text.find_last_not_of(' ', end - 1);
    return text.erase(last + 1, end - last - 1);  // print() makes room for a place, and this title has none
}

Json as_json(const Difference& difference, const policy::Sources& sources) {
    Json json = Json::object();
    json.set("change", title_of(difference.change) == "otherwise different" ? "other" : title_of(difference.change));
    json.set("section", difference.section).set("words", difference.words);
    json.set("subjects", Json::list_of(difference.subjects)).set("exceptions", Json::list_of(difference.exceptions));
    if (!difference.example.empty())
        json.set("example", Json::object().set("call", difference.example).set("answer", difference.example_words));
    json.set("place_in_a", compiler::place_of(difference.in_a, sources));
    json.set("place_in_b", compiler::place_of(difference.in_b, sources));
    return json;
}

std::string as_json(const Comparison& comparison) {
    Json list = Json::list();
    for (const Difference& difference : comparison.differences) list.add(as_json(difference, comparison.sources));
    Json json = Json::object();
    json.set("a", comparison.a.name).set("b", comparison.b.name);
    json.set("compared", comparison.a.jail && comparison.b.jail ? "policies" : "filters");
    json.set("equal", holds(Required::equal, comparison)).set("stricter", holds(Required::stricter, comparison));
    Words notes = comparison.a.notes;
    notes.insert(notes.end(), comparison.b.notes.begin(), comparison.b.notes.end());
    return json.set("differences", list).set("notes", Json::list_of(notes)).ascii_text();
}

std::string plural(std::size_t number, const char* one, const char* many) {
    return std::to_string(number) + " " + (number == 1 ? one : many);
}

// Says what fails, for the reader of a log who sees only standard error.
int verdict(const Request& request, const Comparison& comparison) {
    if (holds(request.required, comparison)) return EXIT_SUCCESS;
    const std::string a = escaped(comparison.a.name);
    const std::string b = escaped(comparison.b.name);
    const std::string counted = plural(count(comparison, Change::gained), "difference gives", "differences give");
    say(request.required == Required::stricter
            ? b + " is not stricter than " + a + ": " + counted + " it more"
            : b + " is not equal to " + a + ": " + plural(comparison.differences.size(), "difference", "differences"));
    return failure_status;
}

int compare(const Request& request, const Words& names) {
    Reading reading;
    compiler::Diagram diagram;
    const auto a = read_operand(names[0], request.surroundings, reading, diagram);
    const auto b = a ? read_operand(names[1], request.surroundings, reading, diagram) : std::nullopt;
    reading.show();
    if (!a || !b) return failure_status;
    for (const DiffOperand* each : {&*a, &*b})
        for (const std::string& note : each->notes) say("note: " + note);
    const auto compared = [](const DiffOperand& operand) {
        return compiler::Compared{operand.jail ? &*operand.jail : nullptr, operand.filter};
    };
    const Comparison comparison{*a, *b, reading.sources,
                                together(compiler::differences(compared(*a), compared(*b), diagram), reading.sources)};
    const int written = answer(request.as_json ? as_json(comparison) : as_text(comparison));
    return written != EXIT_SUCCESS ? written : verdict(request, comparison);
}

}  // namespace

int diff(const Words& words) {
    const auto [options, status] = begin_with_operands("diff", words);
    if (!options) return status;
    Request request;
    if (const int wrong = read_request(*options, request); wrong != 0) return wrong;
    policy::Diagnostics diagnostics;
    try {
        return compare(request, options->rest);
    } catch (const compiler::TooManyPaths& reason) {
        report(reason, diagnostics);
    } catch (const compiler::Diagram::TooLarge&) {
        diagnostics
            .add(policy::slug::filter_not_followed, std::nullopt,
                 "the conditions of the filters are too many to compare")
            .help("compare filters with fewer conditions on arguments");
    }
    show(diagnostics, policy::Sources());
    return failure_status;
}

}  // namespace ward::cli
