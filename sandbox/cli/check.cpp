// `ward check`: whether policies are right. The paths are looked up on this host as for a run.
#include <cstdlib>

#include "policy/render.hpp"
#include "sandbox/cli/caller.hpp"
#include "sandbox/cli/console.hpp"
#include "sandbox/cli/reading.hpp"
#include "sandbox/cli/subcommand.hpp"
#include "sandbox/file_view.hpp"
#include "sandbox/host.hpp"

namespace ward::cli {
namespace {

// As far as it can be known without a program: the paths are looked up as for a run.
bool is_right(const std::string& entry) {
    Reading reading;
    const auto facts = facts_about_caller(reading.diagnostics);
    const auto jail = facts ? reading.compile(entry, *facts) : std::nullopt;
    if (jail) {
        const auto files = sandbox::host_files();
        sandbox::Walker walker(*files);
        static_cast<void>(sandbox::view_files({jail->files, {}}, walker, reading.diagnostics));
    }
    reading.show();
    return !reading.diagnostics.has_errors();
}

}  // namespace

int check(const Words& words) {
    const auto [options, status] = begin("check", words);
    if (!options) return status;
    if (options->rest.empty()) return misuse("check", "no policy is named", "write `ward check FILE`");
    int result = EXIT_SUCCESS;
    for (const std::string& entry : options->rest) {
        if (!is_right(entry))
            result = failure_status;
        else if (answer(policy::escaped(entry) + ": ok\n") != EXIT_SUCCESS)
            return failure_status;
    }
    return result;
}

}  // namespace ward::cli
