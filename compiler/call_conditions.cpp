#include "compiler/call_conditions.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "compiler/argument_tests.hpp"
#include "compiler/condition_diagram.hpp"
#include "compiler/groups.hpp"

namespace ward::compiler {
namespace {

using policy::Diagnostics;
using policy::Expression;
using policy::Word;

using policy::quoted;

// ---- which comparison makes sense for what

enum class Relation { equal, unequal, in, less, at_most, greater, at_least, has, lacks, within };

struct RelationRow {
    std::string_view word;
    Relation relation;
};

constexpr RelationRow relations[] = {
    {"==", Relation::equal},    {"!=", Relation::unequal},    {"in", Relation::in},       {"<", Relation::less},
    {"<=", Relation::at_most},  {">", Relation::greater},     {">=", Relation::at_least}, {"has", Relation::has},
    {"lacks", Relation::lacks}, {"within", Relation::within},
};

enum class Use { equality, order, bits };

constexpr Use use_of(Relation relation) {
    if (relation >= Relation::has) return Use::bits;
    return relation >= Relation::less ? Use::order : Use::equality;
}

// Every kind but a pointer may be compared for equality.
struct KindRow {
    Kind kind;
    bool has_order;
    bool has_bits;   // for `has`, `lacks` and `within`
    bool has_parts;  // for `&`
};

constexpr KindRow kinds[] = {
    {Kind::pointer, false, false, false},  {Kind::descriptor, true, false, false},
    {Kind::flags, false, true, true},      {Kind::enumeration, false, false, false},
    {Kind::request, false, false, true},   {Kind::mode, false, true, true},
    {Kind::signal, false, false, false},   {Kind::pid, true, false, false},
    {Kind::uid, true, false, false},       {Kind::gid, true, false, false},
    {Kind::size, true, false, true},       {Kind::count, true, false, true},
    {Kind::number, true, false, true},     {Kind::offset, true, false, true},
    {Kind::address, true, false, true},    {Kind::device, false, false, true},
    {Kind::identifier, true, false, true}, {Kind::mask, false, true, true},
    {Kind::varies, true, true, true},      {Kind::reserved, false, true, true},
};

constexpr const KindRow& row_of(Kind kind) {
    return kinds[static_cast<std::size_t>(kind)];
}
static_assert(std::all_of(std::begin(kinds), std::end(kinds),
                          [](const KindRow& row) { return &row_of(row.kind) == &row; }));

std::string_view instead_of(Use use, const KindRow& kind) {
    if (use == Use::bits) return kind.has_order ? "compare it with `==`, `<` or `>=`" : "compare it with `==` or `in`";
    return kind.has_bits ? "compare it with `has`, `lacks` or `within`" : "compare it with `==` or `in`";
}

std::string_view rule_of(Use use) {
    return use == Use::bits
               ? "`has`, `lacks` and `within` are about single bits, which only flags, modes and masks have"
               : "only numbers are greater or less than others";
}

// ---- pointers

// Where a policy says what the memory behind a pointer would have said.
std::string help_for_pointer(const CallPlace& place) {
    const std::string call = quoted(place.call.name);
    const auto is_in = [&](std::string_view group) {
        const auto number = call_number(Abi::x86_64, place.call.name);
        return number && calls_of(*find_group(group)).test(*number);
    };
    if (is_in("@network-io")) return "say in `network` what " + call + " may reach";
    if (is_in("@file-system") || place.call.name.starts_with("exec"))
        return "say in `files` what " + call + " may reach";
    return "remove the comparison";
}

// ---- expressions

class Resolver {
public:
    Resolver(const CallPlace& place, Scope& scope, Diagnostics& diagnostics)
        : place_(place), scope_(scope), diagnostics_(diagnostics) {}

    // Several errors may be reported before nothing is returned.
    std::optional<Condition> resolve(const Expression& written, Certainty certainty) {
        switch (written.kind) {
            case Expression::Kind::comparison:
                return comparison(written, certainty);
            case Expression::Kind::negation: {
                auto part = resolve(written.parts.front(), opposite(certainty));
                if (!part) return std::nullopt;
                return negated(*std::move(part));
            }
            case Expression::Kind::all:
            case Expression::Kind::any:
                break;
        }
        return joined(written, certainty);
    }

private:
    std::optional<Condition> joined(const Expression& written, Certainty certainty) {
        Condition result{written.kind == Expression::Kind::all ? Condition::Kind::all : Condition::Kind::any, {}, {}};
        for (const Expression& part : written.parts)
            if (auto resolved = resolve(part, certainty)) result.parts.push_back(*std::move(resolved));
        if (result.parts.size() != written.parts.size()) return std::nullopt;
        return result;
    }

    std::optional<Condition> comparison(const Expression& written, Certainty certainty) {
        const Argument* const argument = argument_named(written.subject, place_, diagnostics_);
        if (!argument) return std::nullopt;
        const ArgumentPlace place{place_.abi, place_.call, *argument, written.subject.text};
        const auto* const row = std::find_if(std::begin(relations), std::end(relations), [&](const RelationRow& each) {
            return each.word == written.relation.text;
        });
        if (row == std::end(relations)) return report_incomplete(written);
        if (!check_kind(written, place, row->relation)) return std::nullopt;
        const auto mask = mask_of(written, place);
        const auto values = values_of(written.values, place, use_of(row->relation) == Use::order);
        if (!mask || !values || !check_combined(written, place, row->relation, *values)) return std::nullopt;
        if (use_of(row->relation) == Use::bits && !check_no_mask(written, place)) return std::nullopt;
        return checked(test(place, row->relation, *mask, *values, certainty), written, place);
    }

    static Condition test(const ArgumentPlace& place, Relation relation, std::uint64_t mask,
                          const std::vector<ArgumentValue>& values, Certainty certainty) {
        switch (relation) {
            case Relation::equal:
                return equals(place, mask, combined(values), certainty);
            case Relation::unequal:
                return negated(equals(place, mask, combined(values), opposite(certainty)));
            case Relation::in:
                return one_of(place, mask, values, certainty);
            case Relation::less:
                return less(place, combined(values), certainty);
            case Relation::at_most:
                return at_most(place, combined(values), certainty);
            case Relation::greater:
                return negated(at_most(place, combined(values), opposite(certainty)));
            case Relation::at_least:
                return negated(less(place, combined(values), opposite(certainty)));
            case Relation::has:
                return has(place, values, certainty);
            case Relation::lacks:
                return lacks(place, values, certainty);
            case Relation::within:
                break;
        }
        return within(place, values, certainty);
    }

    static std::uint64_t combined(const std::vector<ArgumentValue>& values) {
        std::uint64_t result = 0;
        for (const ArgumentValue& value : values) result |= value.value;
        return result;
    }

    static Condition one_of(const ArgumentPlace& place, std::uint64_t mask, const std::vector<ArgumentValue>& values,
                            Certainty certainty) {
        Condition result = never();
        for (const ArgumentValue& value : values)
            result = either(std::move(result), equals(place, mask, value.value, certainty));
        return result;
    }

    // ---- what is compared

    std::optional<std::uint64_t> mask_of(const Expression& written, const ArgumentPlace& place) {
        if (written.mask.empty()) return ~std::uint64_t{0};
        const auto values = values_of(written.mask, place, false);
        if (!values) return std::nullopt;
        return combined(*values);
    }

    std::optional<std::vector<ArgumentValue>> values_of(const std::vector<Word>& words, const ArgumentPlace& place,
                                                        bool in_order) {
        std::vector<ArgumentValue> values;
        for (const Word& word : words) {
            const auto text = scope_.text(word);
            const auto value = text ? resolve_value(word, *text, place, in_order, diagnostics_) : std::nullopt;
            if (value) values.push_back(*value);
        }
        if (values.size() != words.size()) return std::nullopt;
        return values;
    }

    // ---- checks

    bool check_kind(const Expression& written, const ArgumentPlace& place, Relation relation) {
        const KindRow& kind = row_of(place.argument.kind);
        const Use use = use_of(relation);
        if (kind.kind == Kind::pointer) {
            report_pointer(written);
            return false;
        }
        if ((use == Use::order && !kind.has_order) || (use == Use::bits && !kind.has_bits)) {
            report_senseless(written.relation, place, rule_of(use), instead_of(use, kind));
            return false;
        }
        if (written.mask.empty() || (use == Use::equality && kind.has_parts)) return true;
        if (use != Use::equality)
            report_senseless(written.relation, place, "what `&` leaves is compared for equality only",
                             "compare it with `==`, `!=` or `in`");
        else
            report_senseless(written.mask.front(), place, "`&` takes bits out of flags, masks and numbers",
                             "compare " + quoted(place.written) + " as a whole");
        return false;
    }

    // Values joined by `|`, which must be able to be in one argument at once.
    bool check_combined(const Expression& written, const ArgumentPlace& place, Relation relation,
                        const std::vector<ArgumentValue>& values) {
        const bool is_sum = relation == Relation::equal || relation == Relation::unequal;
        if (!is_sum && relation != Relation::has) return true;
        const bool has_bits = row_of(place.argument.kind).has_parts;
        for (std::size_t i = 0; i < values.size(); ++i)
            for (std::size_t j = 0; j < i; ++j)
                if (!has_bits || exclude(values[j], values[i])) {
                    report_exclusive(written, i, j, place);
                    return false;
                }
        return true;
    }

    static bool exclude(const ArgumentValue& a, const ArgumentValue& b) {
        return (a.is_field || b.is_field) && ((a.value ^ b.value) & a.mask & b.mask) != 0;
    }

    // A comparison that its own value decides is a mistake in it, and not in the others around it.
    std::optional<Condition> checked(Condition condition, const Expression& written, const ArgumentPlace& place) {
        if (!is_always(condition) && !is_never(condition)) return condition;
        const bool holds = is_always(condition);
        diagnostics_
            .add(holds ? policy::slug::condition_always_true : policy::slug::condition_never_true, written.span,
                 "this comparison of " + quoted(place.written) + (holds ? " always holds" : " never holds"))
            .label(holds ? "true for every value" : "true for no value")
            .note(holds ? "what always holds limits nothing, although it looks like a limit"
                        : "what never holds decides nothing, although it looks like a rule")
            .help(written.relation.text == "has" || written.relation.text == "lacks"
                      ? "compare with `==`: the value has no bits of its own"
                      : "remove the comparison");
        return std::nullopt;
    }

    std::optional<Condition> report_incomplete(const Expression& written) {
        diagnostics_
            .add(policy::slug::missing_value, written.span, quoted(written.subject.text) + " is compared with nothing")
            .help("write " + quoted(written.subject.text + " == VALUE"));
        return std::nullopt;
    }

    void report_pointer(const Expression& written) {
        diagnostics_
            .add(policy::slug::pointer_compared, written.subject.span,
                 quoted(written.subject.text) + " of " + quoted(place_.pattern.name.text) + " is a pointer")
            .label("an address, and not what lies there")
            .note(
                "another thread can change the memory after the check, so a filter that looked at it would check "
                "one thing and the kernel do another")
            .help(help_for_pointer(place_));
    }

    // `flags lacks O_ACCMODE` would hold for O_RDWR: all bits of the field are no value that a file is opened with.
    bool check_no_mask(const Expression& written, const ArgumentPlace& place) {
        const auto mask = std::find_if(written.values.begin(), written.values.end(),
                                       [](const Word& word) { return word.text == "O_ACCMODE"; });
        if (mask == written.values.end()) return true;
        report_senseless(*mask, place, "`O_ACCMODE` is the mask of a field, and none of its values",
                         "write `O_RDONLY`, `O_WRONLY` or `O_RDWR`");
        return false;
    }

    void report_senseless(const Word& word, const ArgumentPlace& place, std::string_view rule, std::string_view help) {
        diagnostics_
            .add(policy::slug::senseless_relation, word.span,
                 quoted(word.text) + " makes no sense for " + quoted(place.written))
            .label(quoted(place.written) + ": " + std::string(describe(place.argument)))
            .note(std::string(rule))
            .help(std::string(help));
    }

    void report_exclusive(const Expression& written, std::size_t one, std::size_t other, const ArgumentPlace& place) {
        const Word& first = written.values[other];
        const Word& second = written.values[one];
        const std::string name(place.written);
        const bool has = written.relation.text == "has";
        const std::string list = name + " in (" + first.text + ", " + second.text + ")";
        const std::string each = name + " has " + first.text + " or " + name + " has " + second.text;
        diagnostics_
            .add(
                policy::slug::exclusive_values, second.span,
                quoted(place.written) + " cannot be " + quoted(first.text) + " and " + quoted(second.text) + " at once")
            .label("another value of the same bits")
            .also(first.span, "the one value")
            .help("write " + quoted(has ? each : list));
    }

    const CallPlace& place_;
    Scope& scope_;
    Diagnostics& diagnostics_;
};

// Whether the comparisons together leave anything open: over the bits, exactly.
bool check_whole(const Condition& condition, const Expression& written, const CallPlace& place,
                 Diagnostics& diagnostics) {
    if (written.kind == Expression::Kind::comparison) return true;
    const auto outcome = constant_outcome(condition);
    if (!outcome) return true;
    diagnostics
        .add(*outcome ? policy::slug::condition_always_true : policy::slug::condition_never_true, written.span,
             "the condition of " + quoted(place.pattern.name.text) + (*outcome ? " always holds" : " never holds"))
        .label(*outcome ? "true for all arguments" : "true for no arguments")
        .note(*outcome ? "what always holds limits nothing, although it looks like a limit"
                       : "what never holds decides nothing, although it looks like a rule")
        .help(*outcome ? "write `and` where all of it must hold" : "write `or` where one of it is enough");
    return false;
}

}  // namespace

bool has_order(const Argument& argument) {
    return row_of(argument.kind).has_order;
}

bool has_parts(const Argument& argument) {
    return row_of(argument.kind).has_parts;
}

std::optional<Condition> resolve_condition(const Expression& written, const CallPlace& place, bool allows, Scope& scope,
                                           Diagnostics& diagnostics) {
    const Certainty certainty = allows ? Certainty::in_both : Certainty::in_either;
    auto condition = Resolver(place, scope, diagnostics).resolve(written, certainty);
    if (!condition || !check_whole(*condition, written, place, diagnostics)) return std::nullopt;
    return condition;
}

}  // namespace ward::compiler
