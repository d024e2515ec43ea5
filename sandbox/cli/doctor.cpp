// `ward doctor`: what this host can enforce, what is in the way, and what to do about it.
#include "sandbox/doctor.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdlib>

#include "policy/render.hpp"
#include "sandbox/apparmor_profile.hpp"
#include "sandbox/cli/caller.hpp"
#include "sandbox/cli/console.hpp"
#include "sandbox/cli/operands.hpp"
#include "sandbox/cli/output_file.hpp"
#include "sandbox/cli/subcommand.hpp"
#include "sandbox/doctor_probe.hpp"
#include "sandbox/json.hpp"

namespace ward::cli {
namespace {

using sandbox::Finding;
using sandbox::Findings;
using sandbox::Json;
using sandbox::Probe;

// ---- for people

const char* colour_of(Finding::State state) {
    switch (state) {
        case Finding::State::works:
            return "\033[32m";
        case Finding::State::missing:
            return "\033[33m";
        case Finding::State::blocked:
            break;
    }
    return "\033[31m";
}

std::string padded(std::string_view text, std::size_t width) {
    std::string result(text);
    result.resize(std::max(result.size(), width), ' ');
    return result + "  ";
}

// "Linux 6.1.0-13, user `you` (1000), in a container of docker"
std::string heading(const Probe& probe) {
    std::string text = "Linux " + probe.release + ", user `" + probe.user + "` (" + std::to_string(probe.uid) + ')';
    if (probe.uid == 0 && !probe.privileged) text += ", without the rights of the host's root";
    if (probe.nested) text += ", in a user namespace";
    if (probe.container != sandbox::Container::none)
        text += ", in a container of " + std::string(container_word(probe.container));
    return policy::escaped(text);
}

std::string as_text(const Finding& row, std::size_t width, bool colour) {
    const std::string end = colour ? "\033[0m" : "";
    std::string text = padded(row.feature, width) + (colour ? colour_of(row.state) : "") +
                       padded(sandbox::state_word(row.state), 7) + end + policy::escaped(row.why) + '\n';
    if (row.state == Finding::State::works) return text;
    const std::string indent(width + 11, ' ');
    text += indent + "needed by: " + std::string(row.needed_by) + '\n';
    if (!row.remedy.empty()) text += indent + "help: " + policy::escaped(row.remedy) + '\n';
    return text;
}

std::string as_text(const Probe& probe, const Findings& findings, bool colour) {
    std::size_t width = 0;
    for (const Finding& row : findings.rows) width = std::max(width, row.feature.size());
    std::string text = heading(probe) + "\n\n";
    for (const Finding& row : findings.rows) text += as_text(row, width, colour);
    return text + (findings.plain_jail_works()
                       ? "\njails work here; a policy that asks for more says so where it cannot be had\n"
                       : "\nno jail can be made here: begin with the first `help` above\n");
}

// ---- for machines

Json as_json(const Finding& row) {
    return Json::object()
        .set("feature", row.feature)
        .set("state", sandbox::state_word(row.state))
        .set("required", row.required)
        .set("needed_by", row.needed_by)
        .set("why", row.why)
        .set("remedy", row.remedy.empty() ? Json() : Json(row.remedy));
}

Json as_json(const Probe& probe, const Findings& findings) {
    Json rows = Json::list();
    for (const Finding& row : findings.rows) rows.add(as_json(row));
    return Json::object()
        .set("ward", WARD_VERSION)
        .set("kernel", probe.release)
        .set("user", probe.uid)
        .set("privileged", probe.privileged)
        .set("user_namespace", probe.nested)
        .set("container", container_word(probe.container))
        .set("landlock_abi", probe.landlock_abi)
        .set("plain_jail", findings.plain_jail_works())
        .set("features", std::move(rows));
}

// ---- AppArmor

int write_profile(const std::optional<std::string>& file) {
    std::array<char, PATH_MAX> path{};
    const ssize_t length = readlink("/proc/self/exe", path.data(), path.size() - 1);
    const std::string program(path.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
    if (const std::string part = sandbox::changeable_part(program); !part.empty()) {
        policy::Diagnostics diagnostics;
        diagnostics.add(policy::slug::program_not_roots, std::nullopt, "others than root can change `" + part + '`')
            .note("whoever can put another program there would have what the profile grants")
            .help("install it first: `sudo install " + program + " /usr/local/bin/ward`, and run that one");
        show(diagnostics, policy::Sources());
        return failure_status;
    }
    const std::string text = sandbox::apparmor_profile(program);
    return file ? write_output(*file, text) : answer(text);
}

}  // namespace

int doctor(const Words& words) {
    const auto [options, status] = begin_with_operands("doctor", words);
    if (!options) return status;
    if (!options->rest.empty())
        return misuse("doctor", "`doctor` looks at this host, and takes no `" + options->rest.front() + '`',
                      "write `ward doctor`");
    if (options->has("output") && !options->has("apparmor-profile"))
        return misuse("doctor", "`--output` is for the AppArmor profile", "add `--apparmor-profile`");
    if (options->has("apparmor-profile")) return write_profile(options->value("output"));
    const auto files = sandbox::host_files();
    const sandbox::Host host = sandbox::read_host(*files);
    const Probe probe = sandbox::probe_host(host, user_name(host.uid));
    const Findings findings = sandbox::judge(probe);
    const int printed = answer(options->has("json") ? as_json(probe, findings).ascii_text()
                                                    : as_text(probe, findings, wants_colour(STDOUT_FILENO)));
    return printed == EXIT_SUCCESS && findings.plain_jail_works() ? EXIT_SUCCESS : failure_status;
}

}  // namespace ward::cli
