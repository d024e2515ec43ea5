#include "compiler/calls.hpp"

#include <algorithm>
#include <cerrno>
#include <map>
#include <string>
#include <utility>

#include "compiler/call_abis.hpp"
#include "compiler/call_checks.hpp"
#include "compiler/call_claims.hpp"
#include "compiler/call_condition_checks.hpp"
#include "compiler/call_forms.hpp"
#include "compiler/call_index.hpp"
#include "compiler/call_multiplexers.hpp"
#include "compiler/guards.hpp"
#include "compiler/syscall_table.hpp"

namespace ward::compiler {
namespace {

constexpr Response refuse(int error) {
    return {Response::Kind::refuse, static_cast<std::uint16_t>(error)};
}

// Some order of conditions.
bool comes_before(const Condition& a, const Condition& b) {
    if (a.kind != b.kind) return a.kind < b.kind;
    if (a.comparison != b.comparison) return a.comparison < b.comparison;
    return std::lexicographical_compare(a.parts.begin(), a.parts.end(), b.parts.begin(), b.parts.end(), comes_before);
}

// What the claims of one ABI decide together.
struct Decided {
    CallSet allowed;      // by statements without `if`, and not forbidden by one
    CallSet forbidden;    // by statements without `if`
    CallSet conditional;  // allowed or forbidden by some arguments
    std::map<std::uint32_t, std::vector<const ConditionalClaim*>> clauses;  // of those; nearest first

    // Allowed whatever the arguments are.
    [[nodiscard]] CallSet permitted() const { return allowed & ~conditional; }
};

CallSet union_of(const std::vector<CallClaim>& claims) {
    CallSet result;
    for (const CallClaim& claim : claims) claim.calls.for_each([&](std::uint32_t call) { result.set(call); });
    return result;
}

Decided decide(const CallClaims& claims) {
    Decided decided;
    decided.forbidden = union_of(claims.forbids);
    decided.allowed = union_of(claims.allows) & ~decided.forbidden;
    for (const ConditionalClaim& claim : claims.conditional) {
        if (decided.forbidden.test(claim.call)) continue;
        decided.clauses[claim.call].push_back(&claim);
        // A condition changes nothing of what is allowed anyhow or denied anyhow.
        if (claim.allows != decided.allowed.test(claim.call)) decided.conditional.set(claim.call);
    }
    return decided;
}

// Whether some arguments are not to reach the kernel, also where nothing allows the call itself.
bool is_limited(std::string_view name, const CallClaims& claims, const Decided& decided, Abi abi) {
    const auto call = call_index(abi, name);
    if (!call) return false;
    return decided.conditional.test(*call) ||
           std::any_of(claims.conditional.begin(), claims.conditional.end(),
                       [&](const ConditionalClaim& claim) { return claim.call == *call && !claim.allows; });
}

// What the policy lifts, as far as no condition limits the calls that have the same in registers.
LiftedGuards lifted_by(const Jail& jail, const CallClaims& claims, const Decided& decided, Abi abi) {
    LiftedGuards lifted = lifted_by(jail);
    lifted.clone3 = lifted.clone3 && !is_limited("clone", claims, decided, abi);
    lifted.openat2 = lifted.openat2 && !is_limited("openat", claims, decided, abi);
    return lifted;
}

// Every call that reaches the kernel with some arguments.
CallSet open_calls(const Decided& decided, LiftedGuards lifted, Abi abi) {
    CallSet open = decided.allowed | decided.conditional;
    for (const GuardedCall& guard : guarded_calls(lifted, abi))
        if (!guard.is_offered) open.reset(guard.number);
    return open;
}

// ---- io_uring

struct Detour {
    bool is_there;
    std::string_view what;  // that a ring does
    std::string_view remedy;
};

// A ring makes files, sockets and connections by its own threads, and no filter sees them
// (io_uring(7)). What guards.cpp promises would not hold.
void check_io_uring(const CallClaims& claims, const Decided& decided, LiftedGuards lifted, Abi abi,
                    policy::Diagnostics& diagnostics) {
    const std::uint32_t setup = call_index(abi, "io_uring_setup").value();
    const Detour detours[] = {{!lifted.setuid_bits, "sets setuid bits", "files { setuid allow }"},
                              {!lifted.unix_sockets, "makes Unix sockets", "network { unix }"},
                              {!lifted.other_than_tcp, "makes sockets of any protocol", "network { host }"},
                              {decided.conditional.any(), "does what a condition does not hold for", {}}};
    const auto* detour =
        std::find_if(std::begin(detours), std::end(detours), [](const Detour& d) { return d.is_there; });
    const bool is_named = decided.allowed.test(setup) || decided.conditional.test(setup);
    if (lifted.everything || !is_named || detour == std::end(detours)) return;
    const auto by = std::find_if(claims.allows.begin(), claims.allows.end(),
                                 [setup](const CallClaim& claim) { return claim.calls.contain(setup); });
    const policy::Span place = by != claims.allows.end() ? by->span() : decided.clauses.at(setup).front()->span();
    diagnostics.add(policy::slug::io_uring_unfiltered, place, "`io_uring_setup` lets the program go around the filter")
        .label("its files and sockets pass no filter")
        .note("by io_uring a program " + std::string(detour->what) + ", which this policy does not allow")
        .help(detour->remedy.empty() ? "remove `io_uring_setup`, or every `if` of the policy"
                                     : "write `" + std::string(detour->remedy) + "` to allow that");
}

// ---- one ABI

// The model of one ABI, and for the native one what people are told about each call.
class AbiLowering {
public:
    AbiLowering(Abi abi, const CallClaims& claims, const Decided& decided, LiftedGuards lifted, Jail& jail)
        : abi_(abi),
          claims_(claims),
          decided_(decided),
          jail_(jail),
          is_native_(jail.filter.abis.empty()),
          guards_(guarded_calls(lifted, abi)) {
        for (const GuardedCall& call : guards_) guarded_.set(call.number);
        if (is_native_) {
            launching_ = call_index(abi, "execveat");
            jail_.calls.reserve(syscall_names().size());
            origins_.resize(index_count(abi_));
            add_origins();
        }
    }

    void run() {
        if (is_native_) set_default();
        AbiModel model{abi_, {}, refuse(ENOSYS)};
        const CallSet known = known_calls(abi_);
        const std::uint32_t count = index_count(abi_);
        model.calls.reserve(count);
        for (std::uint32_t number = 0; number < count; ++number) {
            CallModel& call = model.calls.emplace_back();
            if (known.test(number))
                lower(number, call);
            else
                call.otherwise = model.beyond;
        }
        if (is_native_)
            add_clauses();
        else
            add_foreign_calls();
        if (abi_ == Abi::i386) lower_multiplexers(model);
        model.calls.resize(numbered_count(abi_));
        jail_.filter.abis.push_back(std::move(model));
    }

private:
    // Those of a call side by side, which takes two rounds: how many each call has, and where they go.
    void add_origins() {
        each_origin([&](std::uint32_t number, policy::Span) { ++origins_[number].count; });
        std::uint32_t end = 0;
        for (CallRule::Part& part : origins_) {
            part.first = end;
            end += std::exchange(part.count, 0);
        }
        jail_.call_origins.resize(end);
        each_origin([&](std::uint32_t number, policy::Span span) {
            CallRule::Part& part = origins_[number];
            jail_.call_origins[part.first + part.count++] = span;
        });
    }

    template <typename Visit>
    void each_origin(Visit visit) const {
        const auto visit_all = [&](const std::vector<CallClaim>& claims, const CallSet& deciding) {
            for (const CallClaim& claim : claims)
                claim.calls.for_each([&](std::uint32_t number) {
                    if (deciding.test(number)) visit(number, claim.span());
                });
        };
        visit_all(claims_.allows, decided_.allowed);
        visit_all(claims_.forbids, decided_.forbidden);
    }

    void set_default() {
        jail_.default_refusal = {refuse(EPERM), {}};
        if (claims_.defaults.empty()) return;
        const Refusal& nearest = claims_.defaults.front();
        jail_.default_refusal.value = nearest.response;
        for (const Refusal& claim : claims_.defaults)
            if (claim.distance() == nearest.distance()) jail_.default_refusal.origins.push_back(claim.span());
    }

    void lower(std::uint32_t number, CallModel& model) {
        using Verdict = CallRule::Verdict;
        const bool is_allowed = decided_.allowed.test(number);
        const Verdict verdict = decided_.conditional.test(number) ? Verdict::conditional
                                : is_allowed                      ? Verdict::allowed
                                                                  : Verdict::denied;
        const GuardedCall& guard = guard_of(number);
        const Response refusal = verdict == Verdict::allowed ? guard.refusal : refusal_of(number, guard);
        if (is_native_) describe(number, verdict, refusal, guard);
        if (verdict != Verdict::allowed) model.one_shot = is_one_shot(number);
        model.otherwise = verdict == Verdict::denied ? used(refusal) : Response{Response::Kind::allow};
        if (verdict == Verdict::denied) return;
        if (verdict == Verdict::conditional) model.answers = limits_of(number, used(refusal));
        for (const CallModel::Answer& answer : guard.answers) model.answers.push_back(answer);
    }

    void describe(std::uint32_t number, CallRule::Verdict verdict, Response refusal, const GuardedCall& guard) {
        CallRule& rule = jail_.calls.emplace_back();
        rule.number = number;
        rule.verdict = verdict;
        rule.refusal = refusal;
        if (verdict != CallRule::Verdict::denied) rule.guard = guard.words;
        rule.origins = origins_[number];
    }

    void add_clauses() {
        for (const auto& [number, claims] : decided_.clauses) {
            const auto rule = std::ranges::lower_bound(jail_.calls, number, {}, &CallRule::number);
            rule->clauses = {static_cast<std::uint32_t>(jail_.call_clauses.size()),
                             static_cast<std::uint32_t>(claims.size())};
            for (const ConditionalClaim* claim : claims)
                jail_.call_clauses.push_back({claim->allows, claim->condition, claim->span(), claim->written});
        }
    }

    // Of groups nothing: they are about calls that people know by other names.
    void add_foreign_calls() {
        for (const bool is_forbidden : {false, true}) {
            const CallSet& deciding = is_forbidden ? decided_.forbidden : decided_.allowed;
            for (const CallClaim& claim : is_forbidden ? claims_.forbids : claims_.allows) {
                const std::string& name = claim.word->text;
                const bool is_foreign = !name.starts_with('@') && !call_index(jail_.filter.abis.front().abi, name);
                if (!is_foreign || !claim.calls.meet(deciding)) continue;
                const std::uint32_t number = call_index(abi_, name).value();
                const auto known = std::ranges::find_if(jail_.foreign_calls, [&](const ForeignCall& each) {
                    return each.abi == abi_ && each.number == number;
                });
                if (known == jail_.foreign_calls.end())
                    jail_.foreign_calls.push_back({abi_, number, is_forbidden, {claim.span()}});
                else
                    known->origins.push_back(claim.span());
            }
        }
    }

    // What a condition forbids is refused, and what no `allow` holds for.
    std::vector<CallModel::Answer> limits_of(std::uint32_t number, Response refusal) const {
        std::vector<CallModel::Answer> answers;
        if (Condition forbidden = any_of(number, false); !is_never(forbidden))
            answers.push_back({std::move(forbidden), refusal});
        if (!decided_.allowed.test(number)) answers.push_back({negated(any_of(number, true)), refusal});
        return answers;
    }

    // Of the statements that allow, or of those that forbid; whatever their order is, and each once.
    [[nodiscard]] Condition any_of(std::uint32_t number, bool allows) const {
        Condition any = never();
        for (const ConditionalClaim* claim : decided_.clauses.at(number))
            if (claim->allows == allows) any.parts.push_back(claim->condition);
        std::sort(any.parts.begin(), any.parts.end(), comes_before);
        any.parts.erase(std::unique(any.parts.begin(), any.parts.end()), any.parts.end());
        if (any.parts.size() != 1) return any;
        return std::move(any.parts.front());
    }

    // The launcher starts the program by execveat, after the filter is in force.
    bool is_one_shot(std::uint32_t number) {
        const bool result = number == launching_;
        jail_.filter.needs_exec_key |= result;
        return result;
    }

    Response used(Response refusal) {
        jail_.filter.may_kill |= refusal.kind == Response::Kind::kill;
        return refusal;
    }

    [[nodiscard]] Response refusal_of(std::uint32_t number, const GuardedCall& guard) const {
        const auto nearest = std::find_if(claims_.refusals.begin(), claims_.refusals.end(),
                                          [number](const Refusal& claim) { return claim.calls.contain(number); });
        if (nearest != claims_.refusals.end()) return nearest->response;
        // The C library tries clone3 first and falls back to clone on ENOSYS alone, so that is what
        // a call that is never offered gives in place of any other errno that no statement asks for by name.
        const bool is_errno = jail_.default_refusal.value.kind == Response::Kind::refuse;
        const bool is_tried = is_errno || is_tried_first(number);
        return is_tried && falls_back(number, guard) ? refuse(ENOSYS) : jail_.default_refusal.value;
    }

    // Of most calls one that says nothing.
    [[nodiscard]] const GuardedCall& guard_of(std::uint32_t number) const {
        return guarded_.test(number) ? *std::ranges::find(guards_, number, &GuardedCall::number) : unguarded_;
    }

    [[nodiscard]] bool falls_back(std::uint32_t number, const GuardedCall& guard) const {
        return is_multiplexer(abi_, number) || (!guard.is_offered && guard.refusal == refuse(ENOSYS));
    }

    // By a program that may make the older call: it must not end for that.
    [[nodiscard]] bool is_tried_first(std::uint32_t number) const {
        constexpr std::pair<const char*, const char*> newer[] = {{"clone3", "clone"}, {"openat2", "openat"}};
        return std::ranges::any_of(newer, [&](const auto& names) {
            const auto older = call_index(abi_, names.second);
            return call_index(abi_, names.first) == number && older &&
                   (decided_.allowed.test(*older) || decided_.conditional.test(*older));
        });
    }

    static void lower_multiplexers(AbiModel& model) {
        for (const std::string_view name : {"ipc", "socketcall"}) {
            const std::uint32_t number = call_index(Abi::i386, name).value();
            CallModel& call = model.calls[number];
            if (call.otherwise.kind != Response::Kind::allow) continue;
            for (CallModel::Answer& answer : multiplexed(model, number)) call.answers.push_back(std::move(answer));
        }
    }

    Abi abi_;
    const CallClaims& claims_;
    const Decided& decided_;
    Jail& jail_;
    bool is_native_;
    std::vector<GuardedCall> guards_;
    CallSet guarded_;
    GuardedCall unguarded_;
    std::optional<std::uint32_t> launching_;  // the call that starts the program; of the native ABI
    std::vector<CallRule::Part> origins_;     // of the allows or forbids, by number; of the native ABI
};

void lower_abi(Lowering& lowering, std::span<const Abi> abis, Abi abi, policy::Diagnostics& diagnostics, Jail& jail) {
    CallNames names(lowering.set, abis, abi, diagnostics);
    const CallClaims claims = collect_call_claims(lowering, abi, names, diagnostics);
    names.warn_unused();
    const Decided decided = decide(claims);
    LiftedGuards lifted = lifted_by(jail, claims, decided, abi);
    lifted.everything = lowering.facts.unguarded;
    check_call_claims(claims, decided.permitted(), names, diagnostics);
    check_conditional_claims(claims, diagnostics);
    if (!claims.forbids.empty()) check_other_forms(claims, open_calls(decided, lifted, abi), abi, diagnostics);
    check_io_uring(claims, decided, lifted, abi, diagnostics);
    AbiLowering(abi, claims, decided, lifted, jail).run();
}

// A mistake that is one on several ABIs is shown once.
void add_new(const policy::Diagnostics& found, policy::Diagnostics& diagnostics) {
    for (const policy::Diagnostic& each : found.all()) {
        const auto is_same = [&](const policy::Diagnostic& known) {
            return &known.kind() == &each.kind() && known.primary() && each.primary() &&
                   known.primary()->span == each.primary()->span;
        };
        if (std::any_of(diagnostics.all().begin(), diagnostics.all().end(), is_same)) continue;
        diagnostics.add(each.kind(), std::nullopt, each.message()) = each;
    }
}

}  // namespace

void lower_calls(Lowering& lowering, Jail& jail) {
    jail.filter = {};
    jail.calls.clear();
    jail.call_origins.clear();
    jail.call_clauses.clear();
    jail.foreign_calls.clear();
    const std::vector<Abi> abis = collect_abis(lowering);
    lower_abi(lowering, abis, abis.front(), lowering.diagnostics, jail);
    for (const Abi abi : std::span(abis).subspan(1)) {
        policy::Diagnostics found;
        for (Scope& scope : lowering.scopes) scope.report_to(found);
        lower_abi(lowering, abis, abi, found, jail);
        for (Scope& scope : lowering.scopes) scope.report_to(lowering.diagnostics);
        add_new(found, lowering.diagnostics);
    }
}

}  // namespace ward::compiler
