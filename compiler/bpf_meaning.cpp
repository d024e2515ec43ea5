#include "compiler/bpf_meaning.hpp"

#include <linux/bpf_common.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <map>
#include <tuple>

#include "compiler/bpf_word.hpp"

namespace ward::compiler {
namespace {

using Node = Diagram::Node;
using Intervals = std::vector<NumberRange>;  // sorted and disjoint; outcome unused

constexpr std::uint32_t greatest = ~0u;

// Thrown within this file when the program does something that is not followed.
struct Refused {
    std::string reason;
};

[[noreturn]] void refuse(std::size_t at, const char* what) {
    throw Refused{"instruction " + std::to_string(at) + ": " + what};
}

[[noreturn]] void refuse_opcode(std::size_t at, std::uint16_t opcode) {
    char number[8];
    std::snprintf(number, sizeof number, "0x%02x", unsigned{opcode});
    refuse(at, (std::string("the opcode ") + number + " is not followed").c_str());
}

// What the accumulator holds.
struct Value {
    enum class Kind : std::uint8_t { word, arch, number } kind = Kind::word;
    std::uint32_t word = 0;  // index of an interned Word
    // NOLINTNEXTLINE(modernize-use-nullptr): as in bpf_word.hpp
    friend auto operator<=>(const Value&, const Value&) = default;
};

class Execution {
public:
    Execution(std::span<const sock_filter> program, Diagram& diagram) : program_(program), diagram_(diagram) {}

    std::vector<AbiMeaning> run() {
        if (program_.size() > BPF_MAXINSNS) throw Refused{"more instructions than the kernel takes"};
        for (std::size_t at = 0; at < program_.size(); ++at)
            if (program_[at].code > 0xff || program_[at].code == (BPF_JMP | BPF_JA | BPF_X))
                refuse_opcode(at, program_[at].code);
        paths_.push_back({0, {}, std::nullopt, {}, Intervals{{0, greatest, 0}}});
        while (!paths_.empty()) {
            Path path = std::move(paths_.back());
            paths_.pop_back();
            follow(std::move(path));
        }
        return finish();
    }

private:
    // ---- tests

    Node condition(std::size_t at, const Word& word) {
        const sock_filter& jump = program_[at];
        if (BPF_SRC(jump.code) != BPF_K) refuse(at, "a jump that compares with X");
        switch (BPF_OP(jump.code)) {
            case BPF_JEQ:
                return equals(word, jump.k, diagram_);
            case BPF_JGE:
                return at_least(word, jump.k, diagram_);
            case BPF_JGT:
                return jump.k == greatest ? Diagram::no : at_least(word, jump.k + 1, diagram_);
            case BPF_JSET:
                return any_of(word, jump.k, diagram_);
            default:
                refuse(at, "an unknown jump");
        }
    }

    // ---- instructions that compute

    std::uint32_t interned(const Word& word) {
        const auto [place, is_new] = word_ids_.try_emplace(word, static_cast<std::uint32_t>(words_.size()));
        if (is_new) words_.push_back(word);
        return place->second;
    }

    Value loaded(std::size_t at) {
        const sock_filter& load = program_[at];
        if (load.code == (BPF_LD | BPF_IMM)) return {Value::Kind::word, interned(constant(load.k))};
        if (load.code != (BPF_LD | BPF_W | BPF_ABS)) refuse(at, "a load that seccomp does not have");
        if (load.k == offsetof(seccomp_data, nr)) return {Value::Kind::number, 0};
        if (load.k == offsetof(seccomp_data, arch)) return {Value::Kind::arch, 0};
        if (load.k % 4 != 0 || load.k < offsetof(seccomp_data, args) || load.k >= sizeof(seccomp_data))
            refuse(at, "a load from outside the number, the ABI and the arguments");
        return {Value::Kind::word, interned(argument_half(load.k, diagram_))};
    }

    Node combined(std::size_t at, Node a, Node b) {
        switch (BPF_OP(program_[at].code)) {
            case BPF_AND:
                return diagram_.both(a, b);
            case BPF_OR:
                return diagram_.either(a, b);
            case BPF_XOR:
                return diagram_.choose(a, diagram_.negate(b), b);
            default:
                refuse(at, "an arithmetic operation that is not bitwise");
        }
    }

    Value calculated(std::size_t at, Value a, Value x) {
        const sock_filter& operation = program_[at];
        const bool with_x = BPF_SRC(operation.code) == BPF_X;
        if (a.kind != Value::Kind::word || (with_x && x.kind != Value::Kind::word))
            refuse(at, "arithmetic with the number or the ABI");
        const Word left = words_[a.word];
        const Word right = with_x ? words_[x.word] : constant(operation.k);
        Word result;
        for (unsigned bit = 0; bit < 32; ++bit) result.bits[bit] = combined(at, left.bits[bit], right.bits[bit]);
        return {Value::Kind::word, interned(result)};
    }

    // The state after an instruction that neither jumps nor returns.
    struct State {
        Value a, x;
        // NOLINTNEXTLINE(modernize-use-nullptr): as in bpf_word.hpp
        friend auto operator<=>(const State&, const State&) = default;
    };

    State computed(std::size_t at, State state) {
        const sock_filter& instruction = program_[at];
        switch (BPF_CLASS(instruction.code)) {
            case BPF_LD:
                return {loaded(at), state.x};
            case BPF_ALU:
                return {calculated(at, state.a, state.x), state.x};
            case BPF_MISC:
                if (BPF_MISCOP(instruction.code) == BPF_TAX) return {state.a, state.a};
                if (BPF_MISCOP(instruction.code) == BPF_TXA) return {state.x, state.x};
                refuse_opcode(at, instruction.code);
            default:
                refuse_opcode(at, instruction.code);
        }
    }

    std::size_t target(std::size_t at, std::uint32_t offset) const {
        const std::size_t to = at + 1 + offset;
        if (to >= program_.size()) refuse(at, "a jump behind the end");
        return to;
    }

    bool is_return(std::size_t at) const { return BPF_CLASS(program_[at].code) == BPF_RET; }
    bool is_jump(std::size_t at) const { return BPF_CLASS(program_[at].code) == BPF_JMP; }
    bool is_plain_jump(std::size_t at) const { return is_jump(at) && BPF_OP(program_[at].code) == BPF_JA; }

    std::uint32_t returned(std::size_t at) const {
        if (program_[at].code != (BPF_RET | BPF_K)) refuse(at, "a return of a computed value");
        return program_[at].k;
    }

    // Filters of real policies need a hundredth of this.
    void count_work(std::size_t steps = 1) {
        constexpr std::size_t most = std::size_t{1} << 20;
        work_ += steps;
        if (work_ > most) throw Diagram::TooLarge{};
    }

    // ---- execution for fixed numbers and all arguments

    using Point = std::tuple<std::size_t, State>;  // before an instruction

    // A point on the way to the outcome of the first, and the test that the program comes to from there.
    struct Visit {
        Point from, at;
        Node holds;
        Point then, otherwise;
    };

    // A call for each instruction could take more stack than there is.
    Node outcome(const Point& first) {
        std::vector<Visit> visits;
        visit(first, visits);
        while (!visits.empty()) {
            const Visit& last = visits.back();
            const auto then = outcomes_.find(last.then);
            const auto otherwise = outcomes_.find(last.otherwise);
            if (then == outcomes_.end()) {
                visit(Point(last.then), visits);
            } else if (otherwise == outcomes_.end()) {
                visit(Point(last.otherwise), visits);
            } else {
                const Node found = diagram_.choose(last.holds, then->second, otherwise->second);
                outcomes_.emplace(last.from, found);
                outcomes_.emplace(last.at, found);
                visits.pop_back();
            }
        }
        return outcomes_.at(first);
    }

    // Executes up to a test or to a return, whose outcome is known at once.
    void visit(const Point& from, std::vector<Visit>& visits) {
        if (outcomes_.contains(from)) return;
        auto [at, state] = from;
        for (;; count_work()) {
            if (at >= program_.size()) refuse(at, "the program ends without a return");
            if (is_return(at)) break;
            if (is_plain_jump(at)) {
                at = target(at, program_[at].k);
            } else if (!is_jump(at)) {
                state = computed(at, state);
                ++at;
            } else if (const Node holds = test(at, state); holds == Diagram::no || holds == Diagram::yes) {
                at = target(at, holds == Diagram::yes ? program_[at].jt : program_[at].jf);
            } else {
                visits.push_back({from,
                                  {at, state},
                                  holds,
                                  {target(at, program_[at].jt), state},
                                  {target(at, program_[at].jf), state}});
                return count_work();
            }
        }
        outcomes_.emplace(from, diagram_.leaf(returned(at)));
    }

    Node test(std::size_t at, const State& state) {
        if (state.a.kind != Value::Kind::word) refuse(at, "a test of the number or the ABI behind a test of arguments");
        return condition(at, words_[state.a.word]);
    }

    // ---- execution for ranges of numbers, up to the first test of an argument

    using Arch = std::optional<std::uint32_t>;

    // Where the execution goes on for some ABIs and numbers.
    struct Path {
        std::size_t at;
        State state;
        Arch arch;
        std::vector<std::uint32_t> excluded;  // ABIs that it has ruled out
        Intervals numbers;
    };

    void follow(Path path) {
        if (path.numbers.empty()) return;
        std::size_t& at = path.at;
        while (at < program_.size() && !is_return(at) && (!is_jump(at) || is_plain_jump(at))) {
            count_work();
            if (is_plain_jump(at)) {
                at = target(at, program_[at].k);
            } else {
                path.state = computed(at, path.state);
                ++at;
            }
        }
        if (at >= program_.size()) refuse(at, "the program ends without a return");
        if (is_return(at) || path.state.a.kind == Value::Kind::word) return record(path, outcome({at, path.state}));
        if (path.state.a.kind == Value::Kind::arch) return follow_arch(std::move(path));
        follow_number(path);
    }

    void follow_arch(Path path) {
        const sock_filter& jump = program_[path.at];
        if (jump.code != (BPF_JMP | BPF_JEQ | BPF_K)) refuse(path.at, "a test of the ABI other than for equality");
        const bool decided = path.arch || std::ranges::find(path.excluded, jump.k) != path.excluded.end();
        const std::size_t then = target(path.at, jump.jt);
        const std::size_t otherwise = target(path.at, jump.jf);
        if (!decided) {
            count_work(path.numbers.size());
            paths_.push_back({then, path.state, jump.k, path.excluded, path.numbers});
            path.excluded.push_back(jump.k);
        }
        path.at = path.arch == jump.k ? then : otherwise;
        paths_.push_back(std::move(path));
    }

    // The numbers for which a jump is taken, as one range.
    NumberRange taken(std::size_t at) const {
        const sock_filter& jump = program_[at];
        if (BPF_SRC(jump.code) != BPF_K) refuse(at, "a jump that compares with X");
        const bool top_bits = jump.k != 0 && (~jump.k & (~jump.k + 1)) == 0;
        switch (BPF_OP(jump.code)) {
            case BPF_JEQ:
                return {jump.k, jump.k, 0};
            case BPF_JGE:
                return {jump.k, greatest, 0};
            case BPF_JGT:
                return jump.k == greatest ? NumberRange{1, 0, 0} : NumberRange{jump.k + 1, greatest, 0};
            // Any of the top n bits: everything from the least of them on.
            case BPF_JSET:
                if (top_bits) return {jump.k & (~jump.k + 1), greatest, 0};
                [[fallthrough]];
            default:
                refuse(at, "a test of the number that does not split its range in two");
        }
    }

    void follow_number(const Path& path) {
        count_work(path.numbers.size());
        const NumberRange range = taken(path.at);
        Intervals inside;
        Intervals outside;
        for (const NumberRange& part : path.numbers) {
            const auto keep = [&](Intervals& where, std::uint64_t first, std::uint64_t last) {
                first = std::max<std::uint64_t>(first, part.first);
                last = std::min<std::uint64_t>(last, part.last);
                if (first <= last)
                    where.push_back({static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(last), 0});
            };
            if (range.first > range.last) {
                outside.push_back(part);
                continue;
            }
            if (range.first > 0) keep(outside, 0, std::uint64_t{range.first} - 1);
            keep(inside, range.first, range.last);
            keep(outside, std::uint64_t{range.last} + 1, greatest);
        }
        const sock_filter& jump = program_[path.at];
        paths_.push_back({target(path.at, jump.jf), path.state, path.arch, path.excluded, std::move(outside)});
        paths_.push_back({target(path.at, jump.jt), path.state, path.arch, path.excluded, std::move(inside)});
    }

    // ---- results

    // Without an ABI: every one but those that were tested for on the way.
    void record(const Path& path, Node outcome) {
        auto& ranges = found_[path.arch ? std::int64_t{*path.arch} : other_abis];
        if (!path.arch) {
            if (!others_excluded_) others_excluded_ = path.excluded;
            if (*others_excluded_ != path.excluded) throw Refused{"the ABIs are told apart in more than one way"};
        }
        for (const NumberRange& part : path.numbers) ranges.push_back({part.first, part.last, outcome});
    }

    std::vector<AbiMeaning> finish() {
        std::vector<AbiMeaning> abis;
        for (auto& [arch, ranges] : found_) {
            std::sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
            check_partition(ranges);
            const bool other = arch == other_abis;
            abis.push_back({other ? Arch{} : Arch{static_cast<std::uint32_t>(arch)}, std::move(ranges)});
        }
        if (abis.empty() || abis.back().arch) throw Refused{"the program has no outcome for an unknown ABI"};
        return abis;
    }

    static void check_partition(const std::vector<NumberRange>& ranges) {
        std::uint64_t next = 0;
        for (const NumberRange& range : ranges) {
            if (range.first != next) throw Refused{"the ABI or number is tested in a way that was not followed"};
            next = std::uint64_t{range.last} + 1;
        }
        if (next != std::uint64_t{greatest} + 1) throw Refused{"numbers are left out"};
    }

    static constexpr std::int64_t other_abis = std::int64_t{1} << 32;  // sorts last

    std::span<const sock_filter> program_;
    Diagram& diagram_;
    std::vector<Word> words_{Word{}};  // [0]: zero, what A and X hold at first
    std::map<Word, std::uint32_t> word_ids_{{Word{}, 0}};
    std::map<Point, Node> outcomes_;
    std::vector<Path> paths_;  // still to be followed
    std::optional<std::vector<std::uint32_t>> others_excluded_;
    std::map<std::int64_t, std::vector<NumberRange>> found_;
    std::size_t work_ = 0;
};

}  // namespace

BpfMeaning meaning_of(std::span<const sock_filter> program, Diagram& diagram) {
    try {
        return {Execution(program, diagram).run(), {}, false};
    } catch (const Refused& refused) {
        return {{}, refused.reason, false};
    } catch (const Diagram::TooLarge&) {
        return {{}, "its conditions on arguments are too entangled to follow", true};
    }
}

}  // namespace ward::compiler
