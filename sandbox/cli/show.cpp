// `ward show`: the compiled jail of a policy, for people.
#include "compiler/show.hpp"

#include <unistd.h>

#include "sandbox/cli/caller.hpp"
#include "sandbox/cli/console.hpp"
#include "sandbox/cli/operands.hpp"
#include "sandbox/cli/reading.hpp"
#include "sandbox/cli/subcommand.hpp"

namespace ward::cli {

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
    return jail ? answer(compiler::show(*jail, reading.sources, wants_colour(STDOUT_FILENO))) : failure_status;
}

}  // namespace ward::cli
