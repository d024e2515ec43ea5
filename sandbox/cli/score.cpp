// `ward score`: how much a policy leaves open, and what to tighten first.
#include "compiler/score.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "compiler/diagram.hpp"
#include "compiler/diff_names.hpp"
#include "compiler/show_rows.hpp"
#include "policy/render.hpp"
#include "sandbox/cli/caller.hpp"
#include "sandbox/cli/console.hpp"
#include "sandbox/cli/operands.hpp"
#include "sandbox/cli/reading.hpp"
#include "sandbox/cli/subcommand.hpp"
#include "sandbox/json.hpp"

namespace ward::cli {
namespace {

using compiler::Exposure;
using compiler::Score;

std::string decimal(double value) {
    char text[16];
    std::snprintf(text, sizeof text, "%.1f", value);
    return text;
}

compiler::Row row_of(const Exposure& exposure, const policy::Sources& sources) {
    const double counts = exposure.weight * exposure.share;
    const std::string what = exposure.what.empty() ? "" : ": " + policy::escaped(exposure.what);
    return {decimal(counts) + " of " + std::to_string(exposure.weight), std::string(exposure.name) + what,
            compiler::place_of(exposure.origins, sources)};
}

// What a base policy grants of files is there because programs need it.
bool is_own_choice(const Exposure& exposure, const std::string& place) {
    const bool is_grant = exposure.advice.starts_with("grant ") || exposure.advice.starts_with("take ");
    return !is_grant || !place.starts_with("base/");
}

// What makes the figure least.
std::string next_step(const Score& score, const policy::Sources& sources) {
    constexpr double least = 0.001;  // of what counts as less
    const Exposure* best = nullptr;
    for (const Exposure& exposure : score.exposures) {
        const bool is_better = exposure.saves > (best == nullptr ? least : best->saves + least);
        if (is_better && is_own_choice(exposure, compiler::place_of(exposure.origins, sources))) best = &exposure;
    }
    if (best == nullptr) return {};
    const std::string place = compiler::place_of(best->origins, sources);
    return "next: " + best->advice + (place.empty() ? "" : "  (" + place + ")") + "\n";
}

std::string for_people(const compiler::Jail& jail, const Score& score, const policy::Sources& sources) {
    compiler::Rows rows;
    for (const Exposure& exposure : score.exposures)
        if (exposure.share > 0) rows.push_back(row_of(exposure, sources));
    const compiler::Row title{policy::escaped(jail.name),
                              decimal(score.figure) + " of 10: " + std::string(compiler::grade(score.figure)),
                              compiler::place_of({jail.origin}, sources)};
    return print(title, {{"exposed", std::move(rows)}}, wants_colour(STDOUT_FILENO)) + next_step(score, sources);
}

sandbox::Json for_machines(const compiler::Jail& jail, const Score& score, const policy::Sources& sources) {
    sandbox::Json list = sandbox::Json::list();
    for (const Exposure& exposure : score.exposures) {
        sandbox::Json entry = sandbox::Json::object();
        entry.set("name", exposure.name).set("weight", exposure.weight).set("share", exposure.share);
        entry.set("what", exposure.what).set("place", compiler::place_of(exposure.origins, sources));
        list.add(std::move(entry.set("advice", exposure.advice)));
    }
    sandbox::Json result = sandbox::Json::object();
    result.set("policy", jail.name).set("score", std::atof(decimal(score.figure).c_str()));
    return std::move(result.set("grade", compiler::grade(score.figure)).set("exposures", std::move(list)));
}

std::optional<Score> score_of(const compiler::Jail& jail, const compiler::Facts& facts) {
    policy::Diagnostics diagnostics;
    try {
        return compiler::score(jail, facts);
    } catch (const compiler::TooManyPaths& reason) {
        report(reason, diagnostics);
    } catch (const compiler::Diagram::TooLarge&) {
        diagnostics
            .add(policy::slug::filter_not_followed, std::nullopt,
                 "the conditions of `" + policy::escaped(jail.name) + "` are too many to score")
            .help("write fewer conditions on arguments");
    }
    show(diagnostics, policy::Sources());
    return std::nullopt;
}

}  // namespace

int score(const Words& words) {
    const auto [options, status] = begin_with_operands("score", words);
    if (!options) return status;
    if (options->rest.empty()) return misuse("score", "no policy is named", "write `ward score NAME`");
    std::map<std::string, std::string> parameters;
    if (const int wrong = read_settings("score", *options, parameters); wrong != 0) return wrong;
    sandbox::Json list = sandbox::Json::list();
    std::string text;
    for (const std::string& entry : options->rest) {
        Reading reading;
        auto facts = facts_about_caller(reading.diagnostics);
        if (facts) {
            facts->parameters = parameters;
            facts->arguments = {facts->cwd + "/FILE"};  // `$arguments` is some file of the caller's
        }
        const auto jail = facts ? reading.compile(entry, *facts) : std::nullopt;
        reading.show();
        if (!jail) return failure_status;
        const auto found = score_of(*jail, *facts);
        if (!found) return failure_status;
        list.add(for_machines(*jail, *found, reading.sources));
        text += (text.empty() ? "" : "\n") + for_people(*jail, *found, reading.sources);
    }
    return answer(options->has("json") ? list.ascii_text() : text);
}

}  // namespace ward::cli
