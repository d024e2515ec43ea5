#include "compiler/limits.hpp"

#include "compiler/cpu_set.hpp"
#include "compiler/lower.hpp"

namespace ward::compiler {
namespace {

using policy::LimitStatement;

struct Amount {
    std::uint64_t value;
    bool optional;
};
bool operator==(const Amount& a, const Amount& b) {
    return a.value == b.value;
}

const LimitRow* find_limit(std::string_view name) {
    const auto* found =
        std::find_if(limit_table.begin(), limit_table.end(), [&](const LimitRow& row) { return row.name == name; });
    return found == limit_table.end() ? nullptr : found;
}

void report_unknown(const policy::Word& name, policy::Diagnostics& diagnostics) {
    std::array<std::string_view, limit_count + 1> names{};
    std::transform(limit_table.begin(), limit_table.end(), names.begin(), [](const LimitRow& row) { return row.name; });
    names.back() = cpu_set_name;
    suggest(diagnostics.add(policy::slug::unknown_limit, name.span, "there is no limit `" + name.text + "`"), "limit",
            name.text, names);
}

std::optional<std::uint64_t> read_amount(const LimitRow& row, std::string_view text, policy::Span span,
                                         policy::Diagnostics& diagnostics) {
    const auto value = parse_value(row.unit, text);
    const std::string limit = "`" + std::string(row.name) + "`";
    if (!value) {
        diagnostics
            .add(policy::slug::bad_value, span,
                 "`" + std::string(text) + "` is no " + std::string(unit_name(row.unit)) + " for " + limit)
            .help("write " + std::string(unit_form(row.unit)));
    } else if (*value < row.least || *value > row.greatest) {
        const bool low = *value < row.least;
        diagnostics
            .add(policy::slug::value_out_of_range, span,
                 "`" + std::string(text) + "` is " + (low ? "less" : "more") + " than " + limit + " can be")
            .help("write " + limit + " with " + (low ? "at least `" : "at most `") +
                  format_value(row.unit, low ? row.least : row.greatest) + "`");
    } else if (*value % row.step != 0) {
        const std::uint64_t next = *value - *value % row.step + row.step;
        diagnostics
            .add(policy::slug::value_out_of_range, span,
                 limit + " counts in steps of " + format_value(row.unit, row.step))
            .help("write `" + format_value(row.unit, next) + "`");
    } else {
        return value;
    }
    return std::nullopt;
}

bool check_single(const LimitStatement& limit, policy::Diagnostics& diagnostics) {
    if (limit.values.size() == 1) return true;
    diagnostics
        .add(policy::slug::too_many_values, limit.values[1].span,
             "`" + limit.name.text + "` has one value, and this is another one")
        .also(limit.values.front().span, "the first one")
        .help("remove one of the two");
    return false;
}

}  // namespace

void lower_limits(Lowering& lowering, Jail& jail) {
    jail.cpu_set = lower_cpu_set(lowering);
    std::array<std::vector<Candidate<Amount>>, limit_count> candidates;
    each<LimitStatement>(lowering, [&](const LimitStatement& limit, Place place) {
        if (limit.name.text == cpu_set_name) return;
        const LimitRow* row = find_limit(limit.name.text);
        if (row == nullptr) return report_unknown(limit.name, lowering.diagnostics);
        if (!check_single(limit, lowering.diagnostics)) return;
        const auto text = place.scope.text(limit.values.front());
        if (!text) return;
        const auto value = read_amount(*row, *text, limit.values.front().span, lowering.diagnostics);
        if (value) {
            candidates[static_cast<std::size_t>(row->id)].push_back(
                {{*value, limit.optional}, limit.span, place.distance});
        }
    });
    for (const LimitRow& row : limit_table) {
        const auto index = static_cast<std::size_t>(row.id);
        const auto stated = nearest(candidates[index], row.name, lowering.diagnostics);
        if (!stated) continue;
        // Where two equally near statements agree on the value, the one without `?` is the stricter.
        bool optional = stated->value.optional;
        const auto nearest_one = std::min_element(candidates[index].begin(), candidates[index].end(),
                                                  [](const auto& a, const auto& b) { return a.distance < b.distance; });
        for (const auto& other : candidates[index]) {
            if (other.distance == nearest_one->distance) optional = optional && other.value.optional;
        }
        jail.limits[index] = Limit{stated->value.value, optional, stated->origins};
    }
}

}  // namespace ward::compiler
