// Two filters: which calls, and which arguments of them, only one of the two lets through.
#include <linux/seccomp.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "compiler/diff.hpp"
#include "compiler/diff_calls.hpp"
#include "compiler/raw_filter.hpp"

namespace ward::compiler {
namespace {

using Node = Diagram::Node;
using Change = Difference::Change;

class Conditions {
public:
    explicit Conditions(Diagram& diagram) : diagram_(diagram) {}

    // Where the call goes at least so far.
    Node reaches(Node outcome, unsigned least) {
        if (diagram_.is_leaf(outcome)) return reach(diagram_.value(outcome)) >= least ? Diagram::yes : Diagram::no;
        const auto [known, is_new] = known_.try_emplace({outcome, least}, Diagram::no);
        if (!is_new) return known->second;
        const Diagram::Split split = diagram_.split(outcome);
        const Node set = reaches(split.set, least);
        const Node clear = reaches(split.clear, least);
        return known_[{outcome, least}] = diagram_.choose(diagram_.bit(split.argument, split.bit), set, clear);
    }

    // Where `b` lets a call go farther than `a`.
    Node farther(Node a, Node b) {
        const auto at = [&](unsigned least) {
            return diagram_.both(reaches(b, least), diagram_.negate(reaches(a, least)));
        };
        return diagram_.either(at(1), at(always_reached));
    }

    // Which arguments a function looks at, as bits.
    unsigned looks_at(Node node) {
        std::set<Node> seen;
        return looks_at(node, seen);
    }

private:
    unsigned looks_at(Node node, std::set<Node>& seen) {
        if (diagram_.is_leaf(node) || !seen.insert(node).second) return 0;
        const Diagram::Split split = diagram_.split(node);
        return (1u << split.argument) | looks_at(split.clear, seen) | looks_at(split.set, seen);
    }

    Diagram& diagram_;
    std::map<std::pair<Node, unsigned>, Node> known_;
};

// Calls that differ alike and are told in one line.
struct Alike {
    Change change = Change::other;
    bool in_part = false;  // only some arguments
    std::string words;
    Node a = Diagram::no, b = Diagram::no;  // of differences in part, each call for itself

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the operator for a pointer
    friend auto operator<=>(const Alike&, const Alike&) = default;
};

class FilterComparison {
public:
    FilterComparison(const Compared& a, const Compared& b, Diagram& diagram, std::vector<Difference>& result)
        : a_(a), b_(b), diagram_(diagram), conditions_(diagram), result_(result) {}

    void run() {
        for (const Abi abi : every_abi_listed) compare(abi, 0);
        for (const Compared* each : {&a_, &b_})
            for (const FilterMeaning::OfAbi& of_abi : each->filter.abis)
                if (!of_abi.abi && (of_abi.arch != 0 || each == &b_)) compare(std::nullopt, of_abi.arch);
    }

private:
    struct Segment {
        std::uint32_t first, last;
        Node a, b;
    };

    void compare(std::optional<Abi> abi, std::uint32_t arch) {
        if (!compared_.emplace(abi, arch).second) return;
        const NumberRange numbers = numbers_of(abi);
        std::map<Alike, std::vector<std::uint32_t>> alike;
        std::map<Alike, NumberRange> unnamed;
        for (const Segment& segment :
             segments(ranges_of(a_.filter, abi, arch), ranges_of(b_.filter, abi, arch), numbers))
            if (segment.a != segment.b) sort_in(abi, segment, alike, unnamed);
        for (const auto& [how, calls] : alike) tell(abi, arch, how, calls, unnamed);
        for (const auto& [how, range] : unnamed) tell_unnamed(abi, arch, how, range);
    }

    // Where neither of the two changes its answer.
    static std::vector<Segment> segments(const std::vector<NumberRange>& a, const std::vector<NumberRange>& b,
                                         NumberRange numbers) {
        std::vector<Segment> result;
        auto in_a = a.begin();
        auto in_b = b.begin();
        for (std::uint64_t first = numbers.first; first <= numbers.last;) {
            while (in_a->last < first) ++in_a;
            while (in_b->last < first) ++in_b;
            const std::uint32_t last = std::min({in_a->last, in_b->last, numbers.last});
            result.push_back({static_cast<std::uint32_t>(first), last, in_a->outcome, in_b->outcome});
            first = std::uint64_t{last} + 1;
        }
        return result;
    }

    void sort_in(std::optional<Abi> abi, const Segment& segment, std::map<Alike, std::vector<std::uint32_t>>& alike,
                 std::map<Alike, NumberRange>& unnamed) {
        for (const Alike& how : ways_that_differ(segment.a, segment.b)) {
            std::uint64_t named = 0;
            if (abi) {
                for (const CallNumber& call : calls_of_abi(*abi)) {
                    if (call.number < segment.first || call.number > segment.last) continue;
                    alike[how].push_back(call.number);
                    ++named;
                }
            }
            if (named == std::uint64_t{segment.last} - segment.first + 1) continue;
            auto& range = unnamed.try_emplace(how, NumberRange{segment.first, segment.last, 0}).first->second;
            range.last = segment.last;
        }
    }

    std::vector<Alike> ways_that_differ(Node a, Node b) {
        std::vector<Alike> ways;
        const Node gained = conditions_.farther(a, b);
        const Node lost = conditions_.farther(b, a);
        add_way(Change::gained, gained, a, b, ways);
        add_way(Change::lost, lost, a, b, ways);
        if (gained == Diagram::no && lost == Diagram::no) ways.push_back(other_answer(a, b));
        return ways;
    }

    void add_way(Change change, Node where, Node a, Node b, std::vector<Alike>& ways) {
        if (where == Diagram::no) return;
        const bool is_gain = change == Change::gained;
        const Node more = is_gain ? b : a;
        const bool in_part = where != Diagram::yes;
        std::string words;
        if (conditions_.reaches(more, always_reached) == Diagram::no)
            words = is_gain ? "another process may now allow" : "no other process may allow any longer";
        else
            words = is_gain ? "may now call" : "may no longer call";
        if (in_part) return ways.push_back({change, true, words + " with certain arguments", a, b});
        ways.push_back({change, false, words, Diagram::no, Diagram::no});
    }

    Alike other_answer(Node a, Node b) {
        if (!diagram_.is_leaf(a) || !diagram_.is_leaf(b))
            return {Change::other, true, "is answered otherwise for certain arguments", a, b};
        return {Change::other, false,
                "is now answered with " + outcome_in_words(diagram_.value(b)) + ", was " +
                    outcome_in_words(diagram_.value(a)),
                Diagram::no, Diagram::no};
    }

    // ---- words

    [[nodiscard]] static std::string prefix(std::optional<Abi> abi, std::uint32_t arch) {
        if (abi == Abi::x86_64) return {};
        if (abi) return std::string(abi_name(*abi)) + ": ";
        return arch == 0 ? "every other ABI: " : "ABI " + value_in_words(Abi::x86_64, nullptr, arch) + ": ";
    }

    // Where a group was decided differently, each place has its line.
    void tell(std::optional<Abi> abi, std::uint32_t arch, const Alike& how, const std::vector<std::uint32_t>& numbers,
              std::map<Alike, NumberRange>& unnamed) {
        const auto rest = unnamed.find(how);
        // All that there is: one line says it.
        const bool is_whole = rest != unnamed.end() && numbers.size() == calls_of_abi(*abi).size();
        if (is_whole) return;
        std::vector<std::pair<Difference, std::vector<std::uint32_t>>> told;
        for (const std::uint32_t number : numbers) {
            const Origins in_a = origins(a_, *abi, number);
            const Origins in_b = origins(b_, *abi, number);
            auto same = std::ranges::find_if(
                told, [&](const auto& each) { return !how.in_part && is_decided_by(each.first, in_a, in_b); });
            if (same == told.end())
                same = told.insert(same, {{how.change, "calls", prefix(abi, arch) + how.words, {}, in_a, in_b}, {}});
            same->second.push_back(number);
        }
        for (auto& [difference, calls] : told) {
            difference.subjects = names_of_calls(*abi, calls);
            if (how.in_part) add_example(*abi, calls.front(), how, difference);
            result_.push_back(std::move(difference));
        }
    }

    void tell_unnamed(std::optional<Abi> abi, std::uint32_t arch, const Alike& how, NumberRange range) {
        const bool is_all = range.first == numbers_of(abi).first && range.last == numbers_of(abi).last;
        const std::string what = is_all ? "any call"
                                        : "numbers that have no name, from " +
                                              std::to_string(abi == Abi::x32 ? range.first - x32_bit : range.first);
        result_.push_back({how.change, "calls", prefix(abi, arch) + how.words, {what}});
        if (how.in_part) add_example(abi.value_or(Abi::x86_64), range.first, how, result_.back());
    }

    void add_example(Abi abi, std::uint32_t number, const Alike& how, Difference& difference) {
        const Node where = how.change == Change::gained ? conditions_.farther(how.a, how.b)
                           : how.change == Change::lost ? conditions_.farther(how.b, how.a)
                                                        : Diagram::no;
        const auto arguments =
            how.change == Change::other ? diagram_.difference(how.a, how.b) : diagram_.difference(where, Diagram::no);
        const unsigned matters = conditions_.looks_at(how.a) | conditions_.looks_at(how.b);
        difference.example = call_in_words(abi, number, arguments, matters);
        difference.example_words = outcome_in_words(diagram_.evaluate(how.b, arguments)) + ", was " +
                                   outcome_in_words(diagram_.evaluate(how.a, arguments));
    }

    static Origins origins(const Compared& compared, Abi abi, std::uint32_t number) {
        return compared.jail == nullptr ? Origins() : origins_of_call(*compared.jail, abi, number);
    }

    const Compared& a_;
    const Compared& b_;
    Diagram& diagram_;
    Conditions conditions_;
    std::vector<Difference>& result_;
    std::set<std::pair<std::optional<Abi>, std::uint32_t>> compared_;
};

}  // namespace

void compare_filters(const Compared& a, const Compared& b, Diagram& diagram, std::vector<Difference>& result) {
    FilterComparison(a, b, diagram, result).run();
}

}  // namespace ward::compiler
