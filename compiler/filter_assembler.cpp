#include "compiler/filter_assembler.hpp"

namespace ward::compiler {

void Assembler::load(std::size_t offset) {
    write(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
}

void Assembler::calculate(std::uint16_t operation, std::uint32_t operand) {
    write(static_cast<std::uint16_t>(BPF_ALU | BPF_K | operation), operand);
}

void Assembler::calculate_with_x(std::uint16_t operation) {
    write(static_cast<std::uint16_t>(BPF_ALU | BPF_X | operation), 0);
}

void Assembler::copy_to_x() {
    write(BPF_MISC | BPF_TAX, 0);
}

void Assembler::continue_at(Label label) {
    if (distance(label) == 0) return;
    const sock_filter target = (*this)[label];
    if (BPF_CLASS(target.code) == BPF_RET)
        write(target.code, target.k);
    else
        write(BPF_JMP | BPF_JA, static_cast<std::uint32_t>(distance(label)));
}

Assembler::Label Assembler::finish_with(std::uint32_t value) {
    write(BPF_RET | BPF_K, value);
    return here();
}

Assembler::Label Assembler::jump(std::uint16_t condition, std::uint32_t operand, Label yes, Label no) {
    bring_near(yes);
    bring_near(no);
    write(static_cast<std::uint16_t>(BPF_JMP | BPF_K | condition), operand, static_cast<std::uint8_t>(distance(yes)),
          static_cast<std::uint8_t>(distance(no)));
    return here();
}

Assembler::Label Assembler::here() {
    positions_.push_back(backwards_.size() - 1);
    return static_cast<Label>(positions_.size() - 1);
}

std::vector<sock_filter> Assembler::program() const {
    return {backwards_.rbegin(), backwards_.rend()};
}

void Assembler::bring_near(Label label) {
    // One less than a jump can say: the other branch may need a stepping stone after this one.
    constexpr std::size_t reach = 254;
    if (distance(label) <= reach) return;
    continue_at(label);
    positions_[label] = backwards_.size() - 1;
}

std::size_t Assembler::distance(Label label) const {
    return backwards_.size() - 1 - positions_[label];
}

void Assembler::write(std::uint16_t code, std::uint32_t operand, std::uint8_t yes, std::uint8_t no) {
    backwards_.push_back({code, yes, no, operand});
}

}  // namespace ward::compiler
