#include "compiler/calls.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <utility>

#include "compiler/call_checks.hpp"
#include "compiler/call_claims.hpp"
#include "compiler/guards.hpp"
#include "compiler/syscall_table.hpp"

namespace ward::compiler {
namespace {

constexpr Response refuse(int error) {
    return {Response::Kind::refuse, static_cast<std::uint16_t>(error)};
}

CallSet union_of(const std::vector<CallClaim>& claims) {
    CallSet result;
    for (const CallClaim& claim : claims) result |= claim.calls;
    return result;
}

// A ring makes files, sockets and connections by its own threads, and no filter sees them
// (io_uring(7)). What guards.cpp promises would not hold.
void check_io_uring(const std::vector<CallClaim>& allows, const CallSet& permitted, Lifted lifted,
                    policy::Diagnostics& diagnostics) {
    const std::uint32_t setup = syscall_number("io_uring_setup").value();
    if (!permitted.test(setup) || (lifted.setuid_bits && lifted.unix_sockets)) return;
    const auto by =
        std::find_if(allows.begin(), allows.end(), [setup](const CallClaim& claim) { return claim.calls.test(setup); });
    const bool lacks_setuid = !lifted.setuid_bits;
    diagnostics
        .add(policy::slug::io_uring_unfiltered, by->span, "`io_uring_setup` lets the program go around the filter")
        .label("its files and sockets pass no filter")
        .note(lacks_setuid ? "by io_uring a program sets setuid bits, which this policy does not allow"
                           : "by io_uring a program makes Unix sockets, which this policy does not allow")
        .help(lacks_setuid ? "write `files { setuid allow }` to allow that" : "write `network { unix }` to allow that");
}

// The table and the filter of one jail.
class Builder {
public:
    Builder(const CallClaims& claims, const CallSet& permitted, Lifted lifted, Jail& jail)
        : claims_(claims), permitted_(permitted), jail_(jail) {
        jail_.filter = {};
        jail_.calls.clear();
        for (GuardedCall& call : guarded_calls(lifted)) guards_[call.number] = std::move(call);
        add_origins(claims_.allows, permitted);
        add_origins(claims_.forbids, ~permitted);
    }

    void run() {
        set_default();
        jail_.calls.reserve(syscall_names().size());
        AbiModel& native = jail_.filter.abis.emplace_back(AbiModel{Abi::x86_64, {}, refuse(ENOSYS)});
        native.calls.reserve(syscall_count());
        for (std::uint32_t number = 0; number < syscall_count(); ++number) {
            const bool exists = !syscall_name(number).empty();
            native.calls.push_back(exists ? lower(number) : CallModel{{}, native.beyond});
        }
    }

private:
    void add_origins(const std::vector<CallClaim>& claims, const CallSet& decided) {
        for (const CallClaim& claim : claims)
            for_each_call(claim.calls & decided, [&](std::uint32_t number) { origins_[number].push_back(claim.span); });
    }

    void set_default() {
        jail_.default_refusal = {refuse(EPERM), {}};
        if (claims_.defaults.empty()) return;
        const CallClaim& nearest = claims_.defaults.front();
        jail_.default_refusal.value = nearest.response;
        for (const CallClaim& claim : claims_.defaults)
            if (claim.distance == nearest.distance) jail_.default_refusal.origins.push_back(claim.span);
    }

    CallModel lower(std::uint32_t number) {
        CallRule& rule = jail_.calls.emplace_back();
        rule.number = number;
        rule.origins = std::move(origins_[number]);
        return permitted_.test(number) ? lower_permitted(rule) : lower_denied(rule);
    }

    CallModel lower_permitted(CallRule& rule) {
        GuardedCall& guard = guards_[rule.number];
        rule.verdict = CallRule::Verdict::allowed;
        rule.guard = guard.words;
        rule.refusal = guard.refusal;
        return {std::move(guard.answers), {Response::Kind::allow}};
    }

    CallModel lower_denied(CallRule& rule) {
        rule.refusal = refusal_of(rule.number);
        if (rule.refusal.kind == Response::Kind::kill) jail_.filter.may_kill = true;
        // The launcher starts the program by execveat, after the filter is in force.
        const bool one_shot = syscall_name(rule.number) == "execveat";
        if (one_shot) jail_.filter.needs_exec_key = true;
        return {{}, rule.refusal, one_shot};
    }

    Response refusal_of(std::uint32_t number) const {
        const auto nearest = std::find_if(claims_.refusals.begin(), claims_.refusals.end(),
                                          [number](const CallClaim& claim) { return claim.calls.test(number); });
        if (nearest != claims_.refusals.end()) return nearest->response;
        // The C library tries clone3 first and falls back to clone on ENOSYS alone, so that is what
        // a call that is never offered gives in place of any other errno that no statement asks for by name.
        const bool is_errno = jail_.default_refusal.value.kind == Response::Kind::refuse;
        if (is_errno && !guards_[number].is_offered) return guards_[number].refusal;
        return jail_.default_refusal.value;
    }

    const CallClaims& claims_;
    const CallSet& permitted_;
    Jail& jail_;
    std::array<GuardedCall, syscall_capacity> guards_{};  // by number; without words: none
    std::array<Origins, syscall_capacity> origins_;       // of the allows or forbids, by number
};

}  // namespace

void lower_calls(Lowering& lowering, Jail& jail) {
    const CallClaims claims = collect_call_claims(lowering);
    const CallSet permitted = union_of(claims.allows) & ~union_of(claims.forbids);
    const Lifted lifted{.setuid_bits = jail.may_set_setuid,
                        .unix_sockets = jail.network.unix_sockets,
                        .group_signals = jail.process.terminal.value != Terminal::inherit};
    check_call_claims(claims, permitted, lowering.diagnostics);
    check_io_uring(claims.allows, permitted, lifted, lowering.diagnostics);
    Builder(claims, permitted, lifted, jail).run();
}

}  // namespace ward::compiler
