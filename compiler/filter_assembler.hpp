// Writes a BPF program from its last instruction to its first.
//
// BPF only jumps forward, so whatever an instruction jumps to is already written: a Label is always
// a known place. A conditional jump reaches 255 instructions; farther targets get a stepping stone
// here, and nobody else has to think of it.
#pragma once

#include <linux/filter.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ward::compiler {

class Assembler {
public:
    Assembler() {
        constexpr std::size_t usual = 128;
        backwards_.reserve(usual);
        positions_.reserve(usual);
    }

    // A place in the program. It may move to a copy that is nearer and does the same.
    using Label = std::uint32_t;

    // A/X: the accumulator and the index register. Each of these falls through to what was written
    // before it; continue_at() makes that a given label.
    void load(std::size_t offset);  // A = the word of struct seccomp_data at this offset
    void calculate(std::uint16_t operation, std::uint32_t operand);  // A = A operation operand, BPF_AND and so on
    void calculate_with_x(std::uint16_t operation);
    void copy_to_x();
    void continue_at(Label label);

    [[nodiscard]] Label finish_with(std::uint32_t value);  // return
    // BPF_JEQ, BPF_JGE or BPF_JSET of A and `operand`.
    [[nodiscard]] Label jump(std::uint16_t condition, std::uint32_t operand, Label yes, Label no);
    [[nodiscard]] Label here();  // the instruction written last

    [[nodiscard]] const sock_filter& operator[](Label label) const { return backwards_[positions_[label]]; }
    [[nodiscard]] std::vector<sock_filter> program() const;

private:
    void bring_near(Label label);
    [[nodiscard]] std::size_t distance(Label label) const;  // from the next instruction to be written
    void write(std::uint16_t code, std::uint32_t operand, std::uint8_t yes = 0, std::uint8_t no = 0);

    std::vector<sock_filter> backwards_;
    std::vector<std::size_t> positions_;
};

}  // namespace ward::compiler
