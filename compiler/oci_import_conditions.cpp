// Comparisons of a profile in the words of a policy. The profile's see the whole register; of an argument that
// is narrower the kernel ignores the rest, and so do these words. A value that has bits there has no words.
#include <algorithm>
#include <iterator>
#include <limits>

#include "compiler/call_conditions.hpp"
#include "compiler/diff_calls.hpp"
#include "compiler/oci_import_parts.hpp"

namespace ward::compiler {
namespace {

using Relation = OciProfile::Comparison::Relation;
using Values = ComparedCall::Values;

std::uint64_t greatest_of(const Argument& argument, Abi abi) {
    const unsigned bits = argument_bits(argument, abi);
    return bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
}

// ---- sets of values

Values rest_of(const Values& values, std::uint64_t greatest) {
    Values rest;
    std::uint64_t next = 0;
    for (const auto& [first, last] : values) {
        if (first > next) rest.emplace_back(next, first - 1);
        if (last == greatest) return rest;
        next = last + 1;
    }
    rest.emplace_back(next, greatest);
    return rest;
}

Values below(std::uint64_t end, std::uint64_t greatest) {
    return end == 0 ? Values{} : Values{{0, std::min(end - 1, greatest)}};
}

// Of a comparison that is not one of bits.
Values values_of(const OciProfile::Comparison& comparison, std::uint64_t greatest) {
    const std::uint64_t value = comparison.value;
    const bool is_last = value == std::numeric_limits<std::uint64_t>::max();
    Values less = below(value, greatest);
    Values at_most = is_last ? Values{{0, greatest}} : below(value + 1, greatest);
    Values equal = value > greatest ? Values{} : Values{{value, value}};
    switch (comparison.relation) {
        case Relation::less:
            return less;
        case Relation::at_most:
            return at_most;
        case Relation::greater:
            return rest_of(at_most, greatest);
        case Relation::at_least:
            return rest_of(less, greatest);
        case Relation::not_equal:
            return rest_of(equal, greatest);
        default:
            return equal;
    }
}

Values sum_of(Values a, const Values& b) {
    a.insert(a.end(), b.begin(), b.end());
    std::ranges::sort(a);
    Values sum;
    for (const auto& range : a) {
        if (!sum.empty() && (sum.back().second >= range.first || sum.back().second + 1 == range.first))
            sum.back().second = std::max(sum.back().second, range.second);
        else
            sum.push_back(range);
    }
    return sum;
}

// What a comparison looks for.
std::uint64_t sought(const OciProfile::Comparison& comparison) {
    // libseccomp cuts what is left to the mask.
    return comparison.relation == Relation::masked ? comparison.value & comparison.value_two : comparison.value;
}

// ---- words

constexpr std::size_t most_members = 32;

// `family == AF_UNIX`, `family in (AF_INET, AF_INET6)`; empty if the values are too many to name.
std::string membership(const Argument& argument, Abi abi, const Values& values, bool is_in) {
    std::vector<std::string> words;
    for (const auto& [first, last] : values) {
        if (last - first >= most_members || words.size() > most_members) return {};
        for (std::uint64_t offset = 0; offset <= last - first; ++offset)
            words.push_back(value_in_words(abi, &argument, first + offset));
    }
    const std::string name(argument.name);
    if (words.empty()) return {};
    if (words.size() == 1) return name + (is_in ? " == " : " != ") + words.front();
    return name + (is_in ? " in (" : " not in (") + joined(words, ", ") + ")";
}

// A range of one sign, as the language orders it.
std::string range_in_words(const Argument& argument, std::uint64_t first, std::uint64_t last, std::uint64_t greatest) {
    const std::string name(argument.name);
    const std::uint64_t half = greatest / 2;  // the greatest that is not negative
    const bool is_negative = argument.is_signed && first > half;
    const auto number = [&](std::uint64_t value) {
        return is_negative ? "-" + std::to_string(greatest - value + 1) : std::to_string(value);
    };
    const bool has_low = argument.is_signed ? first != half + 1 : first != 0;
    const bool has_high = last != (argument.is_signed && !is_negative ? half : greatest) || is_negative;
    const std::string low = has_low ? name + " >= " + number(first) : "";
    const std::string high = has_high ? name + " <= " + number(last) : "";
    if (low.empty() || high.empty()) return low + high;
    return "(" + low + " and " + high + ")";
}

std::string ranges_in_words(const Argument& argument, const Values& values, std::uint64_t greatest) {
    const std::uint64_t half = greatest / 2;
    std::vector<std::string> parts;
    for (const auto& [first, last] : values) {
        if (argument.is_signed && first <= half && last > half) {
            parts.push_back(range_in_words(argument, first, half, greatest));
            parts.push_back(range_in_words(argument, half + 1, last, greatest));
        } else {
            parts.push_back(range_in_words(argument, first, last, greatest));
        }
    }
    return joined(parts, " or ");
}

std::string values_in_words(const Argument& argument, Abi abi, const Values& values) {
    const std::uint64_t greatest = greatest_of(argument, abi);
    if (std::string in = membership(argument, abi, values, true); !in.empty()) return in;
    if (std::string out = membership(argument, abi, rest_of(values, greatest), false); !out.empty()) return out;
    return ranges_in_words(argument, values, greatest);
}

// As words() of a call.
std::optional<std::string> mask_in_words(const Argument& argument, Abi abi, const OciProfile::Comparison& comparison) {
    const std::uint64_t greatest = greatest_of(argument, abi);
    const std::uint64_t left = sought(comparison);
    const std::uint64_t mask = comparison.value & greatest;
    if (mask == 0) return std::nullopt;
    return std::string(argument.name) + " & " + value_in_words(abi, &argument, mask) +
           " == " + (left == 0 ? "0" : value_in_words(abi, &argument, left));
}

std::optional<std::string> in_words(const Argument& argument, Abi abi, const OciProfile::Comparison& comparison) {
    if (comparison.relation == Relation::masked) return mask_in_words(argument, abi, comparison);
    const Values values = values_of(comparison, greatest_of(argument, abi));
    if (values.empty()) return "";
    if (values == Values{{0, greatest_of(argument, abi)}}) return std::nullopt;
    return values_in_words(argument, abi, values);
}

// Without parentheses around the whole.
std::string bare(const std::string& words) {
    if (!words.starts_with('(')) return words;
    int depth = 0;
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        depth += words[i] == '(' ? 1 : words[i] == ')' ? -1 : 0;
        if (depth == 0) return words;
    }
    return words.substr(1, words.size() - 2);
}

bool repeats_an_argument(const std::vector<OciProfile::Comparison>& comparisons) {
    std::set<std::uint8_t> seen;
    return std::ranges::any_of(comparisons, [&](const auto& each) { return !seen.insert(each.argument).second; });
}

constexpr std::string_view what_to_compare = "allow the call without a comparison, or compare what is a number";

}  // namespace

ComparedCall::ComparedCall(std::string name, const std::vector<Abi>& abis) : name_(std::move(name)) {
    std::ranges::copy_if(abis, std::back_inserter(abis_),
                         [&](Abi abi) { return find_prototype(abi, name_) != nullptr && has_call({abi}, name_); });
    abi_ = abis_.empty() ? abis.front() : abis_.front();
}

const Argument* ComparedCall::argument_of(const OciProfile::Comparison& comparison) {
    const Prototype* prototype = find_prototype(abi_, name_);
    const auto is_it = [&](const Argument& argument) { return argument.position == comparison.argument; };
    if (prototype != nullptr)
        for (const Argument& argument : prototype->arguments)
            if (is_it(argument) && argument.kind != Kind::pointer) return &argument;
    const bool is_there = prototype != nullptr && std::ranges::any_of(prototype->arguments, is_it);
    fault_ = "`" + name_ + "` is compared by its argument " + std::to_string(comparison.argument) +
             (is_there ? ", which is a pointer" : ", which it does not have");
    remedy_ = what_to_compare;
    return nullptr;
}

bool ComparedCall::fits(const Argument& argument, Abi abi, std::uint64_t value) {
    const std::uint64_t greatest = greatest_of(argument, abi);
    if (value <= greatest) return true;
    fault_ = "`" + name_ + "` compares its argument " + std::to_string(argument.position) + " with " +
             std::to_string(value) + ", and the kernel looks at " + std::to_string(argument_bits(argument, abi)) +
             " bits of it (`" + std::string(argument.name) + "` of " + std::string(abi_name(abi)) + ")";
    remedy_ = abi == abi_ ? "compare it with " + std::to_string(value & greatest)
                          : "leave the comparison or that architecture out";
    return false;
}

// The profile's comparison is one of 64 bits: an AT_FDCWD with its sign in the upper half is another value to it,
// and the same to the kernel and the policy.
const Argument* ComparedCall::fitting_argument_of(const OciProfile::Comparison& comparison) {
    const Argument* first = argument_of(comparison);
    if (first == nullptr) return nullptr;
    for (const Abi abi : abis_) {
        const Argument* argument = find_argument(*find_prototype(abi, name_), first->name);
        if (argument != nullptr && !fits(*argument, abi, sought(comparison))) return nullptr;
    }
    const bool is_within = comparison.relation == Relation::masked && comparison.value <= greatest_of(*first, abi_);
    is_narrowed_ = is_narrowed_ || (!is_within && argument_bits(*first, abi_) < word_bits(abi_));
    return first;
}

bool ComparedCall::add(const std::vector<OciProfile::Comparison>& comparisons) {
    if (!repeats_an_argument(comparisons) && comparisons.size() > 1) return add_all(comparisons);
    return std::ranges::all_of(comparisons, [&](const OciProfile::Comparison& each) { return add_single(each); });
}

// `==`, `in` and their opposites are for all arguments; sizes are for numbers.
bool ComparedCall::can_name(const Argument& argument, const Values& values) {
    const std::uint64_t greatest = greatest_of(argument, abi_);
    const Values rest = rest_of(values, greatest);
    const bool is_sure = values.empty() || rest.empty() || has_order(argument);
    if (is_sure || !membership(argument, abi_, values, true).empty() ||
        !membership(argument, abi_, rest, false).empty())
        return true;
    return refuse(argument, "size");
}

bool ComparedCall::refuse(const Argument& argument, const std::string& what) {
    fault_ = "`" + name_ + "` is compared by the " + what + " of `" + std::string(argument.name) +
             "`, which is no number (" + std::string(describe(argument)) + ")";
    remedy_ = what_to_compare;
    return false;
}

bool ComparedCall::can_be_said() {
    return std::ranges::all_of(values_, [&](const auto& known) { return can_name(*known.first, known.second); });
}

bool ComparedCall::add_single(const OciProfile::Comparison& comparison) {
    const Argument* argument = fitting_argument_of(comparison);
    if (argument == nullptr) return false;
    if (comparison.relation != Relation::masked) {
        Values& known = values_[argument];
        known = sum_of(std::move(known), values_of(comparison, greatest_of(*argument, abi_)));
        is_always_ = is_always_ || known == Values{{0, greatest_of(*argument, abi_)}};
        return true;
    }
    if (!has_parts(*argument)) return refuse(*argument, "bits");
    const auto words = mask_in_words(*argument, abi_, comparison);
    is_always_ = is_always_ || !words;
    if (words && !words->empty()) others_.push_back(*words);
    return true;
}

bool ComparedCall::add_all(const std::vector<OciProfile::Comparison>& comparisons) {
    std::vector<std::string> parts;
    bool is_never = false;
    for (const OciProfile::Comparison& comparison : comparisons) {
        const Argument* argument = fitting_argument_of(comparison);
        if (argument == nullptr) return false;
        const bool is_mask = comparison.relation == Relation::masked;
        if (is_mask && !has_parts(*argument)) return refuse(*argument, "bits");
        if (!is_mask && !can_name(*argument, values_of(comparison, greatest_of(*argument, abi_)))) return false;
        const auto words = in_words(*argument, abi_, comparison);
        if (!words) continue;
        is_never = is_never || words->empty();
        parts.push_back(words->find(" or ") == std::string::npos ? bare(*words) : "(" + *words + ")");
    }
    is_always_ = is_always_ || parts.empty();
    if (!is_never && !parts.empty())
        others_.push_back(parts.size() == 1 ? parts.front() : "(" + joined(parts, " and ") + ")");
    return true;
}

std::optional<std::string> ComparedCall::words() const {
    if (is_always_) return std::nullopt;
    std::vector<std::string> all;
    for (const auto& [argument, values] : values_)
        if (!values.empty()) all.push_back(values_in_words(*argument, abi_, values));
    all.insert(all.end(), others_.begin(), others_.end());
    return bare(joined(all, " or "));
}

}  // namespace ward::compiler
