// The sections of a jail that are single values and sets: network, capabilities, limits, environment,
// process, and of the files those that are no paths.
#include <algorithm>
#include <map>

#include "compiler/capabilities.hpp"
#include "compiler/diff.hpp"
#include "compiler/limits.hpp"
#include "compiler/network_ports.hpp"
#include "compiler/path_pattern.hpp"
#include "policy/render.hpp"

namespace ward::compiler {
namespace {

using policy::escaped;
using Change = Difference::Change;

// One section of two jails, and what differs in it.
class Section {
public:
    Section(std::string_view name, std::vector<Difference>& result) : name_(name), result_(result) {}

    void add(Change change, std::string words, const Origins& in_a, const Origins& in_b,
             std::vector<std::string> subjects = {}) {
        result_.push_back({change, name_, std::move(words), std::move(subjects), in_a, in_b});
    }

    // Something that is either possible or not: "may now X", "may no longer X".
    void right(bool in_a, bool in_b, const std::string& words, const Origins& origins_a, const Origins& origins_b) {
        if (in_a == in_b) return;
        add(in_b ? Change::gained : Change::lost, (in_b ? "may now " : "may no longer ") + words, origins_a, origins_b);
    }

    // Two values without an order: what one gives, the other does not.
    void exchange(const std::string& now, const std::string& before, const Origins& in_a, const Origins& in_b) {
        if (now == before) return;
        add(Change::gained, now, in_a, in_b);
        add(Change::lost, before, in_a, in_b);
    }

    // Members of two sets, by name. Those of one place in one line.
    using Members = std::map<std::string, Origins>;
    void members(const Members& in_a, const Members& in_b, const std::string& words) {
        static const Origins none;
        for (const auto& [name, origins] : in_b)
            if (!in_a.contains(name)) member(Change::gained, "may now " + words, name, none, origins);
        for (const auto& [name, origins] : in_a)
            if (!in_b.contains(name)) member(Change::lost, "may no longer " + words, name, origins, none);
    }

private:
    void member(Change change, const std::string& words, const std::string& name, const Origins& in_a,
                const Origins& in_b) {
        const auto same = std::ranges::find_if(result_, [&](const Difference& each) {
            return each.section == name_ && each.change == change && each.words == words &&
                   is_decided_by(each, in_a, in_b);
        });
        if (same != result_.end()) return same->subjects.push_back(name);
        add(change, words, in_a, in_b, {name});
    }

    std::string_view name_;
    std::vector<Difference>& result_;
};

// ---- network

// The ports of `of` that are not in `without`.
std::vector<PortRange> ports_without(const std::vector<PortRange>& of, const std::vector<PortRange>& without) {
    std::vector<PortRange> result;
    for (const PortRange& range : of) {
        unsigned first = range.first;
        for (const PortRange& hole : without) {
            if (hole.last < first || hole.first > range.last) continue;
            if (hole.first > first)
                result.push_back(
                    {static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(hole.first - 1), range.origins});
            first = hole.last + 1u;
        }
        if (first <= range.last) result.push_back({static_cast<std::uint16_t>(first), range.last, range.origins});
    }
    return result;
}

void compare_ports(const std::vector<PortRange>& a, const std::vector<PortRange>& b, const std::string& words,
                   Section& section) {
    Section::Members lost;
    Section::Members gained;
    for (const PortRange& range : ports_without(b, a))
        gained.emplace(ports_in_words(range.first, range.last), range.origins);
    for (const PortRange& range : ports_without(a, b))
        lost.emplace(ports_in_words(range.first, range.last), range.origins);
    section.members(lost, gained, words);
}

// A word in quotes would hide that the other side has a part of it.
std::string host_words(const Network& other) {
    return other.shares_host() ? "connect to any host and listen on any port, not only on those of the policy"
                               : "connect to any host and listen on any port";
}

void compare_sockets(const Network& a, const Network& b, Section& section) {
    const auto any = [](const Network& network) { return network.unix_sockets && network.unix_paths.empty(); };
    section.right(a.unix_sockets, b.unix_sockets, "use Unix-domain sockets", a.unix_origins, b.unix_origins);
    if (a.unix_sockets && b.unix_sockets)
        section.right(any(a), any(b), "connect to any Unix-domain socket in its files", a.unix_origins, b.unix_origins);
    Section::Members in_a;
    Section::Members in_b;
    for (const auto& socket : a.unix_paths) in_a.emplace(escaped(socket.value), socket.origins);
    for (const auto& socket : b.unix_paths) in_b.emplace(escaped(socket.value), socket.origins);
    if (!any(a) && !any(b)) section.members(in_a, in_b, "connect to the Unix-domain socket");
}

// ---- limits

void compare_limit(const LimitRow& row, const std::optional<Limit>& a, const std::optional<Limit>& b,
                   Section& section) {
    static const Origins none;
    const Origins& in_a = a ? a->origins : none;
    const Origins& in_b = b ? b->origins : none;
    const std::string name = '`' + std::string(row.name) + '`';
    const auto words = [&](const std::optional<Limit>& limit) {
        return limit ? format_value(row.unit, limit->value) : std::string("without limit");
    };
    if (a.has_value() != b.has_value() || (a && a->value != b->value)) {
        // A nice value takes power away; without a limit it stays what it is, 0 or more.
        const bool more_is_less = row.id == LimitName::priority;
        const bool grows = !b || (a && (more_is_less ? b->value < a->value : b->value > a->value));
        section.add(grows ? Change::gained : Change::lost, name + " is now " + words(b) + ", was " + words(a), in_a,
                    in_b);
    }
    if (a && b && a->optional != b->optional)
        section.add(b->optional ? Change::gained : Change::lost,
                    name + (b->optional ? " may now be weaker on hosts that cannot hold it exactly"
                                        : " must now be held exactly"),
                    in_a, in_b);
}

bool holds(const CpuSet& set, unsigned cpu) {
    return std::ranges::any_of(set.ranges,
                               [cpu](const auto& range) { return range.first <= cpu && cpu <= range.second; });
}

// The first of each range of `of` is enough to find one that `in` has not, but for holes inside.
bool has_others(const CpuSet& of, const CpuSet& in) {
    for (const auto& [first, last] : of.ranges)
        for (unsigned cpu = first; cpu <= last; ++cpu)
            if (!holds(in, cpu)) return true;
    return false;
}

void compare_processors(const std::optional<CpuSet>& a, const std::optional<CpuSet>& b, Section& section) {
    static const Origins none;
    const Origins& in_a = a ? a->origins : none;
    const Origins& in_b = b ? b->origins : none;
    const bool gains = a && (!b || has_others(*b, *a));
    const bool loses = b && (!a || has_others(*a, *b));
    if (gains) section.add(Change::gained, "may now run on other processors (`cpu-set`)", in_a, in_b);
    if (loses) section.add(Change::lost, "may no longer run on some processors (`cpu-set`)", in_a, in_b);
    if (a && b && a->optional != b->optional)
        section.add(b->optional ? Change::gained : Change::lost,
                    b->optional ? "`cpu-set` may now be weaker on hosts that cannot hold it exactly"
                                : "`cpu-set` must now be held exactly",
                    in_a, in_b);
}

// ---- environment

// Whether the caller's variables of these names come in. Patterns have `*` only, so that a pattern matches
// the text of another one only if it matches all that the other one does.
const Environment::Kept* keeper_of(std::string_view name, const Environment& environment) {
    const auto found =
        std::ranges::find_if(environment.kept, [&](const auto& kept) { return matches(kept.pattern, name); });
    return found == environment.kept.end() || environment.set.contains(std::string(name)) ? nullptr : &*found;
}

// The patterns of one environment, and the names that a value of the policy covers in the other one.
Section::Members kept_beyond(const Environment& environment, const Environment& other) {
    Section::Members members;
    for (const auto& kept : environment.kept)
        if (keeper_of(kept.pattern, other) == nullptr && !environment.set.contains(kept.pattern))
            members.emplace(escaped(kept.pattern), kept.origins);
    for (const auto& [name, set] : other.set)
        if (const auto* kept = keeper_of(name, environment)) members.emplace(escaped(name), kept->origins);
    return members;
}

void compare_kept(const Environment& a, const Environment& b, Section& section) {
    section.members(kept_beyond(a, b), kept_beyond(b, a), "see the caller's variable");
}

// ---- process

void compare_identity(const Process& a, const Process& b, Section& section) {
    const auto who = [](const char* words, const std::string& name) {
        return words + (name.empty() ? std::string("whoever the launch decides") : '`' + escaped(name) + '`');
    };
    if (a.user.value != b.user.value)
        section.exchange(who("runs now as the user ", b.user.value), who("runs no longer as the user ", a.user.value),
                         a.user.origins, b.user.origins);
    if (a.group.value != b.group.value)
        section.exchange(who("runs now with the group ", b.group.value),
                         who("runs no longer with the group ", a.group.value), a.group.origins, b.group.origins);
}

// From the least to the greatest power.
unsigned rank(Terminal terminal) {
    return terminal == Terminal::none ? 0 : terminal == Terminal::private_pty ? 1 : 2;
}

void compare_terminal(const Process& a, const Process& b, Section& section) {
    constexpr std::string_view words[] = {"no terminal", "a terminal of its own", "the caller's terminal"};
    const unsigned before = rank(a.terminal.value);
    const unsigned now = rank(b.terminal.value);
    if (before == now) return;
    section.add(now > before ? Change::gained : Change::lost,
                "has now " + std::string(words[now]) + ", had " + std::string(words[before]), a.terminal.origins,
                b.terminal.origins);
}

}  // namespace

void compare_network(const Jail& a, const Jail& b, std::vector<Difference>& result) {
    const Network& before = a.network;
    const Network& now = b.network;
    Section section("network", result);
    section.right(before.host, now.host, host_words(before.host ? now : before), before.host_origins, now.host_origins);
    compare_sockets(before, now, section);
    // The host's network holds all of these.
    if (before.host || now.host) return;
    section.right(before.resolve, now.resolve, "look up names of hosts", before.resolve_origins, now.resolve_origins);
    compare_ports(before.connect, now.connect, "connect to any host at the TCP ports", section);
    compare_ports(before.listen, now.listen, "listen on the TCP ports", section);
}

void compare_capabilities(const Jail& a, const Jail& b, std::vector<Difference>& result) {
    Section::Members in_a;
    Section::Members in_b;
    for (const auto& [number, origins] : a.capabilities.origins) in_a.emplace(capability_name(number), origins);
    for (const auto& [number, origins] : b.capabilities.origins) in_b.emplace(capability_name(number), origins);
    Section("capabilities", result).members(in_a, in_b, "use the capability");
}

void compare_limits(const Jail& a, const Jail& b, std::vector<Difference>& result) {
    Section section("limits", result);
    for (const LimitRow& row : limit_table) compare_limit(row, a.limit(row.id), b.limit(row.id), section);
    compare_processors(a.cpu_set, b.cpu_set, section);
}

void compare_environment(const Jail& a, const Jail& b, std::vector<Difference>& result) {
    Section section("environment", result);
    compare_kept(a.environment, b.environment, section);
    const auto& before = a.environment.set;
    for (const auto& [name, set] : b.environment.set) {
        const auto old = before.find(name);
        if (old == before.end())
            section.add(Change::other, "has now a value of the policy:", {}, set.origins, {escaped(name)});
        else if (old->second.value != set.value)
            section.add(Change::other, "has another value:", old->second.origins, set.origins, {escaped(name)});
    }
    for (const auto& [name, set] : before)
        if (!b.environment.set.contains(name))
            section.add(Change::other, "has no longer a value of the policy:", set.origins, {}, {escaped(name)});
}

void compare_process(const Jail& a, const Jail& b, std::vector<Difference>& result) {
    const Process& before = a.process;
    const Process& now = b.process;
    Section files("files", result);
    files.right(a.may_set_setuid, b.may_set_setuid, "set setuid and setgid bits", {}, {});
    Section::Members devices_a;
    Section::Members devices_b;
    for (const auto& device : a.devices) devices_a.emplace("/dev/" + escaped(device.value), device.origins);
    for (const auto& device : b.devices) devices_b.emplace("/dev/" + escaped(device.value), device.origins);
    files.members(devices_a, devices_b, "use the device");

    Section section("process", result);
    compare_identity(before, now, section);
    compare_terminal(before, now, section);
    const auto right = [&](const Origins& in_a, const Origins& in_b, const std::string& words) {
        section.right(!in_a.empty(), !in_b.empty(), words, in_a, in_b);
    };
    right(before.share_pid, now.share_pid, "see the processes of the host");
    right(before.share_ipc, now.share_ipc, "use the IPC objects of the host");
    right(before.share_uts, now.share_uts, "see and, with a capability, change the host's name");
    right(before.share_cgroup, now.share_cgroup, "see the cgroups of the host");
    right(before.nested, now.nested, "make namespaces of its own");
    right(before.debug, now.debug, "trace what it starts");
    if (before.hostname.value != now.hostname.value)
        section.add(Change::other,
                    "its host is now called `" + escaped(now.hostname.value) + "`, was `" +
                        escaped(before.hostname.value) + '`',
                    before.hostname.origins, now.hostname.origins);
    if (before.directory.value != now.directory.value)
        section.add(Change::other, "starts in another folder", before.directory.origins, now.directory.origins,
                    {now.directory.value.empty() ? "the caller's" : escaped(now.directory.value)});
}

}  // namespace ward::compiler
