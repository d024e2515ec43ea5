#include "tests/unit/compiler/mutants.hpp"

#include <algorithm>
#include <initializer_list>

namespace ward::compiler::test {
namespace {

bool is_loadable(const sock_filter& instruction, std::size_t at, std::size_t size) {
    const auto code = instruction.code;
    if (BPF_CLASS(code) == BPF_LD) return instruction.k % 4 == 0 && instruction.k < 64;
    if (BPF_CLASS(code) != BPF_JMP) return true;
    const std::size_t furthest =
        BPF_OP(code) == BPF_JA ? instruction.k : std::max<std::size_t>(instruction.jt, instruction.jf);
    return at + 1 + furthest < size;
}

bool is_same(const sock_filter& a, const sock_filter& b) {
    return a.code == b.code && a.jt == b.jt && a.jf == b.jf && a.k == b.k;
}

std::vector<sock_filter> changes(const sock_filter& original) {
    std::vector<sock_filter> all;
    const auto add = [&](auto change) {
        sock_filter changed = original;
        change(changed);
        all.push_back(changed);
    };
    const auto operations = [&](std::initializer_list<int> list, int kept) {
        for (const int operation : list)
            add([&](sock_filter& i) { i.code = static_cast<std::uint16_t>((i.code & kept) | operation); });
    };
    for (const unsigned bit : {0u, 1u, 2u, 3u, 8u, 12u, 16u, 30u, 31u}) add([&](sock_filter& i) { i.k ^= 1u << bit; });
    for (const std::uint32_t step : {1u, ~0u, 4u, ~3u}) add([&](sock_filter& i) { i.k += step; });
    if (BPF_CLASS(original.code) == BPF_ALU) operations({BPF_AND, BPF_OR, BPF_XOR}, 0x0f);
    if (BPF_CLASS(original.code) == BPF_MISC) operations({BPF_TAX, BPF_TXA}, 0x07);
    if (BPF_CLASS(original.code) != BPF_JMP) return all;
    operations({BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET}, 0x0f);
    for (const std::uint8_t step : {std::uint8_t{1}, std::uint8_t{255}}) {
        add([&](sock_filter& i) { i.jt = static_cast<std::uint8_t>(i.jt + step); });
        add([&](sock_filter& i) { i.jf = static_cast<std::uint8_t>(i.jf + step); });
    }
    add([](sock_filter& i) { std::swap(i.jt, i.jf); });
    add([](sock_filter& i) { i.jt = i.jf; });
    return all;
}

}  // namespace

std::vector<Mutant> mutants(std::span<const sock_filter> program) {
    std::vector<Mutant> all;
    for (std::size_t at = 0; at < program.size(); ++at)
        for (const sock_filter& instead : changes(program[at]))
            if (!is_same(instead, program[at]) && is_loadable(instead, at, program.size()))
                all.push_back({at, instead});
    return all;
}

}  // namespace ward::compiler::test
