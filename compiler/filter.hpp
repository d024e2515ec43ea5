// What a seccomp filter means, and the BPF program that says it to the kernel.
//
// A FilterModel is a total function (ABI, call number, six arguments) -> Response, as the policy says
// it. It never depends on how it is laid out: emit() is the only code that knows BPF.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/abi.hpp"
#include "compiler/condition.hpp"

namespace ward::compiler {

// What happens to a call.
struct Response {
    enum class Kind : std::uint8_t {
        allow,         // the kernel executes it
        refuse,        // not executed, fails with `error`
        trap,          // not executed, the program gets SIGSYS
        kill,          // not executed, the jail ends; the supervisor records the call first
        kill_process,  // not executed, the kernel ends the process at once (foreign ABIs)
    };
    Kind kind = Kind::kill_process;
    std::uint16_t error = 0;  // an errno, 1..4095, for `refuse` only

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the operator for a pointer
    friend auto operator<=>(const Response&, const Response&) = default;
};

// What is answered for one call: the first answer whose condition holds, else `otherwise`.
struct CallModel {
    struct Answer {
        Condition when;
        Response response;
        friend bool operator==(const Answer&, const Answer&) = default;
    };
    std::vector<Answer> answers;
    Response otherwise;
    // A call that equals the launcher's one-time key in its sixth argument is allowed before all else.
    bool one_shot = false;

    friend bool operator==(const CallModel&, const CallModel&) = default;
};

// All calls of one ABI.
struct AbiModel {
    Abi abi = Abi::x86_64;
    std::vector<CallModel> calls;  // by number without x32_bit, 0 .. the newest call of the table
    Response beyond;               // of numbers that the table does not know, holes included: ENOSYS

    friend bool operator==(const AbiModel&, const AbiModel&) = default;
};

// The filter of one jail. Calls of every ABI that is not here are killed by the kernel.
struct FilterModel {
    std::vector<AbiModel> abis;   // by Abi; those of one machine: x86_64, i386 and x32, or aarch64
    bool needs_exec_key = false;  // the policy forbids exec: only the launcher's own, once
    bool may_kill = false;        // some call has Response::kill

    friend bool operator==(const FilterModel&, const FilterModel&) = default;
};

struct EmitOptions {
    std::uint64_t exec_key = 0;  // must be random for a launch; never known to the program
    // True: `kill` asks the supervisor (SECCOMP_RET_USER_NOTIF), which records and kills. False:
    // SECCOMP_RET_KILL_PROCESS, and the report cannot name the call.
    bool supervised = true;
};

// The exact program to load. The same input always gives the same bytes. Absent if it would exceed
// the kernel's limit of 4096 instructions (BPF_MAXINSNS).
[[nodiscard]] std::optional<std::vector<sock_filter>> emit(const FilterModel& model, const EmitOptions& options);

}  // namespace ward::compiler
