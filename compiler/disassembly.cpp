#include "compiler/disassembly.hpp"

#include <linux/audit.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <optional>

#include "compiler/diff_calls.hpp"

namespace ward::compiler {
namespace {

// ---- the map

constexpr auto first_argument = static_cast<std::uint32_t>(offsetof(seccomp_data, args));

std::optional<std::uint8_t> argument_at(std::uint32_t offset) {
    if (offset < first_argument || offset >= sizeof(seccomp_data)) return std::nullopt;
    return static_cast<std::uint8_t>((offset - first_argument) / sizeof(std::uint64_t));
}

Held loaded(const sock_filter& load) {
    if (load.k == offsetof(seccomp_data, nr)) return {Held::Kind::number};
    if (load.k == offsetof(seccomp_data, arch)) return {Held::Kind::arch};
    const auto argument = argument_at(load.k);
    if (!argument) return {Held::Kind::unclear};
    return {Held::Kind::argument, *argument, load.k % sizeof(std::uint64_t) != 0};
}

Held after(const sock_filter& instruction, Held held) {
    if (BPF_CLASS(instruction.code) == BPF_LD && BPF_MODE(instruction.code) == BPF_ABS) return loaded(instruction);
    if (instruction.code == (BPF_ALU | BPF_AND | BPF_K)) {
        held.mask &= instruction.k;
        return held;
    }
    return is_test(instruction) || BPF_CLASS(instruction.code) == BPF_JMP ? held : Held{Held::Kind::unclear};
}

class Mapper {
public:
    Mapper(std::span<const sock_filter> program, std::span<const Abi> abis) {
        map_.program.assign(program.begin(), program.end());
        map_.held.resize(program.size());
        map_.arguments_of.resize(program.size());
        map_.calls_of.resize(program.size());
        map_.numbers_of.resize(program.size());
        find_held();
        for (const Abi abi : abis) add_paths(abi);
    }

    FilterMap take() { return std::move(map_); }

private:
    // Jumps lead forward only, so one pass sees every way to an instruction before it.
    void find_held() {
        std::vector<bool> known(map_.program.size());
        const auto arrive = [&](std::size_t at, const Held& held) {
            if (at >= known.size()) return;
            map_.held[at] = known[at] && map_.held[at] != held ? Held{Held::Kind::unclear} : held;
            known[at] = true;
        };
        for (std::size_t at = 0; at < map_.program.size(); ++at) {
            if (is_return(map_.program[at])) continue;
            const Held held = after(map_.program[at], map_.held[at]);
            const auto [yes, no] = targets_of(map_, at);
            arrive(yes, held);
            if (no != yes) arrive(no, held);
        }
    }

    void add_paths(Abi abi) {
        std::uint32_t beyond = abi == Abi::x32 ? x32_bit : 0;
        for (const CallNumber& call : calls_of_abi(abi)) {
            add_path({abi, call.number, true, 0});
            beyond = std::max(beyond, call.number + 1);
        }
        add_path({abi, beyond, false, 0});
    }

    void add_path(FilterPath path) {
        std::size_t at = 0;
        while (at < map_.program.size() && !is_return(map_.program[at])) {
            const sock_filter& instruction = map_.program[at];
            const bool is_load = BPF_CLASS(instruction.code) == BPF_LD;
            if (is_load && argument_at(instruction.k)) break;
            mark_number(at, path.abi);
            map_.calls_of[at].push_back(map_.paths.size());
            const Targets targets = targets_of(map_, at);
            at = is_test(instruction) && !holds(at, path) ? targets.no : targets.yes;
        }
        path.entry = at;
        map_.paths.push_back(path);
        mark_arguments(at, map_.paths.size() - 1);
    }

    void mark_number(std::size_t at, Abi abi) {
        std::vector<Abi>& abis = map_.numbers_of[at];
        if (abis.empty() || abis.back() != abi) abis.push_back(abi);
    }

    bool holds(std::size_t at, const FilterPath& path) const {
        const sock_filter& test = map_.program[at];
        const std::uint32_t value =
            map_.held[at].kind == Held::Kind::arch ? audit_architecture(path.abi) : path.number & map_.held[at].mask;
        if (BPF_OP(test.code) == BPF_JEQ) return value == test.k;
        if (BPF_OP(test.code) == BPF_JGE) return value >= test.k;
        if (BPF_OP(test.code) == BPF_JGT) return value > test.k;
        return (value & test.k) != 0;
    }

    void mark_arguments(std::size_t at, std::size_t path) {
        if (at >= map_.program.size()) return;
        auto& paths = map_.arguments_of[at];
        if (!paths.empty() && paths.back() == path) return;
        paths.push_back(path);
        if (is_return(map_.program[at])) return;
        const auto [yes, no] = targets_of(map_, at);
        mark_arguments(yes, path);
        if (no != yes) mark_arguments(no, path);
    }

    FilterMap map_;
};

// ---- words

std::string hexadecimal(std::uint32_t value) {
    char text[16];
    std::snprintf(text, sizeof text, "%#x", value);
    return value < 10 ? std::to_string(value) : text;
}

const Argument* argument_of(const FilterPath& path, unsigned position) {
    const Prototype* prototype = find_prototype(path.abi, name_of_call(path.abi, path.number));
    if (prototype == nullptr) return nullptr;
    const auto found = std::find_if(prototype->arguments.begin(), prototype->arguments.end(),
                                    [position](const Argument& each) { return each.position == position; });
    return found == prototype->arguments.end() ? nullptr : &*found;
}

// What all calls that come to an instruction have in common; null if they call it differently.
struct Meaning {
    const Argument* argument = nullptr;
    Abi abi = Abi::x86_64;
};

Meaning common_meaning(const FilterMap& map, std::size_t at) {
    Meaning meaning;
    for (const std::size_t index : map.arguments_of[at]) {
        const FilterPath& path = map.paths[index];
        const Argument* argument = argument_of(path, map.held[at].argument);
        if (argument == nullptr) return {};
        const bool agrees = meaning.argument == nullptr ||
                            (meaning.argument->name == argument->name && meaning.argument->family == argument->family);
        if (!agrees) return {};
        if (meaning.argument == nullptr) meaning = {argument, path.abi};
    }
    return meaning;
}

std::string_view name_for_people(const Argument& argument) {
    return argument.alias.empty() ? argument.name : argument.alias;
}

std::string argument_in_words(const FilterMap& map, std::size_t at) {
    const Held& held = map.held[at];
    const Argument* argument = common_meaning(map, at).argument;
    const std::string name =
        argument != nullptr ? std::string(name_for_people(*argument)) : "argument " + std::to_string(held.argument + 1);
    return held.high_half ? "upper half of " + name : name;
}

std::string value_at(const FilterMap& map, std::size_t at, std::uint32_t value) {
    const Meaning meaning = common_meaning(map, at);
    if (meaning.argument == nullptr || map.held[at].high_half) return hexadecimal(value);
    return value_in_words(meaning.abi, meaning.argument, value);
}

std::string number_in_words(const FilterMap& map, std::size_t at, std::uint32_t number) {
    for (const Abi abi : map.numbers_of[at]) {
        const std::string_view name = name_of_call(abi, number);
        const std::string value = abi == Abi::x32 ? hexadecimal(number) : std::to_string(number);
        if (!name.empty()) return std::string(name) + " (" + value + ")";
    }
    return hexadecimal(number);
}

std::string arch_in_words(std::uint32_t arch) {
    for (const Abi abi : every_abi_listed)
        if (audit_architecture(abi) == arch) return std::string(abi_name(abi));
    return hexadecimal(arch);
}

std::string_view relation_of(const sock_filter& test) {
    switch (BPF_OP(test.code)) {
        case BPF_JEQ:
            return " == ";
        case BPF_JGE:
            return " >= ";
        case BPF_JGT:
            return " > ";
        default:
            return " has any of ";
    }
}

std::string load_in_words(const FilterMap& map, std::size_t at) {
    const sock_filter& instruction = map.program[at];
    const auto argument = argument_at(instruction.k);
    if (BPF_CLASS(instruction.code) == BPF_LD && argument && at + 1 < map.program.size())
        return "load " + argument_in_words(map, at + 1);
    if (BPF_CLASS(instruction.code) == BPF_LD)
        return instruction.k == offsetof(seccomp_data, nr) ? "load number" : "load abi";
    if (instruction.code == (BPF_ALU | BPF_AND | BPF_K)) return "keep the bits " + value_at(map, at, instruction.k);
    return "code " + hexadecimal(instruction.code) + " " + hexadecimal(instruction.k);
}

std::string instruction_in_words(const FilterMap& map, std::size_t at) {
    const sock_filter& instruction = map.program[at];
    if (is_return(instruction)) return return_in_words(instruction.k);
    const auto [yes, no] = targets_of(map, at);
    if (is_test(instruction))
        return "if " + test_in_words(map, at) + " then " + std::to_string(yes) + " else " + std::to_string(no);
    if (BPF_CLASS(instruction.code) == BPF_JMP) return "go to " + std::to_string(yes);
    return load_in_words(map, at);
}

// Whose decision an instruction is: the names of a few calls, or how many there are.
std::string calls_in_words(const FilterMap& map, std::size_t at) {
    constexpr std::size_t most_named = 4;
    std::vector<std::string> names;
    for (const std::size_t index : map.arguments_of[at]) {
        std::string name = call_in_words(map.paths[index].abi, map.paths[index].number, {}, 0);
        if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
    }
    std::string words;
    for (const std::string& name : std::span(names).first(std::min(names.size(), most_named)))
        words.append(words.empty() ? "" : ", ").append(name);
    if (names.size() > most_named) words += " and " + std::to_string(names.size() - most_named) + " more";
    return words;
}

// The first of the places, and how many more. The default tells least, and comes last.
std::string places_in_words(const FilterMap& map, const std::vector<std::size_t>& paths,
                            const PlaceOfCall& place_of_call) {
    std::vector<std::string> places;
    for (const std::size_t index : paths) {
        std::string place = place_of_call(map.paths[index].abi, map.paths[index].number);
        if (!place.empty() && std::ranges::find(places, place) == places.end()) places.push_back(std::move(place));
    }
    std::stable_partition(places.begin(), places.end(),
                          [](const std::string& place) { return !place.starts_with(default_place); });
    if (places.size() < 2) return places.empty() ? std::string() : places.front();
    return places.front() + " and " + std::to_string(places.size() - 1) + " more";
}

std::string with_comma(const std::string& before, const std::string& after) {
    return before + (before.empty() || after.empty() ? "" : ", ") + after;
}

bool is_for_other_abis(const FilterMap& map, std::size_t at) {
    for (std::size_t test = 0; test < at; ++test)
        if (map.held[test].kind == Held::Kind::arch && is_test(map.program[test]) && targets_of(map, test).no == at)
            return true;
    return false;
}

std::string comment_at(const FilterMap& map, std::size_t at, const PlaceOfCall& place_of_call) {
    const sock_filter& instruction = map.program[at];
    if (is_return(instruction))
        return with_comma(places_in_words(map, map.arguments_of[at], place_of_call),
                          is_for_other_abis(map, at) ? "every other ABI" : "");
    if (map.held[at].kind == Held::Kind::number && instruction.code == (BPF_JMP | BPF_JEQ | BPF_K)) {
        for (const Abi abi : map.numbers_of[at])
            if (!name_of_call(abi, instruction.k).empty()) return place_of_call(abi, instruction.k);
        return map.numbers_of[at].empty() ? std::string() : place_of_call(map.numbers_of[at].front(), instruction.k);
    }
    if (map.held[at].kind == Held::Kind::number && is_test(instruction))
        return places_in_words(map, map.calls_of[at], place_of_call);
    const auto& paths = map.arguments_of[at];
    return paths.empty() ? std::string()
                         : with_comma(calls_in_words(map, at), places_in_words(map, paths, place_of_call));
}

}  // namespace

bool is_return(const sock_filter& instruction) {
    return BPF_CLASS(instruction.code) == BPF_RET;
}

bool is_test(const sock_filter& instruction) {
    return BPF_CLASS(instruction.code) == BPF_JMP && BPF_OP(instruction.code) != BPF_JA;
}

Targets targets_of(const FilterMap& map, std::size_t at) {
    const sock_filter& instruction = map.program[at];
    if (is_test(instruction)) return {at + 1 + instruction.jt, at + 1 + instruction.jf};
    const std::size_t next = BPF_CLASS(instruction.code) == BPF_JMP ? at + 1 + instruction.k : at + 1;
    return {next, next};
}

std::string test_in_words(const FilterMap& map, std::size_t at) {
    const sock_filter& test = map.program[at];
    const Held& held = map.held[at];
    const std::string relation(relation_of(test));
    if (held.kind == Held::Kind::arch) return "abi" + relation + arch_in_words(test.k);
    if (held.kind == Held::Kind::number) return "number" + relation + number_in_words(map, at, test.k);
    if (held.kind != Held::Kind::argument) return "value" + relation + hexadecimal(test.k);
    const std::string masked = held.mask == ~0u ? "" : " & " + value_at(map, at, held.mask);
    return argument_in_words(map, at) + masked + relation + value_at(map, at, test.k);
}

std::string return_in_words(std::uint32_t outcome) {
    std::string words = outcome_in_words(outcome);
    std::erase(words, '`');
    if ((outcome & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ALLOW) return "allow";
    if ((outcome & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO) return "fail with " + words;
    return words;
}

FilterMap map_filter(std::span<const sock_filter> program, std::span<const Abi> abis) {
    return Mapper(program, abis).take();
}

std::string disassemble(const FilterMap& map, const PlaceOfCall& place_of_call) {
    constexpr std::size_t comment_column = 64;
    std::string text;
    for (std::size_t at = 0; at < map.program.size(); ++at) {
        char number[24];
        std::snprintf(number, sizeof number, "%5zu: ", at);
        std::string line = number + instruction_in_words(map, at);
        if (const std::string comment = comment_at(map, at, place_of_call); !comment.empty()) {
            line.resize(std::max(line.size() + 1, comment_column), ' ');
            line += "; " + comment;
        }
        text += line + '\n';
    }
    return text;
}

}  // namespace ward::compiler
