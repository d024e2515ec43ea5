#include "compiler/call_condition_checks.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "compiler/condition_diagram.hpp"

namespace ward::compiler {
namespace {

using policy::Diagnostic;
using policy::Diagnostics;
using Node = Diagram::Node;

using policy::quoted;

// ---- reports

void report_forbidden(const ConditionalClaim& allow, policy::Span by, Diagnostics& diagnostics) {
    diagnostics
        .add(policy::slug::useless_allow, allow.span(),
             "what is allowed of " + quoted(allow.word->text) + " here is forbidden")
        .label("never allowed")
        .also(by, "forbidden here")
        .note("`forbid` beats every `allow`, wherever each is written")
        .help("remove the statement about " + quoted(allow.word->text));
}

// The condition looks like a limit, and another `allow` knows nothing of it.
void report_unlimited(const ConditionalClaim& allow, const CallClaim& by, Diagnostics& diagnostics) {
    const bool is_here = by.span().file == allow.span().file;
    const std::string& call = allow.word->text;
    std::string help = "write `forbid " + call + " if not (...)` to limit every `allow`";
    if (is_here && by.word->text.starts_with('@'))
        help = "write " + quoted(by.word->text + " except " + call) + " there";
    if (is_here && !by.word->text.starts_with('@')) help = "remove " + quoted(by.word->text) + " there";
    diagnostics
        .add(policy::slug::useless_allow, allow.span(),
             "the condition limits nothing: " + quoted(by.word->text) + " allows every " + quoted(call))
        .label("changes nothing")
        .also(by.span(), "allows it without a condition")
        .note("permissions add up: a condition limits only the `allow` that it stands in")
        .help(help);
}

void report_covered(const ConditionalClaim& allow, const ConditionalClaim* by, Diagnostics& diagnostics) {
    Diagnostic& diagnostic =
        diagnostics.add(policy::slug::useless_allow, allow.span(),
                        "what is allowed of " + quoted(allow.word->text) + " here is allowed already");
    diagnostic.label("changes nothing");
    if (by) diagnostic.also(by->span(), "allows it already");
    diagnostic.note("permissions add up").help("remove the statement about " + quoted(allow.word->text));
}

// ---- one call

// All statements with `if` about one call, nearest first.
class CallCheck {
public:
    CallCheck(const std::vector<const ConditionalClaim*>& claims, const CallClaims& all, Diagnostics& diagnostics)
        : claims_(claims), diagnostics_(diagnostics) {
        const auto is_about = [&](const CallClaim& claim) { return claim.calls.contain(claims.front()->call); };
        const auto allow = std::find_if(all.allows.begin(), all.allows.end(), is_about);
        const auto forbid = std::find_if(all.forbids.rbegin(), all.forbids.rend(), is_about);
        if (allow != all.allows.end()) allow_ = &*allow;
        if (forbid != all.forbids.rend()) forbid_ = &*forbid;
    }

    void run() {
        // One alone has nothing to be compared with, and its diagram costs more than all else here.
        if (claims_.size() > 1) compare();
        std::map<policy::FileId, std::vector<std::size_t>> open;  // by file: allows that may cover each other
        for (std::size_t i = 0; i < claims_.size(); ++i)
            if (claims_[i]->allows && !check_forbidden(i) && !check_unlimited(i))
                open[claims_[i]->span().file].push_back(i);
        for (const auto& [file, allows] : open) check_covered(allows);
    }

private:
    void compare() {
        diagram_.emplace();
        for (const ConditionalClaim* claim : claims_) nodes_.push_back(node_of(claim->condition, *diagram_));
    }

    // A nearer `forbid` changes on purpose what a used policy says.
    bool check_forbidden(std::size_t index) {
        const ConditionalClaim& allow = *claims_[index];
        if (forbid_ && forbid_->distance() >= allow.distance()) {
            report_forbidden(allow, forbid_->span(), diagnostics_);
            return true;
        }
        if (claims_.size() == 1) return false;
        Node rest = nodes_[index];
        for (std::size_t i = 0; i < claims_.size(); ++i) {
            const ConditionalClaim& forbid = *claims_[i];
            if (forbid.allows || forbid.distance() < allow.distance()) continue;
            rest = diagram_->both(rest, diagram_->negate(nodes_[i]));
            if (rest != Diagram::no) continue;
            report_forbidden(allow, forbid.span(), diagnostics_);
            return true;
        }
        return false;
    }

    bool check_unlimited(std::size_t index) {
        if (allow_) report_unlimited(*claims_[index], *allow_, diagnostics_);
        return allow_ != nullptr;
    }

    // From the last one on: what those before it and those after it that stay allow together is not
    // needed again. Of two that say the same, the first stays.
    void check_covered(const std::vector<std::size_t>& allows) {
        if (allows.size() == 1) return;
        std::vector<Node> before{Diagram::no};
        for (const std::size_t index : allows) before.push_back(diagram_->either(before.back(), nodes_[index]));
        Node after = Diagram::no;
        for (std::size_t place = allows.size(); place-- > 0;) {
            const Node own = nodes_[allows[place]];
            const Node others = diagram_->either(before[place], after);
            if (implies(own, others))
                report_covered(*claims_[allows[place]], covering(allows, place), diagnostics_);
            else
                after = diagram_->either(after, own);
        }
    }

    // One other statement that is enough; null if it takes several.
    const ConditionalClaim* covering(const std::vector<std::size_t>& allows, std::size_t place) {
        for (const std::size_t other : allows)
            if (other != allows[place] && implies(nodes_[allows[place]], nodes_[other])) return claims_[other];
        return nullptr;
    }

    bool implies(Node a, Node b) { return diagram_->both(a, diagram_->negate(b)) == Diagram::no; }

    const std::vector<const ConditionalClaim*>& claims_;
    Diagnostics& diagnostics_;
    const CallClaim* allow_ = nullptr;   // the nearest without `if`
    const CallClaim* forbid_ = nullptr;  // the farthest without `if`
    std::optional<Diagram> diagram_;     // of several claims
    std::vector<Node> nodes_;            // theirs
};

}  // namespace

void check_conditional_claims(const CallClaims& claims, Diagnostics& diagnostics) {
    std::map<std::uint32_t, std::vector<const ConditionalClaim*>> by_call;
    for (const ConditionalClaim& claim : claims.conditional) by_call[claim.call].push_back(&claim);
    for (const auto& [call, statements] : by_call) {
        try {
            CallCheck(statements, claims, diagnostics).run();
        } catch (const Diagram::TooLarge&) {
            continue;  // what is superfluous here is not known, and harmless
        }
    }
}

}  // namespace ward::compiler
