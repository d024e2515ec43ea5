#include "sandbox/doctor.hpp"

#include <algorithm>
#include <initializer_list>

#include "sandbox/doctor_remedies.hpp"
#include "sandbox/landlock.hpp"
#include "sandbox/setup_failure.hpp"

namespace ward::sandbox {
namespace {

using State = Finding::State;

constexpr unsigned least_major = 5, least_minor = 14;

// A feature that works if all of its attempts do.
struct TriedFeature {
    std::string_view name;
    std::string_view needed_by;
    bool required;
    std::string_view how;  // it works
    std::vector<Attempt> attempts;
};

const std::vector<TriedFeature>& tried_features() {
    static const std::vector<TriedFeature> features{
        {"clone3", "every jail", true, "clone3 and CLONE_INTO_CGROUP", {Attempt::clone3, Attempt::into_cgroup}},
        {"openat2", "every jail", true, "files are opened without following links", {Attempt::openat2}},
        {"close-range",
         "every jail",
         true,
         "no descriptor of the caller's reaches the program",
         {Attempt::close_range}},
        {"user-namespace", "every jail", true, "made, with its id maps", {Attempt::user_namespace, Attempt::id_maps}},
        {"mounts",
         "every jail",
         true,
         "mounted, copied, restricted, and the root folder changed",
         {Attempt::mount_namespace, Attempt::new_mount, Attempt::clone_tree, Attempt::restrict_tree,
          Attempt::pivot_root}},
        {"pid-namespace", "every jail", true, "made", {Attempt::pid_namespace}},
        {"proc", "every jail", true, "a /proc with the jail's processes alone", {Attempt::proc}},
        {"ipc-namespace", "policies without `share ipc`", true, "made", {Attempt::ipc_namespace}},
        {"uts-namespace", "policies without `share uts`", true, "made", {Attempt::uts_namespace}},
        {"cgroup-namespace", "policies without `share cgroup`", true, "made", {Attempt::cgroup_namespace}},
        {"network-namespace",
         "policies without `host`, `connect` or `listen`",
         true,
         "made",
         {Attempt::network_namespace}},
        {"filter", "every jail", true, "seccomp loads filters", {Attempt::filter}},
        {"filter-listener", "`refuse ... with kill`", false, "the report names the call", {Attempt::listener}},
        {"overlay", "`overlay`", false, "mounted in a user namespace", {Attempt::overlay}},
        {"terminal", "`terminal private`", false, "made", {Attempt::terminal}},
    };
    return features;
}

// A limit, the controller that holds it, and the words for it where there is none.
struct LimitFeature {
    std::string_view name;
    std::string_view needed_by;
    std::string_view controller;
    std::string_view without;  // what holds it instead, exactly; empty: nothing
};
constexpr LimitFeature limit_features[] = {
    {"memory", "`memory`", "memory", ""},
    {"swap", "`swap`", "memory", ""},
    {"tasks", "`tasks`", "pids", "by RLIMIT_NPROC"},
    {"cpu", "`cpu`", "cpu", ""},
    {"cpu-set", "`cpu-set`", "cpuset", ""},
    {"io", "`io`", "io", ""},
};

// What a version of Landlock's interface brings.
struct LandlockFeature {
    std::string_view name;
    std::string_view needed_by;
    int abi;
    std::string_view linux_version;
};
constexpr LandlockFeature landlock_features[] = {
    {"streams", "files of the caller as standard streams", landlock::truncate_abi, "6.2"},
    {"ports", "`connect tcp`, `listen tcp`, `resolve`", landlock::port_abi, "6.7"},
    {"scopes", "`unix` beside a shared network", landlock::scope_abi, "6.12"},
};

std::string words_of(const CgroupParent& parent) {
    const std::string version = "cgroup version " + std::to_string(parent.version);
    switch (parent.way) {
        case CgroupParent::Way::scope:
            return version + ", in a scope that systemd makes below " + parent.folder;
        case CgroupParent::Way::aside:
            return version + ", in a child of " + parent.folder + ", which is ward's alone";
        case CgroupParent::Way::below:
            break;
    }
    return version + ": " + parent.folder;
}

class Judge {
public:
    explicit Judge(const Probe& probe) : probe_(probe) {}

    Findings run() && {
        judge_kernel();
        for (const TriedFeature& feature : tried_features()) judge_tried(feature);
        for (const LandlockFeature& feature : landlock_features) judge_landlock(feature);
        if (probe_.privileged) judge_id_maps();
        for (const LimitFeature& feature : limit_features) judge_limit(feature);
        if (!probe_.privileged) judge_sub_ids();
        return std::move(findings_);
    }

private:
    Finding& add(std::string_view feature, std::string_view needed_by, bool required) {
        Finding& row = findings_.rows.emplace_back();
        row.feature = feature;
        row.needed_by = needed_by;
        row.required = required;
        return row;
    }

    static void spoil(Finding& row, Obstacle obstacle) {
        row.state = obstacle.state;
        row.why = std::move(obstacle.why);
        row.remedy = std::move(obstacle.remedy);
    }

    void judge_kernel() {
        Finding& row = add("kernel", "every jail", true);
        row.why = "Linux " + probe_.release;
        const bool is_new = probe_.kernel_major > least_major ||
                            (probe_.kernel_major == least_major && probe_.kernel_minor >= least_minor);
        if (is_new) return;
        row.state = State::missing;
        row.remedy = "run Linux 5.14 or newer";
    }

    void judge_tried(const TriedFeature& feature) {
        Finding& row = add(feature.name, feature.needed_by, feature.required);
        row.why = feature.how;
        for (const Attempt attempt : feature.attempts) {
            const int error = probe_.result(attempt);
            if (error == 0) continue;
            return spoil(row, error == not_tried ? behind(row) : obstacle_of(probe_, attempt, error));
        }
    }

    // An attempt that was not made, since what comes before it failed: its remedy is the one to begin with.
    [[nodiscard]] Obstacle behind(const Finding& row) const {
        for (const Finding& before : findings_.rows) {
            if (&before == &row) break;
            if (before.state != State::works && before.required)
                return {before.state, "needs `" + std::string(before.feature) + '`', before.remedy};
        }
        return {State::blocked, "it was not found out: the attempt did not end by itself",
                "run ward outside of other sandboxes"};
    }

    void judge_landlock(const LandlockFeature& feature) {
        Finding& row = add(feature.name, feature.needed_by, false);
        row.why = "Landlock, interface " + std::to_string(probe_.landlock_abi);
        const int error = probe_.result(Attempt::landlock);
        if (error != 0)
            return spoil(row, error == not_tried ? behind(row) : obstacle_of(probe_, Attempt::landlock, error));
        if (probe_.landlock_abi >= feature.abi) return;
        row.state = State::missing;
        row.why += ", and it takes " + std::to_string(feature.abi);
        row.remedy = "run Linux " + std::string(feature.linux_version) + " or newer";
    }

    // Of root: what is granted with `write` is shown with other owners.
    void judge_id_maps() {
        Finding& row = add("id-mapped-mounts", "`write` and private files, for root", false);
        std::string can;
        std::string cannot;
        for (const Probe::IdMapped& each : probe_.id_mapped) {
            std::string& list = each.error == 0 ? can : cannot;
            list += (list.empty() ? "" : ", ") + each.type + " (" + each.path + ")";
        }
        row.why = can.empty() ? "" : "on " + can;
        if (cannot.empty() && !can.empty()) return;
        row.state = can.empty() ? State::missing : State::works;
        row.why += (row.why.empty() ? "not on " : ", not on ") + cannot;
        if (can.empty()) row.remedy = "grant `write` on another file system: ext4, xfs, btrfs or tmpfs of Linux 6.3";
    }

    void judge_limit(const LimitFeature& feature) {
        Finding& row = add(feature.name, feature.needed_by, false);
        const std::string controller(feature.controller);
        if (const auto found = probe_.cgroups.find(controller); found != probe_.cgroups.end()) {
            row.why = words_of(found->second);
            if (feature.name == "io") judge_disks(row, found->second);
            return;
        }
        // The kernel does not count the processes of the host's root: getrlimit(2).
        const bool is_counted = probe_.privileged || probe_.uid != 0;
        if (!feature.without.empty() && is_counted) {
            row.why = feature.without;
            return;
        }
        spoil(row, cgroup_obstacle(probe_, controller));
    }

    // What is written goes to the disk later, and only version 2 then knows whose it was, by the memory controller in
    // the same folder: else `io` is not exact, and a launch refuses it (limits_plan.cpp).
    void judge_disks(Finding& row, const CgroupParent& parent) const {
        const auto memory = probe_.cgroups.find("memory");
        if (parent.version != 2)
            return spoil(row, {State::missing, "cgroup version 1 does not count what is written later",
                               "boot with `systemd.unified_cgroup_hierarchy=1`"});
        if (memory == probe_.cgroups.end() || memory->second.folder != parent.folder)
            spoil(row, {State::missing, "what is written later is not counted without the memory controller",
                        "hand `memory` down to " + parent.folder});
    }

    // Without them an ordinary user's jail knows one id: the caller's.
    void judge_sub_ids() {
        Finding& row = add("subordinate-ids", "`user` and `group` of an ordinary user", false);
        row.why = "newuidmap, and a range in /etc/subuid and /etc/subgid";
        if (probe_.id_helpers && probe_.own_sub_ids) return;
        row.state = State::missing;
        row.why = !probe_.id_helpers ? "newuidmap is not there" : "no range for " + probe_.user + " in /etc/subuid";
        row.remedy =
            !probe_.id_helpers
                ? "install it: `sudo apt-get install uidmap`"
                : "add one: `sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 " + probe_.user + "`";
    }

    const Probe& probe_;
    Findings findings_;
};

}  // namespace

bool Findings::plain_jail_works() const {
    return std::none_of(rows.begin(), rows.end(),
                        [](const Finding& row) { return row.required && row.state != State::works; });
}

Findings judge(const Probe& probe) {
    return Judge(probe).run();
}

std::string_view state_word(Finding::State state) {
    switch (state) {
        case State::works:
            return "works";
        case State::missing:
            return "missing";
        case State::blocked:
            break;
    }
    return "blocked";
}

std::string_view container_word(Container container) {
    switch (container) {
        case Container::docker:
            return "docker";
        case Container::podman:
            return "podman";
        case Container::kubernetes:
            return "kubernetes";
        case Container::lxc:
            return "lxc";
        case Container::nspawn:
            return "systemd-nspawn";
        case Container::none:
            return "none";
        case Container::other:
            break;
    }
    return "another kind";
}

}  // namespace ward::sandbox
