#include "compiler/call_checks.hpp"

#include <algorithm>
#include <span>
#include <string>

#include "compiler/call_names.hpp"
#include "compiler/syscall_table.hpp"

namespace ward::compiler {
namespace {

using policy::Diagnostic;
using policy::Diagnostics;

using Claims = std::span<const CallClaim>;

constexpr std::size_t most_places = 2;  // that a diagnostic shows beside its own

using policy::quoted;

// "`open`" or "`open` and 3 more calls". `calls` is not empty.
std::string described(const CallSet& calls, const CallNames& names) {
    std::uint32_t first = 0;
    while (!calls.test(first)) ++first;
    std::string result = quoted(names.name_of(first));
    if (const std::size_t more = calls.count() - 1; more != 0)
        result += " and " + std::to_string(more) + (more == 1 ? " more call" : " more calls");
    return result;
}

// Shows the first claims that speak of any of `calls`.
void show_places(Diagnostic& diagnostic, Claims claims, const CallSet& calls, std::string_view words) {
    std::size_t shown = 0;
    for (const CallClaim& claim : claims)
        if (claim.calls.meet(calls) && shown++ < most_places) diagnostic.also(claim.span(), std::string(words));
}

// The claims that are not nearer than `distance`: a nearer one changes on purpose what a used policy says.
Claims not_nearer(Claims claims, unsigned distance) {
    const auto first = std::find_if(claims.begin(), claims.end(),
                                    [distance](const CallClaim& claim) { return claim.distance() >= distance; });
    return claims.last(static_cast<std::size_t>(claims.end() - first));
}

CallSet union_of(Claims claims) {
    CallSet result;
    for (const CallClaim& claim : claims) claim.calls.for_each([&](std::uint32_t call) { result.set(call); });
    return result;
}

// ---- allows without effect

void report_forbidden(const CallClaim& allow, Claims forbids, Diagnostics& diagnostics) {
    Diagnostic& diagnostic = diagnostics.add(policy::slug::useless_allow, allow.span(),
                                             quoted(allow.word->text) + " is allowed here, but forbidden");
    diagnostic.label("never allowed");
    show_places(diagnostic, forbids, allow.calls.set(), "forbidden here");
    diagnostic.note("`forbid` beats every `allow`, wherever each is written")
        .help("remove " + quoted(allow.word->text));
}

void report_covered(const CallClaim& allow, const CallClaim& by, Diagnostics& diagnostics) {
    diagnostics
        .add(policy::slug::useless_allow, allow.span(),
             quoted(allow.word->text) + " is already allowed by " + quoted(by.word->text))
        .label("changes nothing")
        .also(by.span(), "allows it already")
        .help("remove " + quoted(allow.word->text));
}

// Another word of the same file that allows all that `allow` does. Of two that say the same, the
// first counts.
const CallClaim* covering(const CallClaim& allow, const std::vector<CallClaim>& allows, const CallNames& names) {
    const std::string& word = allow.word->text;
    const CallSet calls = allow.calls.set();
    const auto are_two_elsewhere = [&](const std::string& other) {
        return !word.starts_with('@') && !other.starts_with('@') && !names.are_one_everywhere(word, other);
    };
    for (const CallClaim& other : allows) {
        const bool is_elsewhere = &other == &allow || other.span().file != allow.span().file;
        const CallSet others = other.calls.set();
        if (is_elsewhere || (calls & ~others).any() || are_two_elsewhere(other.word->text)) continue;
        if (calls != others || &other < &allow) return &other;
    }
    return nullptr;
}

// The calls that more than one claim speaks of. What is not here is not covered: a quick answer for
// long lists.
CallSet repeated_calls(const std::vector<CallClaim>& claims) {
    CallSet once;
    CallSet twice;
    for (const CallClaim& claim : claims)
        claim.calls.for_each([&](std::uint32_t call) { (once.test(call) ? twice : once).set(call); });
    return twice;
}

void check_allows(const CallClaims& claims, const CallNames& names, Diagnostics& diagnostics) {
    const CallSet forbidden = union_of(claims.forbids);
    const CallSet repeated = repeated_calls(claims.allows);
    const CallSet doubtful = forbidden | repeated;
    if (doubtful.none()) return;
    for (const CallClaim& allow : claims.allows) {
        if (!allow.calls.meet(doubtful)) continue;
        const Claims forbids =
            allow.calls.are_within(forbidden) ? not_nearer(claims.forbids, allow.distance()) : Claims();
        if (allow.calls.are_within(union_of(forbids)))
            report_forbidden(allow, forbids, diagnostics);
        else if (!allow.calls.are_within(repeated))
            continue;
        else if (const CallClaim* by = covering(allow, claims.allows, names))
            report_covered(allow, *by, diagnostics);
    }
}

// ---- refusals of what is allowed

void check_refusals(const CallClaims& claims, const CallSet& permitted, Diagnostics& diagnostics) {
    for (const Refusal& refusal : claims.refusals) {
        const Claims allows = not_nearer(claims.allows, refusal.distance());
        if (!refusal.calls.are_within(permitted & union_of(allows))) continue;
        Diagnostic& diagnostic = diagnostics.add(policy::slug::refuse_allowed, refusal.span(),
                                                 quoted(refusal.word->text) + " is allowed, so it is never refused");
        diagnostic.label("never refused");
        show_places(diagnostic, allows, refusal.calls.set(), "allowed here");
        diagnostic.note("`refuse` says how a denied call fails; it denies nothing")
            .help("write `forbid " + refusal.word->text + "` to deny it");
    }
}

// ---- responses that contradict each other

void report_conflict(const Refusal& one, const Refusal& other, const std::string& what, Diagnostics& diagnostics) {
    const std::string first = quoted(response_name(one.response));
    const std::string second = quoted(response_name(other.response));
    diagnostics
        .add(policy::slug::conflicting_responses, other.span(),
             what + " would be refused with " + first + " and with " + second)
        .label("with " + second)
        .also(one.span(), "with " + first)
        .note("the nearest `refuse` gives the response, and these are equally near")
        .help("write the same response in both places");
}

// Each pair of claims at the same distance that give a denied call different responses, unless a
// nearer claim settles it. A call is reported once, or without `names` all of them as those that nothing allows.
void check_conflicts(const std::vector<Refusal>& claims, const CallSet& denied, const CallNames* names,
                     Diagnostics& diagnostics) {
    CallSet settled = ~denied;
    for (std::size_t i = 0; i < claims.size(); ++i) {
        for (std::size_t j = i + 1; j < claims.size() && claims[j].distance() == claims[i].distance(); ++j) {
            const CallSet both = claims[i].calls.set() & claims[j].calls.set() & ~settled;
            if (both.none() || claims[i].response == claims[j].response) continue;
            report_conflict(claims[i], claims[j], names ? described(both, *names) : "every call that nothing allows",
                            diagnostics);
            settled |= both;
        }
        const bool is_last_of_distance = i + 1 == claims.size() || claims[i + 1].distance() != claims[i].distance();
        if (is_last_of_distance)
            for (std::size_t k = 0; k <= i; ++k) settled |= claims[k].calls.set();
    }
}

}  // namespace

void check_call_claims(const CallClaims& claims, const CallSet& permitted, const CallNames& names,
                       Diagnostics& diagnostics) {
    check_allows(claims, names, diagnostics);
    check_refusals(claims, permitted, diagnostics);
    check_conflicts(claims.refusals, ~permitted, &names, diagnostics);
    check_conflicts(claims.defaults, ~permitted, nullptr, diagnostics);
}

}  // namespace ward::compiler
