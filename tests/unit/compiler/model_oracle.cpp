#include "tests/unit/compiler/model_oracle.hpp"

#include <linux/audit.h>

#include <algorithm>
#include <cstdio>
#include <initializer_list>
#include <random>
#include <set>

#include "tests/unit/compiler/bpf_interpreter.hpp"

namespace ward::compiler::test {
namespace {

constexpr std::uint32_t x32_first = 0x40000000;

std::uint32_t value_of(Response response, bool supervised) {
    if (response.kind == Response::Kind::allow) return SECCOMP_RET_ALLOW;
    if (response.kind == Response::Kind::refuse) return SECCOMP_RET_ERRNO | response.error;
    if (response.kind == Response::Kind::trap) return SECCOMP_RET_TRAP;
    if (response.kind == Response::Kind::kill && supervised) return SECCOMP_RET_USER_NOTIF;
    return SECCOMP_RET_KILL_PROCESS;
}

// A value of so many bits, as the C types of the kernel would hold it.
std::uint64_t cut(std::uint64_t value, unsigned bits) {
    if (bits == 16) return static_cast<std::uint16_t>(value);
    return bits == 32 ? static_cast<std::uint32_t>(value) : value;
}

std::int64_t as_signed(std::uint64_t value, unsigned bits) {
    if (bits == 16) return static_cast<std::int16_t>(value);
    return bits == 32 ? static_cast<std::int32_t>(value) : static_cast<std::int64_t>(value);
}

bool holds(const Comparison& c, const Arguments& arguments) {
    const std::uint64_t left = cut(arguments[c.argument], c.bits);
    const std::uint64_t right = cut(c.value, c.bits);
    if (c.relation == Comparison::Relation::equal) return (left & c.mask) == right;
    return c.is_signed ? as_signed(left, c.bits) < as_signed(right, c.bits) : left < right;
}

std::uint32_t arch_of(Abi abi) {
    if (abi == Abi::i386) return AUDIT_ARCH_I386;
    return abi == Abi::aarch64 ? AUDIT_ARCH_AARCH64 : AUDIT_ARCH_X86_64;
}

// The ABI that a call comes through. Null: one that is killed.
const AbiModel* abi_of(const FilterModel& model, const seccomp_data& data) {
    const bool is_x32 = data.arch == AUDIT_ARCH_X86_64 && static_cast<std::uint32_t>(data.nr) >= x32_first;
    for (const AbiModel& abi : model.abis)
        if (arch_of(abi.abi) == data.arch && (abi.abi == Abi::x32) == is_x32) return &abi;
    return nullptr;
}

void collect(const Condition& condition, std::vector<Comparison>& found) {
    if (condition.kind == Condition::Kind::comparison) found.push_back(condition.comparison);
    for (const Condition& part : condition.parts) collect(part, found);
}

// Every number with every boundary value, run through both.
class Trial {
public:
    Trial(std::span<const sock_filter> program, const FilterModel& model, const EmitOptions& options)
        : program_(program), model_(model), options_(options) {}

    std::string run() {
        for (const AbiModel& abi : model_.abis) {
            const std::uint32_t base = abi.abi == Abi::x32 ? x32_first : 0;
            for (std::uint32_t number = 0; number < abi.calls.size(); ++number)
                vary(call(arch_of(abi.abi), base + number), abi.calls[number]);
        }
        for (const auto arch :
             std::initializer_list<std::uint32_t>{AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, AUDIT_ARCH_AARCH64, 0, 1, ~0u})
            around_borders(arch);
        return fault_;
    }

private:
    static seccomp_data call(std::uint32_t arch, std::uint32_t number) {
        seccomp_data data = native_call(number);
        data.arch = arch;
        return data;
    }

    void around_borders(std::uint32_t arch) {
        std::set<std::uint32_t> numbers = {0, 1, 59, 511, 512, 1000, x32_first - 1, x32_first, 0x7fffffff, 0x80000000};
        for (const AbiModel& abi : model_.abis)
            for (const auto past : {std::size_t{0}, std::size_t{1}, std::size_t{100}})
                numbers.insert(static_cast<std::uint32_t>(abi.calls.size() + past));
        for (const std::uint32_t number : std::set(numbers)) numbers.insert({x32_first + number, ~number});
        for (const std::uint32_t number : numbers) {
            seccomp_data data = call(arch, number);
            for (unsigned flip = 0; flip < 2; ++flip) {
                check(data);
                std::fill(std::begin(data.args), std::end(data.args), ~std::uint64_t{0});
            }
        }
    }

    void vary(seccomp_data data, const CallModel& call) {
        std::vector<std::pair<unsigned, std::vector<std::uint64_t>>> varied;
        std::size_t combinations = 1;
        for (unsigned argument = 0; argument < 6; ++argument) {
            if (!looks_at(call, argument)) continue;
            varied.emplace_back(argument, boundary_values(call, argument, options_));
            combinations *= varied.back().second.size();
        }
        constexpr std::size_t limit = 4'000;
        for (std::size_t i = 0; i < std::min(combinations, limit) && fault_.empty(); ++i) {
            std::size_t choice = combinations <= limit ? i : random_() % combinations;
            for (const auto& [argument, values] : varied) {
                data.args[argument] = values[choice % values.size()];
                choice /= values.size();
            }
            check(data);
        }
    }

    static bool looks_at(const CallModel& call, unsigned argument) {
        if (call.one_shot && argument == 5) return true;
        const auto all = comparisons_of(call);
        return std::any_of(all.begin(), all.end(), [&](const Comparison& c) { return c.argument == argument; });
    }

    void check(const seccomp_data& data) {
        const std::uint32_t wanted = expected(model_, options_, data);
        const std::uint32_t actual = interpret(program_, data);
        if (wanted == actual || !fault_.empty()) return;
        char text[240];
        std::snprintf(text, sizeof text, "arch %#x number %#x (%#llx %#llx %#llx %#llx %#llx %#llx): %#x, not %#x",
                      data.arch, static_cast<unsigned>(data.nr), data.args[0], data.args[1], data.args[2], data.args[3],
                      data.args[4], data.args[5], actual, wanted);
        fault_ = text;
    }

    std::span<const sock_filter> program_;
    const FilterModel& model_;
    const EmitOptions& options_;
    std::mt19937_64 random_{1};
    std::string fault_;
};

}  // namespace

bool holds(const Condition& condition, const Arguments& arguments) {
    const auto part_holds = [&](const Condition& part) { return holds(part, arguments); };
    switch (condition.kind) {
        case Condition::Kind::comparison:
            return holds(condition.comparison, arguments);
        case Condition::Kind::all:
            return std::all_of(condition.parts.begin(), condition.parts.end(), part_holds);
        case Condition::Kind::any:
            return std::any_of(condition.parts.begin(), condition.parts.end(), part_holds);
        case Condition::Kind::negation:
            return !part_holds(condition.parts.at(0));
    }
    return false;
}

Response answer(const CallModel& call, const Arguments& arguments) {
    for (const CallModel::Answer& answer : call.answers)
        if (holds(answer.when, arguments)) return answer.response;
    return call.otherwise;
}

std::uint32_t expected(const FilterModel& model, const EmitOptions& options, const seccomp_data& data) {
    const AbiModel* const abi = abi_of(model, data);
    if (!abi) return SECCOMP_RET_KILL_PROCESS;
    const std::uint32_t number = static_cast<std::uint32_t>(data.nr) - (abi->abi == Abi::x32 ? x32_first : 0);
    if (number >= abi->calls.size()) return value_of(abi->beyond, options.supervised);
    const CallModel& call = abi->calls[number];
    if (call.one_shot && data.args[5] == options.exec_key) return SECCOMP_RET_ALLOW;
    Arguments arguments{};
    std::copy(std::begin(data.args), std::end(data.args), arguments.begin());
    return value_of(answer(call, arguments), options.supervised);
}

seccomp_data native_call(std::uint32_t number, std::span<const std::uint64_t> arguments) {
    seccomp_data data{};
    data.nr = static_cast<int>(number);
    data.arch = AUDIT_ARCH_X86_64;
    std::copy(arguments.begin(), arguments.end(), data.args);
    return data;
}

std::vector<Comparison> comparisons_of(const CallModel& call) {
    std::vector<Comparison> found;
    for (const CallModel::Answer& answer : call.answers) collect(answer.when, found);
    return found;
}

bool looks_at_arguments(const CallModel& call) {
    return call.one_shot || !comparisons_of(call).empty();
}

std::vector<std::uint64_t> boundary_values(const CallModel& call, unsigned argument, const EmitOptions& options) {
    std::set<std::uint64_t> values = {0, 1, ~std::uint64_t{0}};
    const auto around = [&](std::uint64_t value) { values.insert({value - 1, value, value + 1}); };
    for (const unsigned bit : {15u, 16u, 31u, 32u, 63u}) around(std::uint64_t{1} << bit);
    for (const Comparison& c : comparisons_of(call)) {
        if (c.argument != argument) continue;
        for (const std::uint64_t value : {c.value, c.mask, c.value | ~c.mask}) {
            around(value);
            around(cut(value, 32));
            values.insert({static_cast<std::uint64_t>(as_signed(value, 32)), value << 32, ~value,
                           cut(value, c.bits) | (c.bits == 64 ? 0 : 0x8badf00d00000000u << (c.bits == 16 ? 16 : 0)),
                           value ^ (std::uint64_t{1} << (c.bits - 1)), value ^ (std::uint64_t{1} << (c.bits / 2))});
        }
    }
    if (call.one_shot && argument == 5)
        for (const std::uint64_t flip : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 40})
            values.insert(options.exec_key ^ flip);
    return {values.begin(), values.end()};
}

std::string disagreement(std::span<const sock_filter> program, const FilterModel& model, const EmitOptions& options) {
    return Trial(program, model, options).run();
}

}  // namespace ward::compiler::test
