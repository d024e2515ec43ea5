// What the tests of the planner share: a stated host, and plans for policies on it.
#pragma once

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <optional>
#include <string>

#include "compiler/compile.hpp"
#include "policy/parser.hpp"
#include "policy/render.hpp"
#include "sandbox/planner.hpp"
#include "tests/unit/sandbox/fake_files.hpp"

namespace ward::sandbox {

// A small Debian, and what one user has on it.
inline FakeFiles debian() {
    FakeFiles files;
    files.program("/usr/bin/prog").file("/usr/lib/x86_64/libc.so").file("/usr/share/data/a").link("/bin", "usr/bin");
    files.link("/lib", "usr/lib").file("/etc/passwd").file("/etc/shadow", 0640).folder("/run").link("/var/run", "/run");
    files.device("/dev/null").device("/dev/tty").folder("/dev/shm", 01777);
    files.folder("/home/u", 0755, 1000).folder("/home/u/work/sub/keys", 0755, 1000);
    files.file("/home/u/work/in.txt", 0644, 1000).file("/home/u/.bashrc", 0644, 1000);
    files.folder("/home/u/.ssh", 0700, 1000).file("/home/u/.ssh/known_hosts", 0644, 1000).folder("/root", 0700);
    files.on_mount(2).folder("/srv/noexec").on_mount(3).folder("/srv/sealed").on_mount(4).folder("/srv/over");
    return files;
}

class PlanFor : public testing::Test {
protected:
    PlanFor() {
        host.files = &files;
        host.mounts = {{.id = 1, .path = "/", .type = "ext4"},
                       {.id = 2, .path = "/srv/noexec", .type = "ext4", .no_exec = true},
                       {.id = 3, .path = "/srv/sealed", .type = "ext4", .read_only = true},
                       {.id = 4, .path = "/srv/over", .type = "overlay"}};
        host.uid = host.gid = 1000;
        host.groups = {1000, 44};
        host.cgroup_obstacle = "no cgroup with it was handed to user 1000";
        host.kernel_major = 6;
        host.kernel_minor = 1;
        host.landlock_abi = 6;
        host.read_text = [](const std::string& path) {
            return std::string(path == "/sys/devices/system/cpu/online" ? "0-3" : "nameserver 192.0.2.53\n");
        };
        command = {.program = "/bin/prog",
                   .arguments = {"prog", "in.txt"},
                   .folder = "/home/u/work",
                   .environment = {"HOME=/home/u", "LANG=C", "SECRET=x"},
                   .exec_key = 0x1234,
                   .id_base = 1000000};
    }

    void be_root() {
        host.uid = host.gid = 0;
        host.groups = {0};
        host.privileged = true;
        host.cgroups = {{"memory", {"/c/memory", 1}}, {"pids", {"/c/pids", 1}}, {"cpu", {"/c/cpu", 1}}};
    }

    std::optional<Plan> plan(const std::string& text) {
        const auto file = sources.add("test.ward", text);
        const auto policy = policy::parse(sources, file, diagnostics);
        if (!policy) return {};
        policy::PolicySet set;
        set.members.push_back({*policy, 0});
        const compiler::Facts facts{.home = "/home/u",
                                    .cwd = command.folder,
                                    .uid = 1000,
                                    .gid = 1000,
                                    .runtime = "",
                                    .program = command.program,
                                    .arguments = {"/home/u/work/in.txt"},
                                    .parameters = {},
                                    .user = [] { return "u"; },
                                    .repository = {},
                                    .exists = {}};
        const auto jail = compiler::compile(set, facts, diagnostics);
        auto plan = jail ? make_plan(*jail, host, command, diagnostics) : std::nullopt;
        if (jail) expect_the_same_of_fewer_looks(*jail, plan);
        return plan && add_filter(*plan, *jail, diagnostics) ? std::move(plan) : std::nullopt;
    }

    // What looks_for() leaves out, read_host() does not know: whatever stands there, the plan must be the same.
    void expect_the_same_of_fewer_looks(const compiler::Jail& jail, const std::optional<Plan>& plan) const {
        const HostLooks looks = looks_for(jail);
        const bool any_file = std::ranges::any_of(host.streams, [](const Stream& stream) { return stream.is_file; });
        Host less = host;
        if (!looks.landlock && !any_file) less.landlock_abi = 0;
        if (!looks.capabilities) less.last_capability = 63;
        if (!looks.limits) {
            less.nice = 19;
            less.cgroups.clear();
            less.hard_limits = {{RLIMIT_NOFILE, 1}};
        }
        policy::Diagnostics again;
        const auto other = make_plan(jail, less, command, again);
        ASSERT_EQ(other.has_value(), plan.has_value());
        if (!other) return;
        EXPECT_EQ(describe(*other, sources), describe(*plan, sources));
    }

    std::string errors() const {
        std::string text;
        for (const auto* each : diagnostics.sorted()) text += policy::render(*each, sources);
        return text;
    }

    FakeFiles files = debian();
    Host host;
    Command command;
    policy::Sources sources;
    policy::Diagnostics diagnostics;
};

inline const Step* find(const std::vector<Step>& steps, Operation operation) {
    for (const Step& step : steps)
        if (step.operation == operation) return &step;
    return nullptr;
}

}  // namespace ward::sandbox
