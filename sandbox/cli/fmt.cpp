// `ward fmt`: policies in their canonical form.
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "policy/format.hpp"
#include "policy/library.hpp"
#include "policy/render.hpp"
#include "sandbox/cli/console.hpp"
#include "sandbox/cli/operands.hpp"
#include "sandbox/cli/replace_file.hpp"
#include "sandbox/cli/subcommand.hpp"

namespace ward::cli {
namespace {

// Behind all symlinks; a link to a policy stays a link.
bool rewrite(const std::string& path, std::string_view text) {
    const std::unique_ptr<char, void (*)(void*)> place(realpath(path.c_str(), nullptr), &std::free);
    struct stat status {};
    return place && stat(place.get(), &status) == 0 && replace_file(place.get(), status, text);
}

void report_unwritable(const std::string& path, policy::Diagnostics& diagnostics) {
    diagnostics
        .add(policy::slug::policy_unwritable, std::nullopt,
             "`" + path + "` cannot be replaced: " + strerrordesc_np(errno))
        .note("the new text is written beside the file, with its mode and owner, and then takes its place")
        .help("run `ward fmt - <" + path + "`, which writes to standard output");
}

// The exit status for one policy. One that is in its canonical form is not touched.
int format_one(const std::string& path, bool check, policy::Sources& sources, policy::Diagnostics& diagnostics) {
    const auto file = policy::read_source(path, sources, diagnostics);
    const auto formatted = file ? policy::format(sources, *file, diagnostics) : std::nullopt;
    if (!formatted) return failure_status;
    const bool canonical = *formatted == sources[*file].text();
    if (path == "-" && !check) return answer(*formatted);
    if (canonical) return EXIT_SUCCESS;
    if (check) {
        static_cast<void>(answer(policy::escaped(path) + "\n"));
        return failure_status;
    }
    if (rewrite(path, *formatted)) return EXIT_SUCCESS;
    report_unwritable(path, diagnostics);
    return failure_status;
}

}  // namespace

int fmt(const Words& words) {
    const auto [options, status] = begin_with_operands("fmt", words);
    if (!options) return status;
    if (options->rest.empty()) return misuse("fmt", "no policy is named", "write `ward fmt FILE`");
    int result = EXIT_SUCCESS;
    for (const std::string& path : options->rest) {
        policy::Sources sources;
        policy::Diagnostics diagnostics;
        const int one = format_one(path, options->has("check"), sources, diagnostics);
        show(diagnostics, sources);
        if (one != EXIT_SUCCESS) result = one;
    }
    return result;
}

}  // namespace ward::cli
