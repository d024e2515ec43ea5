#include "sandbox/cli/violation.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include "compiler/diff_calls.hpp"
#include "compiler/prototypes.hpp"
#include "compiler/question.hpp"

namespace ward::cli {
namespace {

using compiler::Abi;

// x32 has the architecture of x86_64; a bit of its numbers marks it.
std::optional<Abi> abi_of(const sandbox::Violation& violation) {
    const bool is_x32 = (violation.number & compiler::x32_bit) != 0;
    for (const Abi abi : compiler::every_abi_listed) {
        const bool is_same = compiler::audit_architecture(abi) == violation.abi;
        if (is_same && is_x32 == (abi == Abi::x32)) return abi;
    }
    return std::nullopt;
}

std::uint64_t low_bits(std::uint64_t value, unsigned bits) {
    return bits >= 64 ? value : value & ((std::uint64_t{1} << bits) - 1);
}

// The arguments are exactly these.
compiler::Condition exactly(const compiler::Prototype& prototype, Abi abi, const std::uint64_t (&values)[6]) {
    compiler::Condition given = compiler::always();
    for (const compiler::Argument& argument : prototype.arguments) {
        if (compiler::is_split(argument, abi)) continue;
        compiler::Comparison comparison;
        const unsigned bits = compiler::argument_bits(argument, abi);
        comparison.argument = argument.position;
        comparison.bits = static_cast<std::uint8_t>(bits);
        comparison.mask = low_bits(comparison.mask, bits);
        comparison.value = low_bits(values[argument.position], bits);
        given = compiler::both(std::move(given), compiler::holds(comparison));
    }
    return given;
}

compiler::ResolvedQuestion question_about(const sandbox::Violation& violation, Abi abi, std::string_view name,
                                          const compiler::Prototype& prototype) {
    compiler::CallQuestion call;
    call.name = name;
    // The number of an AbiModel is without the bit of x32.
    call.abis.push_back(
        {abi, violation.number & ~compiler::x32_bit, name, exactly(prototype, abi, violation.arguments)});
    for (const compiler::Argument& argument : prototype.arguments)
        call.values.push_back(compiler::value_in_words(abi, &argument, violation.arguments[argument.position]));
    return {violation.words, std::move(call)};
}

sandbox::Violation::Rule rule_at(policy::Span span, const policy::Sources& sources) {
    const policy::Source& source = sources[span.file];
    const policy::Position position = source.position(span.begin);
    std::string_view line = source.line_at(span.begin);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    return {source.name(), position.line, position.column, std::string(line)};
}

}  // namespace

void explain_violation(sandbox::Violation& violation, const Compiled& compiled, policy::Sources& sources) {
    const auto abi = abi_of(violation);
    if (!abi) return;
    const std::string_view name = compiler::name_of_call(*abi, violation.number);
    violation.call = name;
    const compiler::Prototype* prototype = name.empty() ? nullptr : compiler::find_prototype(*abi, name);
    if (prototype == nullptr) return;
    std::array<std::uint64_t, 6> arguments{};
    std::copy(std::begin(violation.arguments), std::end(violation.arguments), arguments.begin());
    unsigned matters = 0;
    for (const compiler::Argument& argument : prototype->arguments) matters |= 1U << argument.position;
    violation.words = compiler::call_in_words(*abi, violation.number, arguments, matters);
    const compiler::ResolvedQuestion question = question_about(violation, *abi, name, *prototype);
    const compiler::Answer answer =
        compiler::tried_answer(compiled.jail, {compiled.policies, compiled.facts, question, sources});
    violation.reason = answer.reason;
    violation.change = answer.change;
    for (const policy::Span& origin : answer.origins) violation.rules.push_back(rule_at(origin, sources));
}

}  // namespace ward::cli
