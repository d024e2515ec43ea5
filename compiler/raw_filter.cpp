#include "compiler/raw_filter.hpp"

#include <linux/bpf_common.h>

#include <algorithm>
#include <cstring>

#include "compiler/diff_calls.hpp"
#include "compiler/syscall_table.hpp"

namespace ward::compiler {

FilterModel for_other_launchers(FilterModel model) {
    model.needs_exec_key = false;
    model.may_kill = false;
    for (AbiModel& abi : model.abis)
        for (CallModel& call : abi.calls) call.one_shot = false;
    return model;
}

std::string bytes_of(const std::vector<sock_filter>& program) {
    std::string bytes(program.size() * sizeof(sock_filter), '\0');
    std::memcpy(bytes.data(), program.data(), bytes.size());
    return bytes;
}

std::optional<std::vector<sock_filter>> read_raw_filter(std::string_view bytes) {
    const std::size_t count = bytes.size() / sizeof(sock_filter);
    if (count == 0 || count > BPF_MAXINSNS || bytes.size() % sizeof(sock_filter) != 0) return std::nullopt;
    std::vector<sock_filter> program(count);
    std::memcpy(program.data(), bytes.data(), bytes.size());
    return program;
}

Origins origins_of_call(const Jail& jail, Abi abi, std::uint32_t number) {
    const auto native = abi == Abi::x86_64 ? std::optional(number) : syscall_number(name_of_call(abi, number));
    const auto rule = std::ranges::find(jail.calls, native.value_or(syscall_capacity), &CallRule::number);
    if (rule == jail.calls.end()) return {};
    Origins origins;
    for (const CallRule::Clause& clause : jail.clauses_of(*rule)) origins.push_back(clause.origin);
    const Origins without_condition = jail.origins_of(*rule);
    origins.insert(origins.end(), without_condition.begin(), without_condition.end());
    if (origins.empty()) return jail.default_refusal.origins;
    return origins;
}

}  // namespace ward::compiler
