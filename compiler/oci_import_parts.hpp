// How an import says circumstances, lists of calls and comparisons in the language; internal to it.
//
// Nothing is rounded: words that do not mean the same are found by compare_with_profile().
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/oci_profile.hpp"
#include "compiler/prototypes.hpp"

namespace ward::compiler {

using CallNames = std::set<std::string>;

[[nodiscard]] std::string joined(const std::vector<std::string>& words, std::string_view between);

// ---- circumstances

[[nodiscard]] bool is_for(const OciProfile::Rule& rule, Abi machine);

// After `when`; empty: always.
[[nodiscard]] std::string condition_for(const OciProfile::Rule& rule);

// What the answer to each call depends on.
class Dependences {
public:
    static constexpr std::size_t most_capabilities = 10;  // of one call

    struct OfCall {
        std::set<std::string> capabilities;
        std::set<std::pair<unsigned, unsigned>> kernels;  // one on each side of every bound, and the caller's
    };

    // False if the call depends on more capabilities than that.
    bool add(const std::string& name, const OciProfile::Rule& rule);
    // All that make a difference to one of the calls.
    [[nodiscard]] std::vector<OciFacts> circumstances(const OciFacts& here) const;

private:
    std::map<std::string, OfCall> calls_;
};

// ---- calls

// Whether one of the ABIs has a call of exactly this name.
[[nodiscard]] bool has_call(const std::vector<Abi>& abis, const std::string& name);

// Of io_uring, whose work no filter sees.
[[nodiscard]] bool is_ring_call(std::string_view name);

// `allow` statements for these calls and no others, with few words: groups, groups with few exceptions, names.
[[nodiscard]] std::string allow_statements(const CallNames& names, const std::vector<Abi>& abis);
// The operand of `forbid` or `refuse`: groups that are there as a whole, and names.
[[nodiscard]] std::string list_of_calls(const CallNames& names, const std::vector<Abi>& abis);

// ---- comparisons

// The comparisons of one call, each sum_of() its rules an "or".
class ComparedCall {
public:
    // Of those of the ABIs that have the call; one has it.
    ComparedCall(std::string name, const std::vector<Abi>& abis);

    // False if an argument cannot be compared: fault() says why.
    bool add(const std::vector<OciProfile::Comparison>& comparisons);

    // After the last add(): false if it has no words, which fault() explains.
    bool can_be_said();

    // After `if`. Empty: never true. Absent: always true.
    [[nodiscard]] std::optional<std::string> words() const;
    [[nodiscard]] const std::string& fault() const { return fault_; }
    [[nodiscard]] const std::string& remedy() const { return remedy_; }
    // Whether it compares an argument that is narrower than its register.
    [[nodiscard]] bool is_narrowed() const { return is_narrowed_; }

    using Values = std::vector<std::pair<std::uint64_t, std::uint64_t>>;  // ranges, sorted, apart, ends included

private:
    const Argument* argument_of(const OciProfile::Comparison& comparison);
    const Argument* fitting_argument_of(const OciProfile::Comparison& comparison);
    bool fits(const Argument& argument, Abi abi, std::uint64_t value);
    bool can_name(const Argument& argument, const Values& values);
    bool refuse(const Argument& argument, const std::string& what);
    bool add_single(const OciProfile::Comparison& comparison);
    bool add_all(const std::vector<OciProfile::Comparison>& comparisons);

    std::string name_;
    std::vector<Abi> abis_;
    Abi abi_;                                   // the first of them
    std::map<const Argument*, Values> values_;  // that are enough by themselves
    std::vector<std::string> others_;           // in words
    bool is_always_ = false;
    bool is_narrowed_ = false;
    std::string fault_, remedy_;
};

}  // namespace ward::compiler
