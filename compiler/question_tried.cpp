// Which change turns an answer round: found by making it and asking again.
#include <algorithm>
#include <set>
#include <utility>

#include "compiler/compile.hpp"
#include "compiler/question_change.hpp"
#include "compiler/question_parts.hpp"

namespace ward::compiler {
namespace {

using Verdict = Answer::Verdict;

// The lines that one change may consist of, and the policies that are tried for one answer.
constexpr unsigned most_steps = 4;
constexpr unsigned most_attempts = 40;

std::string first_error(const policy::Diagnostics& diagnostics) {
    for (const policy::Diagnostic& each : diagnostics.all())
        if (each.kind().severity == policy::Severity::error) return each.message();
    return {};
}

// A policy on the way to the wanted answer.
struct Attempt {
    policy::PolicySet set;
    Answer answer;
    std::string words;  // all changes until here
};

// Fewest lines first.
class Search {
public:
    Search(const Asking& asking, const Answer& before)
        : asking_(asking), before_(before.verdict), last_{asking.set, before, {}} {}

    // The words of a change that turns the answer round, else empty.
    std::string find() {
        std::vector<Attempt> level{last_};
        for (unsigned step = 0; step < most_steps && !level.empty() && half_.empty(); ++step) {
            std::vector<Attempt> next;
            for (const Attempt& from : level)
                if (go_on_from(from, next)) return next.back().words;
            if (!next.empty()) last_ = next.front();
            level = std::move(next);
        }
        return half_;
    }

    // After a search without a result.
    [[nodiscard]] std::string why_none() const {
        if (!last_.answer.lasting.empty()) return last_.answer.lasting + with_reason_of_last();
        if (!error_.empty()) return error_;
        return last_.words.empty() ? "" : "other statements of the policy stand in the way";
    }

private:
    // True once the last of `next` has the wanted answer.
    bool go_on_from(const Attempt& from, std::vector<Attempt>& next) {
        for (const Change& change : from.answer.candidates) {
            auto made = attempt(from, change);
            if (!made || !is_new(from.answer, made->answer)) continue;
            const bool is_half = made->answer.verdict == Verdict::depends;
            if (is_half && half_.empty()) half_ = made->words + ": then it depends on the arguments";
            if (!is_half) next.push_back(*std::move(made));
            if (!is_half && next.back().answer.verdict != before_) return true;
        }
        return false;
    }

    std::optional<Attempt> attempt(const Attempt& from, const Change& change) {
        if (++attempts_ > most_attempts) return std::nullopt;
        policy::Diagnostics diagnostics;
        auto set = changed(from.set, change, asking_.sources, diagnostics);
        const auto jail = set ? compile(*set, asking_.facts, diagnostics) : std::nullopt;
        if (const auto wider = jail ? std::nullopt : without_refusals(change, diagnostics))
            return attempt(from, *wider);
        if (!jail && error_.empty()) error_ = first_error(diagnostics);
        if (!jail) return std::nullopt;
        std::string words = from.words.empty() ? change.words : from.words + ", and " + change.words;
        return Attempt{*std::move(set), answer(*jail, asking_.question), std::move(words)};
    }

    // How a call fails may be said of one that is denied only.
    std::optional<Change> without_refusals(const Change& change, const policy::Diagnostics& diagnostics) const {
        Change wider = change;
        std::set<std::string_view> words;
        for (const policy::Diagnostic& each : diagnostics.all()) {
            if (&each.kind() != &policy::slug::refuse_allowed || !each.primary()) continue;
            wider.removed.push_back(each.primary()->span);
            words.insert(asking_.sources.text(each.primary()->span));
        }
        if (words.empty()) return std::nullopt;
        // What stays denied by a narrower condition would need them.
        if (const auto narrower = wider.words.find(or_narrower); narrower != std::string::npos)
            wider.words.erase(narrower, or_narrower.size());
        for (const std::string_view word : words) wider.words += ", and remove " + quoted(word) + " from `refuse`";
        return wider;
    }

    static bool is_new(const Answer& before, const Answer& after) {
        return before.verdict != after.verdict || before.reason != after.reason || before.origins != after.origins;
    }

    // What stands in the way in the end, if it is not what does now.
    [[nodiscard]] std::string with_reason_of_last() const {
        if (last_.words.empty()) return {};
        std::string words = " (" + last_.answer.reason;
        if (last_.answer.origins.empty()) return words + ')';
        const policy::Span place = last_.answer.origins.front();
        const policy::Source& source = asking_.sources[place.file];
        return words + ", " + source.name() + ':' + std::to_string(source.position(place.begin).line) + ')';
    }

    const Asking& asking_;
    Verdict before_;
    Attempt last_;      // as far as the likeliest candidates lead
    std::string half_;  // a change after which it depends
    std::string error_;
    unsigned attempts_ = 0;
};

// Of what a `hide` comes before, only the compiler knows: it is in no jail.
void add_grants_without_effect(const Asking& asking, Answer& answer) {
    policy::Diagnostics diagnostics;
    static_cast<void>(compile(asking.set, asking.facts, diagnostics));
    const Origins hides = answer.origins;
    for (const policy::Diagnostic& each : diagnostics.all()) {
        if (&each.kind() != &policy::slug::hidden_grant || each.secondary().empty()) continue;
        const policy::Span hide = each.secondary().front().span;
        if (std::find(hides.begin(), hides.end(), hide) != hides.end()) answer.origins.push_back(each.primary()->span);
    }
}

}  // namespace

Answer tried_answer(const Jail& jail, const Asking& asking) {
    Answer answer = compiler::answer(jail, asking.question);
    if (answer.verdict == Verdict::depends) return answer;
    Search search(asking, answer);
    answer.change = search.find();
    if (const std::string why = answer.change.empty() ? search.why_none() : ""; !why.empty())
        answer.notes.push_back(
            std::string(answer.verdict == Verdict::denied ? "no line allows it: " : "no line denies it: ") + why);
    const bool is_file = std::holds_alternative<FileQuestion>(asking.question.about);
    if (is_file && answer.verdict == Verdict::denied && !answer.origins.empty())
        add_grants_without_effect(asking, answer);
    return answer;
}

}  // namespace ward::compiler
