#include "compiler/cpu_set.hpp"

#include "compiler/values.hpp"

namespace ward::compiler {
namespace {

using policy::LimitStatement;
using policy::Word;

// NR_CPUS of the kernel is 8192 at the most on x86_64 (arch/x86/Kconfig, up to Linux 6.18).
constexpr std::uint64_t greatest_processor = 8191;

struct Processors {
    unsigned first, last;
    policy::Span span;
};

struct StatedSet {
    std::vector<std::pair<unsigned, unsigned>> ranges;
    bool optional;
};
bool operator==(const StatedSet& a, const StatedSet& b) {
    return a.ranges == b.ranges;
}

std::optional<Processors> read_processors(const Word& word, Place place, policy::Diagnostics& diagnostics) {
    const auto text = place.scope.text(word);
    if (!text) return std::nullopt;
    const auto range = parse_range(*text);
    if (!range) {
        diagnostics.add(policy::slug::bad_value, word.span, "`" + *text + "` is no processor for `cpu-set`")
            .help("write the numbers of processors, for example `0..3, 6`");
    } else if (std::max(range->first, range->last) > greatest_processor) {
        diagnostics
            .add(policy::slug::value_out_of_range, word.span,
                 "`" + *text + "` is more than a processor's number can be")
            .help("write a number up to `" + std::to_string(greatest_processor) + "`");
    } else if (range->first > range->last) {
        diagnostics.add(policy::slug::reversed_range, word.span, "`" + *text + "` holds no processor")
            .help("write `" + std::to_string(range->last) + ".." + std::to_string(range->first) + "`");
    } else {
        return Processors{static_cast<unsigned>(range->first), static_cast<unsigned>(range->last), word.span};
    }
    return std::nullopt;
}

bool check_disjoint(const std::vector<Processors>& sorted, policy::Diagnostics& diagnostics) {
    for (std::size_t next = 1; next < sorted.size(); ++next) {
        const Processors& before = sorted[next - 1];
        if (sorted[next].first > before.last) continue;
        diagnostics
            .add(policy::slug::overlapping_ranges, sorted[next].span,
                 "processor " + std::to_string(sorted[next].first) + " is listed twice")
            .also(before.span, "listed here too")
            .help("remove one of the two");
        return false;
    }
    return true;
}

std::optional<StatedSet> read_set(const LimitStatement& statement, Place place, policy::Diagnostics& diagnostics) {
    std::vector<Processors> all;
    for (const Word& word : statement.values) {
        if (const auto processors = read_processors(word, place, diagnostics)) all.push_back(*processors);
    }
    if (all.size() != statement.values.size()) return std::nullopt;
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    if (!check_disjoint(all, diagnostics)) return std::nullopt;
    StatedSet set{{}, statement.optional};
    for (const Processors& next : all) {
        if (!set.ranges.empty() && set.ranges.back().second + 1 == next.first) {
            set.ranges.back().second = next.last;
        } else {
            set.ranges.emplace_back(next.first, next.last);
        }
    }
    return set;
}

}  // namespace

std::optional<CpuSet> lower_cpu_set(Lowering& lowering) {
    std::vector<Candidate<StatedSet>> candidates;
    each<LimitStatement>(lowering, [&](const LimitStatement& statement, Place place) {
        if (statement.name.text != cpu_set_name) return;
        auto set = read_set(statement, place, lowering.diagnostics);
        if (set) candidates.push_back({*std::move(set), statement.span, place.distance});
    });
    const auto stated = nearest(candidates, cpu_set_name, lowering.diagnostics);
    if (!stated) return std::nullopt;
    // As for every limit: of equally near statements the one without `?` is the stricter.
    bool optional = true;
    for (const auto& candidate : candidates) {
        const auto& origins = stated->origins;
        if (std::find(origins.begin(), origins.end(), candidate.span) != origins.end()) {
            optional = optional && candidate.value.optional;
        }
    }
    return CpuSet{stated->value.ranges, optional, stated->origins};
}

std::string format_cpu_set(const CpuSet& set) {
    std::string text;
    for (const auto& [first, last] : set.ranges) {
        if (!text.empty()) text += ", ";
        text += std::to_string(first);
        if (last != first) text += ".." + std::to_string(last);
    }
    return text;
}

std::size_t size_of(const CpuSet& set) {
    std::size_t count = 0;
    for (const auto& [first, last] : set.ranges) count += last - first + 1;
    return count;
}

}  // namespace ward::compiler
