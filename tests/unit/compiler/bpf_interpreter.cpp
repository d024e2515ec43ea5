#include "tests/unit/compiler/bpf_interpreter.hpp"

#include <cstddef>
#include <cstring>
#include <optional>

namespace ward::compiler::test {
namespace {

constexpr std::uint32_t not_loadable = SECCOMP_RET_KILL_PROCESS;

// Runs to the return instruction. Absent: the kernel would not have loaded this.
class Machine {
public:
    Machine(std::span<const sock_filter> program, const seccomp_data& data) : program_(program), data_(data) {}

    std::optional<std::uint32_t> run(std::vector<std::size_t>* trace) {
        for (std::size_t at = 0; at < program_.size(); ++at) {
            const sock_filter& instruction = program_[at];
            if (trace) trace->push_back(at);
            if (BPF_CLASS(instruction.code) == BPF_RET) return returned(instruction);
            if (BPF_CLASS(instruction.code) == BPF_JMP)
                at += jump(instruction);
            else if (!step(instruction))
                return std::nullopt;
        }
        return std::nullopt;
    }

private:
    std::optional<std::uint32_t> returned(const sock_filter& instruction) const {
        if (instruction.code == (BPF_RET | BPF_A)) return a_;
        return instruction.k;
    }

    std::size_t jump(const sock_filter& instruction) const {
        const std::uint32_t operand = BPF_SRC(instruction.code) == BPF_X ? x_ : instruction.k;
        switch (BPF_OP(instruction.code)) {
            case BPF_JA:
                return instruction.k;
            case BPF_JEQ:
                return a_ == operand ? instruction.jt : instruction.jf;
            case BPF_JGT:
                return a_ > operand ? instruction.jt : instruction.jf;
            case BPF_JGE:
                return a_ >= operand ? instruction.jt : instruction.jf;
            default:
                return (a_ & operand) != 0 ? instruction.jt : instruction.jf;
        }
    }

    bool step(const sock_filter& instruction) {
        switch (BPF_CLASS(instruction.code)) {
            case BPF_LD:
                return load(instruction);
            case BPF_ALU:
                return calculate(instruction);
            case BPF_MISC:
                (BPF_MISCOP(instruction.code) == BPF_TAX ? x_ : a_) = BPF_MISCOP(instruction.code) == BPF_TAX ? a_ : x_;
                return true;
            default:
                return false;
        }
    }

    bool load(const sock_filter& instruction) {
        if (instruction.code == (BPF_LD | BPF_IMM)) {
            a_ = instruction.k;
            return true;
        }
        const bool fits = instruction.k % 4 == 0 && instruction.k <= sizeof(seccomp_data) - 4;
        if (instruction.code != (BPF_LD | BPF_W | BPF_ABS) || !fits) return false;
        std::memcpy(&a_, reinterpret_cast<const char*>(&data_) + instruction.k, sizeof a_);
        return true;
    }

    bool calculate(const sock_filter& instruction) {
        const std::uint32_t operand = BPF_SRC(instruction.code) == BPF_X ? x_ : instruction.k;
        switch (BPF_OP(instruction.code)) {
            case BPF_AND:
                a_ &= operand;
                return true;
            case BPF_OR:
                a_ |= operand;
                return true;
            case BPF_XOR:
                a_ ^= operand;
                return true;
            default:
                return false;
        }
    }

    std::span<const sock_filter> program_;
    const seccomp_data& data_;
    std::uint32_t a_ = 0, x_ = 0;
};

bool is_constant(const sock_filter& instruction) {
    switch (instruction.code) {
        case BPF_LD | BPF_W | BPF_ABS:
            return instruction.k == offsetof(seccomp_data, nr) || instruction.k == offsetof(seccomp_data, arch);
        case BPF_RET | BPF_K:
        case BPF_JMP | BPF_JA:
        case BPF_JMP | BPF_JEQ | BPF_K:
        case BPF_JMP | BPF_JGE | BPF_K:
        case BPF_JMP | BPF_JGT | BPF_K:
        case BPF_JMP | BPF_JSET | BPF_K:
        case BPF_ALU | BPF_AND | BPF_K:
            return true;
        default:
            return false;
    }
}

}  // namespace

std::uint32_t interpret(std::span<const sock_filter> program, const seccomp_data& data) {
    return Machine(program, data).run(nullptr).value_or(not_loadable);
}

std::vector<std::size_t> executed(std::span<const sock_filter> program, const seccomp_data& data) {
    std::vector<std::size_t> trace;
    (void)Machine(program, data).run(&trace);
    return trace;
}

bool is_constant_allow(std::span<const sock_filter> program, std::uint32_t arch, std::uint32_t number) {
    seccomp_data data{};
    data.nr = static_cast<int>(number);
    data.arch = arch;
    for (const std::size_t at : executed(program, data))
        if (!is_constant(program[at])) return false;
    return interpret(program, data) == SECCOMP_RET_ALLOW;
}

}  // namespace ward::compiler::test
