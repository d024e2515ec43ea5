// What is refused to calls that a policy allows, by their arguments, unless the policy says otherwise.
//
// The rules are a table in guards.cpp. Only registers are looked at: memory can change after the
// check, so a call whose flags are in memory is answered with ENOSYS and programs fall back.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "compiler/jail.hpp"

namespace ward::compiler {

// What a policy may lift.
struct LiftedGuards {
    bool setuid_bits = false;    // files { setuid allow }
    bool unix_sockets = false;   // network { unix }
    bool other_than_tcp = true;  // not with ports in `network`: only TCP can be limited to them
    bool group_signals = true;   // not with process { terminal inherit }: the group is the caller's
    bool namespaces = false;     // process { nested allow }
    bool capable_files = false;  // by `nested allow`, or `keep setfcap`: files may be given capabilities
    bool tracing = false;        // process { debug allow }
    // Calls that have in memory what these have in registers, where nothing limits those: clone, openat.
    bool clone3 = false;
    bool openat2 = false;
    bool everything = false;  // no guard at all: see Facts::unguarded
};

// By the statements of a policy. clone3 and openat2 may be limited further by conditions (calls.cpp).
[[nodiscard]] LiftedGuards lifted_by(const Jail& jail);

// A call that is not simply allowed where a policy allows it.
struct GuardedCall {
    std::uint32_t number = 0;  // as in AbiModel::calls
    // Of what the rule decides, the first that holds; every other one is allowed.
    std::vector<CallModel::Answer> answers;
    Response refusal;        // of what the rule refuses
    std::string_view words;  // the rule, for people: `no new namespaces`
    bool is_offered = true;  // false: refused whatever the arguments are
};

// Each guarded call that the ABI has, once.
[[nodiscard]] std::vector<GuardedCall> guarded_calls(LiftedGuards lifted, Abi abi = Abi::x86_64);

}  // namespace ward::compiler
