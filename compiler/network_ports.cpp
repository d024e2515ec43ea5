#include "compiler/network_ports.hpp"

#include <numeric>

#include "compiler/values.hpp"

namespace ward::compiler {
namespace {

constexpr std::uint64_t greatest_port = 65535;
// Places that a range of ports keeps: the nearest ones.
constexpr std::size_t most_origins = 8;

struct Interval {
    unsigned first = 0, last = 0;
};

// Sorted, disjoint, neighbours joined.
std::vector<Interval> joined(const std::vector<PortClaim>& claims) {
    std::vector<Interval> intervals;
    intervals.reserve(claims.size());
    for (const PortClaim& claim : claims) intervals.push_back({claim.first, claim.last});
    std::sort(intervals.begin(), intervals.end(), [](Interval a, Interval b) { return a.first < b.first; });
    std::vector<Interval> result;
    for (const Interval next : intervals) {
        if (result.empty() || next.first > result.back().last + 1) {
            result.push_back(next);
        } else {
            result.back().last = std::max(result.back().last, next.last);
        }
    }
    return result;
}

// Both sorted and disjoint.
std::vector<Interval> without(const std::vector<Interval>& allowed, const std::vector<Interval>& forbidden) {
    std::vector<Interval> result;
    auto hole = forbidden.begin();
    for (Interval rest : allowed) {
        while (hole != forbidden.end() && hole->last < rest.first) ++hole;
        for (auto next = hole; next != forbidden.end() && next->first <= rest.last; ++next) {
            if (next->first > rest.first) result.push_back({rest.first, next->first - 1});
            rest.first = next->last + 1;
        }
        if (rest.first <= rest.last) result.push_back(rest);
    }
    return result;
}

bool nearer(const PortClaim& a, const PortClaim& b) {
    const auto rank = [](const PortClaim& claim) {
        return std::tuple(claim.distance, claim.span.file, claim.span.begin);
    };
    return rank(a) < rank(b);
}

// Gives ranges the places of the claims that they come from, nearest first. Linear but for the search:
// a range that has enough places is not met again.
class PlaceCollector {
public:
    explicit PlaceCollector(std::vector<PortRange>& ranges) : ranges_(ranges), open_(ranges.size() + 1) {
        std::iota(open_.begin(), open_.end(), std::size_t{0});
    }

    void add(const PortClaim& claim) {
        const auto begin = std::lower_bound(ranges_.begin(), ranges_.end(), claim.first,
                                            [](const PortRange& range, unsigned port) { return range.last < port; });
        auto at = next_open(static_cast<std::size_t>(begin - ranges_.begin()));
        while (at < ranges_.size() && ranges_[at].first <= claim.last) {
            ranges_[at].origins.push_back(claim.span);
            if (ranges_[at].origins.size() == most_origins) open_[at] = at + 1;
            at = next_open(at + 1);
        }
    }

private:
    std::size_t next_open(std::size_t at) {
        while (open_[at] != at) at = open_[at] = open_[open_[at]];
        return at;
    }

    std::vector<PortRange>& ranges_;
    std::vector<std::size_t> open_;  // itself, or where to look further
};

bool holds(const PortClaim& outer, const PortClaim& inner) {
    return outer.first <= inner.first && outer.last >= inner.last;
}

// The ports of one file, each range after those that could hold it. Linear after sorting: only the
// range that reaches furthest so far is looked at.
void warn_covered(std::string_view word, std::vector<PortClaim> claims, policy::Diagnostics& diagnostics) {
    std::stable_sort(claims.begin(), claims.end(), [](const PortClaim& a, const PortClaim& b) {
        return std::tuple(a.span.file, a.first, b.last, a.span.begin) <
               std::tuple(b.span.file, b.first, a.last, b.span.begin);
    });
    const PortClaim* furthest = nullptr;
    for (const PortClaim& claim : claims) {
        const bool is_new = furthest == nullptr || furthest->span.file != claim.span.file;
        if (is_new || !holds(*furthest, claim)) {
            if (is_new || claim.last > furthest->last) furthest = &claim;
        } else if (holds(claim, *furthest)) {
            warn_duplicate(diagnostics, std::string(word) + " tcp " + ports_in_words(claim.first, claim.last),
                           furthest->span, claim.span);
        } else {
            diagnostics
                .add(policy::slug::useless_allow, claim.span,
                     "`" + ports_in_words(claim.first, claim.last) + "` is already allowed by `" +
                         ports_in_words(furthest->first, furthest->last) + "`")
                .label("changes nothing")
                .also(furthest->span, "allows it already")
                .help("remove `" + ports_in_words(claim.first, claim.last) + "`");
        }
    }
}

bool is_within(const PortClaim& claim, const std::vector<Interval>& intervals) {
    const auto found = std::lower_bound(intervals.begin(), intervals.end(), claim.last,
                                        [](Interval interval, unsigned port) { return interval.last < port; });
    return found != intervals.end() && found->first <= claim.first;
}

void warn_forbidden(const PortClaims& claims, policy::Diagnostics& diagnostics) {
    const std::vector<Interval> forbidden = joined(claims.forbidden);
    for (const PortClaim& claim : claims.allowed) {
        if (!is_within(claim, forbidden)) continue;
        const auto by = std::find_if(claims.forbidden.begin(), claims.forbidden.end(), [&](const PortClaim& forbid) {
            return forbid.distance >= claim.distance && holds(forbid, claim);
        });
        if (by == claims.forbidden.end()) continue;
        diagnostics
            .add(policy::slug::useless_allow, claim.span,
                 "`" + ports_in_words(claim.first, claim.last) + "` is allowed here, but forbidden")
            .label("never allowed")
            .also(by->span, "forbidden here")
            .note("`forbid` beats every permission, wherever each is written")
            .help("remove `" + ports_in_words(claim.first, claim.last) + "`");
    }
}

}  // namespace

std::string ports_in_words(std::uint16_t first, std::uint16_t last) {
    const std::string words = std::to_string(first);
    return first == last ? words : words + ".." + std::to_string(last);
}

std::optional<PortClaim> read_ports(const policy::Word& word, Place place, policy::Diagnostics& diagnostics) {
    const auto text = place.scope.text(word);
    if (!text) return std::nullopt;
    const auto range = parse_range(*text);
    const auto is_port = [](std::uint64_t port) { return port >= 1 && port <= greatest_port; };
    if (!range || !is_port(range->first) || !is_port(range->last)) {
        diagnostics.add(policy::slug::bad_port, word.span, "`" + *text + "` is no TCP port")
            .help("write a number from 1 to 65535, for example `443`, or a range like `8000..8100`");
        return std::nullopt;
    }
    if (range->first > range->last) {
        diagnostics.add(policy::slug::reversed_range, word.span, "`" + *text + "` holds no port")
            .help("write `" + std::to_string(range->last) + ".." + std::to_string(range->first) + "`");
        return std::nullopt;
    }
    return PortClaim{static_cast<std::uint16_t>(range->first), static_cast<std::uint16_t>(range->last), word.span,
                     place.distance};
}

std::vector<PortRange> merge_ports(const PortClaims& claims) {
    std::vector<PortClaim> nearest_first = claims.allowed;
    std::stable_sort(nearest_first.begin(), nearest_first.end(), nearer);
    std::vector<PortRange> ranges;
    for (const Interval range : without(joined(claims.allowed), joined(claims.forbidden))) {
        ranges.push_back({static_cast<std::uint16_t>(range.first), static_cast<std::uint16_t>(range.last), {}});
    }
    PlaceCollector places(ranges);
    for (const PortClaim& claim : nearest_first) places.add(claim);
    return ranges;
}

void check_ports(std::string_view word, const PortClaims& claims, policy::Diagnostics& diagnostics) {
    warn_covered(word, claims.allowed, diagnostics);
    warn_forbidden(claims, diagnostics);
}

}  // namespace ward::compiler
