// `ward check`: whether policies are right. The paths are looked up on this host as for a run.
#include <cstdlib>
#include <deque>

#include "policy/render.hpp"
#include "policy/similar_name.hpp"
#include "sandbox/cli/caller.hpp"
#include "sandbox/cli/console.hpp"
#include "sandbox/cli/diagnostic_formats.hpp"
#include "sandbox/cli/operands.hpp"
#include "sandbox/cli/reading.hpp"
#include "sandbox/cli/subcommand.hpp"
#include "sandbox/file_advice.hpp"
#include "sandbox/host.hpp"
#include "sandbox/jail_files.hpp"
#include "sandbox/unenforced.hpp"

namespace ward::cli {
namespace {

using Parameters = std::map<std::string, std::string>;

// As far as it can be known without a program: the paths are looked up as for a run.
void look_at(const std::string& entry, const Parameters& parameters, Reading& reading) {
    auto facts = facts_about_caller(reading.diagnostics);
    if (facts) facts->parameters = parameters;
    const auto jail = facts ? reading.compile(entry, *facts) : std::nullopt;
    if (jail) {
        sandbox::refuse_unenforced(*jail, reading.diagnostics);
        const auto files = sandbox::host_files();
        static_cast<void>(sandbox::JailFiles(*jail, *files).view({}, reading.diagnostics));
        sandbox::Walker walker(*files);
        sandbox::advise_on_files({*jail, reading.sources, facts->cwd}, walker, reading.diagnostics);
    }
}

int check_for_people(const Words& entries, const Parameters& parameters) {
    int result = EXIT_SUCCESS;
    for (const std::string& entry : entries) {
        Reading reading;
        look_at(entry, parameters, reading);
        reading.show();
        if (reading.diagnostics.has_errors())
            result = failure_status;
        else if (answer(policy::escaped(entry) + ": ok\n") != EXIT_SUCCESS)
            return failure_status;
    }
    return result;
}

using Format = std::string (*)(std::span<const Checked>);

int check_for_machines(const Words& entries, const Parameters& parameters, Format format) {
    std::deque<Reading> readings;  // what was checked refers to them
    std::vector<Checked> checked;
    bool is_right = true;
    for (const std::string& entry : entries) {
        Reading& reading = readings.emplace_back();
        look_at(entry, parameters, reading);
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
    const auto [options, status] = begin_with_operands("check", words);
    if (!options) return status;
    if (options->rest.empty()) return misuse("check", "no policy is named", "write `ward check FILE`");
    Parameters parameters;
    if (const int wrong = read_settings("check", *options, parameters); wrong != 0) return wrong;
    if (options->has("json") && options->has("format"))
        return misuse("check", "`--json` is `--format=json`, and both are given", "leave one of the two out");
    const std::string format = options->value("format").value_or(options->has("json") ? "json" : "text");
    if (format == "text") return check_for_people(options->rest, parameters);
    if (format == "json") return check_for_machines(options->rest, parameters, as_json);
    if (format == "sarif") return check_for_machines(options->rest, parameters, as_sarif);
    return unknown_format(format);
}

}  // namespace ward::cli
