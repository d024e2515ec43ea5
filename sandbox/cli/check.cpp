// `ward check`: whether policies are right. The paths are looked up on this host as for a run.
#include <cstdlib>
#include <deque>

#include "policy/render.hpp"
#include "policy/similar_name.hpp"
#include "sandbox/cli/caller.hpp"
#include "sandbox/cli/console.hpp"
#include "sandbox/cli/diagnostic_formats.hpp"
#include "sandbox/cli/reading.hpp"
#include "sandbox/cli/subcommand.hpp"
#include "sandbox/file_view.hpp"
#include "sandbox/host.hpp"

namespace ward::cli {
namespace {

// As far as it can be known without a program: the paths are looked up as for a run.
void look_at(const std::string& entry, Reading& reading) {
    const auto facts = facts_about_caller(reading.diagnostics);
    const auto jail = facts ? reading.compile(entry, *facts) : std::nullopt;
    if (jail) {
        const auto files = sandbox::host_files();
        sandbox::Walker walker(*files);
        static_cast<void>(sandbox::view_files({jail->files, {}, {}}, walker, reading.diagnostics));
    }
}

int check_for_people(const Words& entries) {
    int result = EXIT_SUCCESS;
    for (const std::string& entry : entries) {
        Reading reading;
        look_at(entry, reading);
        reading.show();
        if (reading.diagnostics.has_errors())
            result = failure_status;
        else if (answer(policy::escaped(entry) + ": ok\n") != EXIT_SUCCESS)
            return failure_status;
    }
    return result;
}

using Format = std::string (*)(std::span<const Checked>);

int check_for_machines(const Words& entries, Format format) {
    std::deque<Reading> readings;  // what was checked refers to them
    std::vector<Checked> checked;
    bool is_right = true;
    for (const std::string& entry : entries) {
        Reading& reading = readings.emplace_back();
        look_at(entry, reading);
        is_right = is_right && !reading.diagnostics.has_errors();
        checked.push_back({entry, reading.sources, reading.diagnostics});
    }
    const int status = answer(format(checked));
    return is_right ? status : failure_status;
}

constexpr std::string_view formats[] = {"text", "json", "sarif"};

int unknown_format(const std::string& name) {
    const auto similar = policy::similar_names(name, formats);
    return misuse("check", "there is no format `" + name + "`",
                  similar.empty() ? "write `--format=text`, `--format=json` or `--format=sarif`"
                                  : "write `--format=" + similar.front() + "`");
}

}  // namespace

int check(const Words& words) {
    const auto [options, status] = begin("check", words);
    if (!options) return status;
    if (options->rest.empty()) return misuse("check", "no policy is named", "write `ward check FILE`");
    const std::string format = options->value("format").value_or("text");
    if (format == "text") return check_for_people(options->rest);
    if (format == "json") return check_for_machines(options->rest, as_json);
    if (format == "sarif") return check_for_machines(options->rest, as_sarif);
    return unknown_format(format);
}

}  // namespace ward::cli
