#include "compiler/limits.hpp"

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
    std::array<std::string_view, limit_count> names{};
    std::transform(limit_table.begin(), limit_table.end(), names.begin(), [](const LimitRow& row) { return row.name; });
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

}  // namespace

void lower_limits(Lowering& lowering, Jail& jail) {
    std::array<std::vector<Candidate<Amount>>, limit_count> candidates;
    each<LimitStatement>(lowering, [&](const LimitStatement& limit, Place place) {
        const LimitRow* row = find_limit(limit.name.text);
        if (row == nullptr) return report_unknown(limit.name, lowering.diagnostics);
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
        for (const auto& other : candidates[index]) {
            if (std::find(stated->origins.begin(), stated->origins.end(), other.span) != stated->origins.end()) {
                optional = optional && other.value.optional;
            }
        }
        jail.limits[index] = Limit{stated->value.value, optional, stated->origins};
    }
}

}  // namespace ward::compiler
