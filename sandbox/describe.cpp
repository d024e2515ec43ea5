// A plan for people: `ward run --dry-run`. One line for each step, with the policy line behind it.
#include <linux/capability.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdio>
#include <string_view>

#include "policy/render.hpp"
#include "sandbox/landlock.hpp"
#include "sandbox/plan.hpp"

namespace ward::sandbox {
namespace {

struct FlagName {
    std::uint64_t bits;
    const char* name;
};

constexpr std::array<FlagName, 4> mount_flags{{{MOUNT_ATTR_RDONLY, "ro"},
                                               {MOUNT_ATTR_NOSUID, "nosuid"},
                                               {MOUNT_ATTR_NODEV, "nodev"},
                                               {MOUNT_ATTR_NOEXEC, "noexec"}}};

constexpr std::array<FlagName, 7> namespace_flags{{{CLONE_NEWUSER, "user"},
                                                   {CLONE_NEWNS, "mount"},
                                                   {CLONE_NEWPID, "pid"},
                                                   {CLONE_NEWIPC, "ipc"},
                                                   {CLONE_NEWUTS, "uts"},
                                                   {CLONE_NEWNET, "network"},
                                                   {CLONE_NEWCGROUP, "cgroup"}}};

constexpr std::array<FlagName, 8> securebit_flags{{{SECBIT_NOROOT, "noroot"},
                                                   {SECBIT_NOROOT_LOCKED, "locked"},
                                                   {SECBIT_NO_SETUID_FIXUP, "no-setuid-fixup"},
                                                   {SECBIT_NO_SETUID_FIXUP_LOCKED, "locked"},
                                                   {SECBIT_KEEP_CAPS, "keep-caps"},
                                                   {SECBIT_KEEP_CAPS_LOCKED, "keep-caps-locked"},
                                                   {SECBIT_NO_CAP_AMBIENT_RAISE, "no-ambient"},
                                                   {SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED, "locked"}}};

constexpr std::array<FlagName, 9> rlimit_names{{{RLIMIT_CPU, "cpu-time"},
                                                {RLIMIT_FSIZE, "file-size"},
                                                {RLIMIT_DATA, "data"},
                                                {RLIMIT_STACK, "stack"},
                                                {RLIMIT_CORE, "core"},
                                                {RLIMIT_NPROC, "processes"},
                                                {RLIMIT_NOFILE, "open-files"},
                                                {RLIMIT_NICE, "nice"},
                                                {RLIMIT_RTPRIO, "realtime"}}};

std::string number(std::uint64_t value, const char* format = "%" PRIu64) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), format, value);
    return text.data();
}

template <std::size_t Count>
std::string flags(std::uint64_t value, const std::array<FlagName, Count>& names) {
    std::string text;
    for (const FlagName& flag : names) {
        if ((value & flag.bits) == 0) continue;
        text += (text.empty() ? "" : ",") + std::string(flag.name);
        value &= ~flag.bits;
    }
    if (value != 0) text += (text.empty() ? "" : ",") + number(value, "0x%" PRIx64);
    return text.empty() ? "none" : text;
}

std::string rlimit_name(std::uint64_t resource) {
    const auto* row = std::find_if(rlimit_names.begin(), rlimit_names.end(),
                                   [&](const FlagName& each) { return each.bits == resource; });
    return row == rlimit_names.end() ? number(resource) : row->name;
}

std::string type_word(std::uint64_t mode) {
    switch (mode & S_IFMT) {
        case S_IFDIR:
            return "folder";
        case S_IFCHR:
            return "device";
        case S_IFSOCK:
            return "socket";
        case S_IFIFO:
            return "fifo";
        default:
            return "file";
    }
}

std::string slot(Slot value) {
    return "#" + std::to_string(value);
}

// Text of the plan's or the policy's; never drives a terminal, never fills it.
std::string shown(const char* text) {
    constexpr std::size_t longest = 60;
    const std::string_view whole = text == nullptr ? "" : text;
    return policy::escaped(whole.substr(0, longest)) + (whole.size() > longest ? "..." : "");
}

std::string inside_path(const Step& step) {
    return '/' + shown(step.path);
}

std::string mode(const Step& step) {
    return "mode " + number(step.number[0], "%04" PRIo64);
}

std::string ports_in_words(const Step& step) {
    const std::string first = number(step.number[1]);
    const std::string verb = step.number[0] == landlock::bind_tcp ? "listen" : "connect";
    return verb + " tcp " + (step.number[1] == step.number[2] ? first : first + ".." + number(step.number[2]));
}

std::string rights_in_words(const Step& step) {
    std::string text;
    const auto add = [&](bool is_handled, const char* word) {
        if (is_handled) text += (text.empty() ? "" : ",") + std::string(word);
    };
    add(step.number[0] != 0, "changes of files");
    add(step.number[1] != 0, "tcp");
    add((step.number[2] & landlock::abstract_sockets) != 0, "abstract sockets");
    add((step.number[2] & landlock::signals) != 0, "signals");
    return text;
}

std::string processors_in_words(const Step& step) {
    std::string text;
    for (std::uint64_t bit = 0; bit < step.number[0] * 8; ++bit)
        if ((static_cast<unsigned char>(step.text[bit / 8]) >> bit % 8 & 1) != 0)
            text += (text.empty() ? "" : ",") + number(bit);
    return text;
}

std::string folder_of_cgroup(const Step& step, const Plan& plan) {
    for (const auto& [folder, slot] : plan.cgroup_slots)
        if (slot == step.slot) return shown(folder.c_str());
    return {};
}

// Of a clone.
std::string restrictions(const Step& step) {
    return step.number[4] == 0 ? "" : ' ' + flags(step.number[4], mount_flags);
}

// The fields of an operation as operations.inc lists them.
std::string operands(const Step& step, const Plan& plan) {
    using enum Operation;
    switch (step.operation) {
        case write_file:
            return shown(step.path) + " \"" + shown(step.text) + '"';
        case unshare:
            return flags(step.number[0], namespace_flags);
        case set_hostname:
            return shown(step.text);
        case take_terminal:
            return "descriptor " + number(step.number[0]);
        case parent_death_signal:
            return "signal " + number(step.number[0]);
        case set_dumpable:
            return step.number[0] == 0 ? "no" : "yes";
        case clone_tree:
            return shown(step.path) + " (" + type_word(step.number[2]) + ") -> " + slot(step.into) +
                   (step.number[3] != 0 ? " recursive" : "") + restrictions(step);
        case clone_device:
            return shown(step.path) + " (" + number(major(step.number[0])) + ':' + number(minor(step.number[0])) +
                   ") -> " + slot(step.into) + restrictions(step);
        case map_tree_ids:
            return slot(step.slot) + " by " + slot(step.into);
        case new_filesystem:
            return shown(step.path) + (step.text == nullptr ? "" : " (" + shown(step.text) + ')') + ' ' +
                   flags(step.number[0], mount_flags) + " -> " + slot(step.into);
        case attach_root:
            return '(' + shown(step.text) + ") " + flags(step.number[0], mount_flags) + " at the host's " +
                   shown(step.path);
        case mount_filesystem:
            return std::string(step.number[1] == static_cast<std::uint64_t>(FileSystem::proc) ? "proc" : "tmpfs") +
                   (step.text == nullptr ? "" : " (" + shown(step.text) + ')') + ' ' +
                   flags(step.number[0], mount_flags) + " at " + inside_path(step);
        case make_folder:
            return inside_path(step) + ' ' + mode(step);
        case give_folder:
            return inside_path(step) + " to " + number(step.number[0]) + ':' + number(step.number[1]);
        case detach:
            return inside_path(step);
        case new_ruleset:
            return rights_in_words(step) + " -> " + slot(step.into);
        case allow_path:
            return shown(step.path) + " by " + slot(step.slot);
        case allow_stream:
            return "descriptor " + number(step.number[1]) + " by " + slot(step.slot);
        case allow_ports:
            return ports_in_words(step) + " by " + slot(step.slot);
        case enter_cgroup:
            return "below " + folder_of_cgroup(step, plan);
        case enter_ruleset:
            return slot(step.slot);
        case make_file:
            return inside_path(step) + ' ' + mode(step) + (step.text == nullptr ? "" : " \"" + shown(step.text) + '"');
        case make_link:
            return inside_path(step) + " -> " + shown(step.text);
        case mount_tree:
            return slot(step.slot) + " at " + inside_path(step);
        case clone_below_root:
            return inside_path(step) + " -> " + slot(step.into) + restrictions(step);
        case seal_root:
            return flags(step.number[0], mount_flags);
        case change_folder:
            return shown(step.path);
        case set_rlimit:
            return rlimit_name(step.number[0]) + ' ' + number(step.number[1]);
        case set_priority:
            return number(step.number[0]);
        case set_processors:
            return processors_in_words(step);
        case set_umask:
            return number(step.number[0], "%04" PRIo64);
        case set_securebits:
            return flags(step.number[0], securebit_flags);
        case set_groups:
            return "none";
        case set_group:
        case set_user:
            return number(step.number[0]);
        case drop_bounding:
        case set_capabilities:
        case raise_ambient:
            return step.number[0] == 0 ? "none" : number(step.number[0], "0x%" PRIx64);
        case close_descriptors:
            return "from " + number(step.number[0]) + " on, at exec";
        case restore_signals:
            return step.number[0] == 0 ? "none blocked" : number(step.number[0], "0x%" PRIx64);
        case load_filter:
            return std::to_string(plan.filter.size()) + " instructions" +
                   ((step.number[0] & SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0 ? ", with a listener" : "");
        case execute:
            return shown(step.path);
        case await_supervisor:
        case loopback_up:
        case new_session:
        case new_keyring:
        case check_parent:
        case private_propagation:
        case pivot_root:
        case no_new_privileges:
            return {};
    }
    return {};
}

std::string words(Operation operation) {
    switch (operation) {
#define WARD_OPERATION(id, text) \
    case Operation::id:          \
        return text;
#include "sandbox/operations.inc"
#undef WARD_OPERATION
    }
    return {};
}

std::string place(const Reason& reason, const policy::Sources& sources) {
    if (!reason.origin) return "every jail";
    const policy::Source& source = sources[reason.origin->file];
    return policy::escaped(source.name()) + ':' + std::to_string(source.position(reason.origin->begin).line);
}

constexpr std::size_t place_column = 88;

void append_steps(const char* phase, const std::vector<Step>& steps, const Plan& plan, const policy::Sources& sources,
                  std::string& text) {
    for (std::size_t i = 0; i < steps.size(); ++i) {
        std::array<char, 32> front{};
        std::snprintf(front.data(), front.size(), "%-7s %3zu  ", phase, i + 1);
        std::string line = front.data() + describe(steps[i], plan);
        line.append(line.size() < place_column ? place_column - line.size() : 2, ' ');
        text += line + place(plan.reasons[steps[i].reason], sources) + '\n';
    }
}

std::string maps_in_words(const std::vector<IdRange>& map) {
    std::string text;
    for (const IdRange& range : map) {
        if (!text.empty()) text += ", ";
        text += std::to_string(range.inside) + " = " + std::to_string(range.outside);
        if (range.count != 1) text += " (" + std::to_string(range.count) + ')';
    }
    return text;
}

void append_row(const char* name, const std::string& value, std::string& text) {
    if (value.empty()) return;
    std::array<char, 32> front{};
    std::snprintf(front.data(), front.size(), "%-13s", name);
    text += front.data() + value + '\n';
}

// What is no step: done by the clone, or by the supervisor while the jail runs.
std::string frame(const Plan& plan) {
    std::string text;
    append_row("namespaces", flags(plan.namespaces, namespace_flags), text);
    append_row("users", maps_in_words(plan.uid_map), text);
    append_row("groups", maps_in_words(plan.gid_map), text);
    append_row("file users", maps_in_words(plan.tree_uid_map), text);
    append_row("file groups", maps_in_words(plan.tree_gid_map), text);
    if (plan.cgroup.memory) append_row("cgroup", "memory " + number(*plan.cgroup.memory), text);
    if (plan.cgroup.swap) append_row("cgroup", "swap " + number(*plan.cgroup.swap), text);
    if (plan.cgroup.tasks) append_row("cgroup", "tasks " + number(*plan.cgroup.tasks), text);
    if (plan.cgroup.cpu) append_row("cgroup", "cpu " + number(*plan.cgroup.cpu) + "/1000", text);
    append_row("cgroup", plan.cgroup.processors.empty() ? "" : "processors " + plan.cgroup.processors, text);
    for (const std::string& disk : plan.cgroup.disks)
        if (plan.cgroup.io) append_row("cgroup", "disk " + disk + ' ' + number(*plan.cgroup.io), text);
    if (plan.time_limit) append_row("time", number(*plan.time_limit) + " ms", text);
    for (const std::string& argument : plan.arguments) append_row("argument", policy::escaped(argument), text);
    for (const std::string& variable : plan.environment) append_row("environment", policy::escaped(variable), text);
    for (const std::string& feature : plan.enforced) append_row("enforced", policy::escaped(feature), text);
    return text;
}

}  // namespace

std::string describe(const Step& step, const Plan& plan) {
    std::string text = words(step.operation);
    if (const std::string rest = operands(step, plan); !rest.empty()) text += ' ' + rest;
    return text;
}

std::string describe(const Plan& plan, const policy::Sources& sources) {
    std::string text = frame(plan) + '\n';
    append_steps("prepare", plan.prepare, plan, sources, text);
    append_steps("mapped", plan.mapped, plan, sources, text);
    append_steps("init", plan.init, plan, sources, text);
    append_steps("program", plan.program, plan, sources, text);
    return text;
}

}  // namespace ward::sandbox
