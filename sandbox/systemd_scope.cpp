#include "sandbox/systemd_scope.hpp"

#include <unistd.h>

#include <ctime>
#include <vector>

#include "sandbox/helper_program.hpp"
#include "sandbox/host.hpp"
#include "sandbox/host_cgroups.hpp"
#include "sandbox/setup_failure.hpp"

namespace ward::sandbox {
namespace {

constexpr int patience = 10'000;  // milliseconds

[[noreturn]] void give_up(const std::string& why) {
    throw SetupFailure(policy::slug::cgroup_failed, "systemd gave ward no cgroup of its own: " + why,
                       "add `?` behind the names of the limits to accept a weaker form, or see what `systemd-run " +
                           std::string(::geteuid() == 0 ? "" : "--user ") + "--scope true` says");
}

// What the bus client is called with: the signature of the method, and its arguments one by one.
std::vector<std::string> request() {
    return {bus_client,
            ::geteuid() == 0 ? "--system" : "--user",
            "--timeout=5",
            "call",
            "org.freedesktop.systemd1",
            "/org/freedesktop/systemd1",
            "org.freedesktop.systemd1.Manager",
            "StartTransientUnit",
            "ssa(sv)a(sa(sv))",
            own_scope(),
            "fail",
            "4",
            "Description",
            "s",
            "a jail of ward",
            "PIDs",
            "au",
            "1",
            std::to_string(::getpid()),
            "Delegate",
            "b",
            "true",
            "CollectMode",
            "s",
            "inactive-or-failed",
            "0"};
}

// Nothing of the caller's environment: it could name another bus.
std::vector<std::string> environment() {
    return {"LC_ALL=C", "XDG_RUNTIME_DIR=/run/user/" + std::to_string(::geteuid())};
}

void ask() {
    const HelperEnd end = run_helper(request(), environment());
    if (!end.succeeded) give_up(end.said.empty() ? "no answer" : end.said);
}

bool ends_with(const std::string& text, const std::string& end) {
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

}  // namespace

std::string own_scope() {
    return "ward-" + std::to_string(::getpid()) + ".scope";
}

// systemd answers before it has moved the process.
std::string enter_scope() {
    ask();
    for (int waited = 0; waited < patience; ++waited) {
        std::string path = own_cgroup(read_record("/proc/self/cgroup"), "");
        if (ends_with(path, "/" + own_scope())) return path;
        const timespec pause{0, 1'000'000};
        ::nanosleep(&pause, nullptr);
    }
    give_up("it has not moved ward into " + own_scope());
}

bool says_delegated(const std::string& unit) {
    const HelperEnd end =
        run_helper({systemd_client, "--user", "show", "--property=Delegate", "--value", "--", unit}, environment());
    return end.succeeded && end.said == "yes";
}

}  // namespace ward::sandbox
