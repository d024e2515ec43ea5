#include "sandbox/cli/answers.hpp"

#include <utility>

#include "compiler/call_names.hpp"
#include "policy/render.hpp"

namespace ward::cli {
namespace {

using compiler::Answer;
using compiler::ResolvedQuestion;
using sandbox::Json;
using Verdict = Answer::Verdict;

std::string_view label_of(const Answer& answer) {
    switch (answer.verdict) {
        case Verdict::allowed:
            return "allows it";
        case Verdict::denied:
            return "decides";
        case Verdict::depends:
            return "counts for some arguments";
    }
    return "decides";
}

std::string examples_in_words(const Answer& answer) {
    return "`" + answer.allowed_example + "` is allowed, and `" + answer.denied_example + "` is denied";
}

Json or_null(const std::string& text) {
    return text.empty() ? Json(nullptr) : Json(text);
}

Json examples_of(const Answer& answer) {
    if (answer.allowed_example.empty()) return nullptr;
    Json examples = Json::object();
    examples.set("allowed", answer.allowed_example);
    examples.set("denied", answer.denied_example);
    return examples;
}

}  // namespace

std::string_view verdict_word(const Answer& answer) {
    switch (answer.verdict) {
        case Verdict::allowed:
            return "allowed";
        case Verdict::denied:
            return "denied";
        case Verdict::depends:
            return "depends";
    }
    return "depends";
}

std::string sentence(const ResolvedQuestion& question, const Answer& answer) {
    const std::string failure = answer.failure ? ' ' + compiler::failure_words(*answer.failure) : "";
    return '`' + question.words + '`' + failure + ": " + answer.reason;
}

std::string advice(const Answer& answer) {
    if (answer.change.empty() || answer.verdict == Verdict::depends) return answer.change;
    return (answer.verdict == Verdict::denied ? "to allow it, " : "to deny it, ") + answer.change;
}

std::string as_text(const ResolvedQuestion& question, const Answer& answer, const policy::Sources& sources,
                    bool colour) {
    policy::Remark remark;
    remark.verdict = verdict_word(answer);
    remark.is_good = answer.verdict == Verdict::allowed;
    remark.message = sentence(question, answer);
    for (const policy::Span& origin : answer.origins)
        remark.places.push_back({origin, remark.places.empty() ? std::string(label_of(answer)) : "and this line"});
    if (!answer.allowed_example.empty()) remark.notes.push_back(examples_in_words(answer));
    remark.notes.insert(remark.notes.end(), answer.notes.begin(), answer.notes.end());
    if (std::string help = advice(answer); !help.empty()) remark.helps.push_back(std::move(help));
    return policy::render(remark, sources, {.colour = colour});
}

Json as_json(policy::Span place, const policy::Sources& sources) {
    const policy::Source& source = sources[place.file];
    const policy::Position position = source.position(place.begin);
    Json json = Json::object();
    json.set("file", source.name());
    json.set("line", position.line);
    json.set("column", position.column);
    json.set("text", sources.text(place));
    return json;
}

Json as_json(const ResolvedQuestion& question, const Answer& answer, const policy::Sources& sources) {
    Json places = Json::list();
    for (const policy::Span& origin : answer.origins) places.add(as_json(origin, sources));
    Json json = Json::object();
    json.set("question", question.words);
    json.set("verdict", verdict_word(answer));
    json.set("failure", answer.failure ? Json(compiler::response_name(*answer.failure)) : Json(nullptr));
    json.set("reason", answer.reason);
    json.set("rule", or_null(answer.built_in));
    json.set("places", std::move(places));
    json.set("notes", Json::list_of(answer.notes));
    json.set("examples", examples_of(answer));
    json.set("change", or_null(advice(answer)));
    return json;
}

}  // namespace ward::cli
