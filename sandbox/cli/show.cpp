// `ward show`: the compiled jail of a policy.
#include "compiler/show.hpp"

#include <unistd.h>

#include "sandbox/cli/caller.hpp"
#include "sandbox/cli/console.hpp"
#include "sandbox/cli/operands.hpp"
#include "sandbox/cli/reading.hpp"
#include "sandbox/cli/subcommand.hpp"
#include "sandbox/json.hpp"

namespace ward::cli {
namespace {

// The rows that people see, by section.
std::string for_machines(const compiler::Jail& jail, const policy::Sources& sources) {
    sandbox::Json json = sandbox::Json::object();
    json.set("policy", jail.name).set("place", compiler::place_of({jail.origin}, sources));
    for (const compiler::Section& section : compiler::show_sections(jail, sources)) {
        sandbox::Json rows = sandbox::Json::list();
        for (const compiler::Row& row : section.rows)
            rows.add(sandbox::Json::object().set("word", row.word).set("text", row.text).set("place", row.place));
        json.set(section.title, std::move(rows));
    }
    return json.ascii_text();
}

}  // namespace

int show(const Words& words) {
    const auto [options, status] = begin_with_operands("show", words);
    if (!options) return status;
    if (options->rest.size() != 1)
        return misuse("show", "`show` takes one policy, and " + std::to_string(options->rest.size()) + " are given",
                      "write `ward show NAME`; `ward list` knows the names");
    std::map<std::string, std::string> parameters;
    if (const int wrong = read_settings("show", *options, parameters); wrong != 0) return wrong;
    Reading reading;
    auto facts = facts_about_caller(reading.diagnostics);
    if (facts) facts->parameters = parameters;
    const auto jail = facts ? reading.compile(options->rest.front(), *facts) : std::nullopt;
    reading.show();
    if (!jail) return failure_status;
    return answer(options->has("json") ? for_machines(*jail, reading.sources)
                                       : compiler::show(*jail, reading.sources, wants_colour(STDOUT_FILENO)));
}

}  // namespace ward::cli
