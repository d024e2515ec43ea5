// `ward help` and `ward version`: the same as `ward --help`, `ward SUBCOMMAND --help` and `ward --version`.
#include "sandbox/cli/console.hpp"
#include "sandbox/cli/operands.hpp"
#include "sandbox/cli/subcommand.hpp"

namespace ward::cli {

int help(const Words& words) {
    const auto [options, status] = begin_with_operands("help", words);
    if (!options) return status;
    if (options->rest.empty()) return answer(help_text());
    const std::string& name = options->rest.front();
    if (const Subcommand* subcommand = find_subcommand(name)) return subcommand->function({"--help"});
    const std::string similar = similar_subcommand(name);
    return misuse("help", "there is no subcommand `" + name + "`",
                  similar.empty() ? "`ward help` lists the subcommands" : "write `ward help " + similar + "`");
}

int version(const Words& words) {
    const auto [options, status] = begin_with_operands("version", words);
    return options ? answer(version_text()) : status;
}

}  // namespace ward::cli
