#include "compiler/bpf_word.hpp"

#include <linux/seccomp.h>

#include <cstddef>

namespace ward::compiler {
namespace {

using Node = Diagram::Node;

bool is_set(std::uint32_t value, unsigned bit) {
    return ((value >> bit) & 1) != 0;
}

}  // namespace

Word constant(std::uint32_t value) {
    Word word;
    for (unsigned bit = 0; bit < 32; ++bit) word.bits[bit] = is_set(value, bit) ? Diagram::yes : Diagram::no;
    return word;
}

Word argument_half(std::uint32_t offset, Diagram& diagram) {
    constexpr auto first = static_cast<std::uint32_t>(offsetof(seccomp_data, args));
    const std::uint32_t index = (offset - first) / 4;  // little endian: low half first
    Word word;
    for (unsigned bit = 0; bit < 32; ++bit) word.bits[bit] = diagram.bit(index / 2, bit + (index % 2 ? 32 : 0));
    return word;
}

// The least bit is last in the diagram's order: all three build upwards.

Node equals(const Word& word, std::uint32_t value, Diagram& diagram) {
    Node all = Diagram::yes;
    for (unsigned bit = 0; bit < 32; ++bit)
        all = is_set(value, bit) ? diagram.choose(word.bits[bit], all, Diagram::no)
                                 : diagram.choose(word.bits[bit], Diagram::no, all);
    return all;
}

Node at_least(const Word& word, std::uint32_t value, Diagram& diagram) {
    Node holds = Diagram::yes;  // equal so far counts
    for (unsigned bit = 0; bit < 32; ++bit)
        holds = is_set(value, bit) ? diagram.both(word.bits[bit], holds) : diagram.either(word.bits[bit], holds);
    return holds;
}

Node any_of(const Word& word, std::uint32_t mask, Diagram& diagram) {
    Node any = Diagram::no;
    for (unsigned bit = 0; bit < 32; ++bit)
        if (is_set(mask, bit)) any = diagram.either(word.bits[bit], any);
    return any;
}

}  // namespace ward::compiler
