#include "sandbox/processors.hpp"

#include <algorithm>
#include <charconv>

namespace ward::sandbox {
namespace {

constexpr std::size_t word_bytes = sizeof(unsigned long);

bool holds(const compiler::CpuSet& set, unsigned processor) {
    return std::any_of(set.ranges.begin(), set.ranges.end(),
                       [&](const auto& range) { return range.first <= processor && processor <= range.second; });
}

// "4-7" or "4"; what is not understood names no processor.
void add_range(std::string_view text, const compiler::CpuSet& set, ProcessorList& found) {
    unsigned first = 0;
    const char* const end = text.data() + text.size();
    auto read = std::from_chars(text.data(), end, first);
    if (read.ec != std::errc{}) return;
    unsigned last = first;
    if (read.ptr != end && *read.ptr == '-') read = std::from_chars(read.ptr + 1, end, last);
    for (unsigned processor = first; processor <= last; ++processor)
        if (holds(set, processor)) found.insert(processor);
}

}  // namespace

ProcessorList processors_of(const compiler::CpuSet& set, std::string_view list) {
    ProcessorList found;
    while (!list.empty()) {
        const auto comma = list.find(',');
        add_range(list.substr(0, comma), set, found);
        list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    }
    return found;
}

std::string text_of(const ProcessorList& processors) {
    std::string text;
    for (const unsigned processor : processors) text += (text.empty() ? "" : ",") + std::to_string(processor);
    return text;
}

std::string mask_of(const ProcessorList& processors) {
    if (processors.empty()) return {};
    std::string mask((*processors.rbegin() / 8 / word_bytes + 1) * word_bytes, '\0');
    for (const unsigned processor : processors)
        mask[processor / 8] = static_cast<char>(static_cast<unsigned char>(mask[processor / 8]) | 1U << processor % 8);
    return mask;
}

}  // namespace ward::sandbox
