#include "compiler/show.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "compiler/capabilities.hpp"
#include "compiler/cpu_set.hpp"
#include "compiler/file_match.hpp"
#include "compiler/file_rules.hpp"
#include "compiler/limits.hpp"
#include "compiler/network_ports.hpp"
#include "compiler/show_calls.hpp"
#include "compiler/show_rows.hpp"
#include "policy/policy.hpp"
#include "policy/render.hpp"

namespace ward::compiler {
namespace {

using policy::escaped;
using Kind = FileRule::Kind;

// ---- files

// The word of a rule as a policy has it: `read?`.
std::string words_of(const FileRule& rule) {
    const bool executes = (rule.access & execute_bit) != 0;
    const bool both = executes && (rule.access & write_bit) != 0;
    return std::string(statement_word(rule)) + (both ? ", execute" : "") + (rule.optional ? "?" : "");
}

// What a reader wants to know first: what can be changed, what can be run, what can be seen, what is
// there beside it, and last what is taken away.
int rank(const FileRule& rule) {
    if (rule.kind == Kind::overlay) return 4;
    if (rule.kind != Kind::grant) return 5 + static_cast<int>(rule.kind);
    if ((rule.access & write_bit) != 0) return (rule.access & execute_bit) != 0 ? 0 : 1;
    return (rule.access & execute_bit) != 0 ? 2 : 3;
}

std::string octal(unsigned mode) {
    std::string digits;
    for (; mode != 0 || digits.size() < 3; mode /= 8) digits.insert(digits.begin(), static_cast<char>('0' + mode % 8));
    return digits;
}

std::string first_line(std::string_view text) {
    constexpr std::size_t most = 40;
    const std::string_view line = text.substr(0, std::min(text.find('\n'), most));
    return '"' + escaped(line) + (line.size() < text.size() ? "...\"" : "\"");
}

std::string details_of(const FileRule& rule) {
    std::string details;
    if (!rule.from.empty()) details += "  from " + escaped(rule.from);
    if (rule.kind == Kind::link) details += " -> " + escaped(rule.text);
    if (rule.kind == Kind::text_file) details += "  " + first_line(rule.text);
    if (rule.kind == Kind::overlay)
        details += rule.into.empty() ? "  thrown away at the end" : "  into " + escaped(rule.into);
    if (rule.size != 0) details += "  size " + format_value(Unit::size, rule.size);
    if (rule.mode != 0) details += "  mode " + octal(rule.mode);
    if (rule.argument) details += "  (named on the command line)";
    return details;
}

void add_prohibitions(const Jail& jail, const policy::Sources& sources, Rows& rows) {
    std::map<std::string, Listing> lists;
    for (const FileRule& rule : jail.files) {
        if (!is_prohibition(rule)) continue;
        lists[words_of(rule)].add(escaped(rule.path), place_of(rule.origins, sources));
    }
    for (const auto& [words, list] : lists) list.append_to(rows, words);
}

Rows file_rows(const Jail& jail, const policy::Sources& sources) {
    std::vector<const FileRule*> rules;
    for (const FileRule& rule : jail.files) {
        if (!is_prohibition(rule)) rules.push_back(&rule);
    }
    std::stable_sort(rules.begin(), rules.end(), [](const auto* a, const auto* b) { return rank(*a) < rank(*b); });
    Rows rows;
    if (!jail.root.value.empty()) {
        rows.push_back({"root", escaped(jail.root.value) + "  read-only", place_of(jail.root.origins, sources)});
    }
    for (const FileRule* rule : rules) {
        rows.push_back({words_of(*rule), escaped(rule->path) + details_of(*rule), place_of(rule->origins, sources)});
    }
    Listing devices;
    for (const auto& device : jail.devices) devices.add(escaped(device.value), place_of(device.origins, sources));
    devices.append_to(rows, "device");
    if (jail.may_set_setuid) rows.push_back({"setuid", "the program may set setuid and setgid bits", {}});
    if (rows.empty()) rows.push_back({"nothing", {}, {}});
    add_prohibitions(jail, sources, rows);
    return rows;
}

// ---- the other sections

void add_ports(std::string_view word, const std::vector<PortRange>& ports, const policy::Sources& sources, Rows& rows) {
    Listing list;
    for (const PortRange& range : ports)
        list.add("tcp " + ports_in_words(range.first, range.last), place_of(range.origins, sources));
    list.append_to(rows, word);
}

void add_unix(const Network& network, const policy::Sources& sources, Rows& rows) {
    if (!network.unix_sockets) return;
    if (network.unix_paths.empty()) {
        rows.push_back({"unix", "Unix-domain sockets", place_of(network.unix_origins, sources)});
    }
    for (const auto& path : network.unix_paths) {
        rows.push_back({"unix", escaped(path.value), place_of(path.origins, sources)});
    }
}

Rows network_rows(const Jail& jail, const policy::Sources& sources) {
    const Network& network = jail.network;
    Rows rows;
    if (network.host) {
        rows.push_back({"host", "the network of the host", place_of(network.host_origins, sources)});
    } else if (!network.shares_host()) {
        rows.push_back({"none", "a network of its own, with loopback only", {}});
    }
    add_ports("connect", network.connect, sources, rows);
    add_ports("listen", network.listen, sources, rows);
    if (network.resolve) {
        rows.push_back({"resolve", network.host ? "names of hosts" : "names of hosts, by TCP port 53",
                        place_of(network.resolve_origins, sources)});
    }
    add_unix(network, sources, rows);
    return rows;
}

Rows capability_rows(const Jail& jail, const policy::Sources& sources) {
    Rows rows;
    for (const auto& [number, origins] : jail.capabilities.origins) {
        rows.push_back({"keep", std::string(capability_name(number)), place_of(origins, sources)});
    }
    if (rows.empty()) rows.push_back({"none", {}, {}});
    return rows;
}

Rows limit_rows(const Jail& jail, const policy::Sources& sources) {
    Rows rows;
    for (const LimitRow& row : limit_table) {
        const auto& limit = jail.limit(row.id);
        if (!limit) continue;
        rows.push_back({std::string(row.name) + (limit->optional ? "?" : ""), format_value(row.unit, limit->value),
                        place_of(limit->origins, sources)});
    }
    if (const auto& set = jail.cpu_set) {
        rows.push_back({std::string(cpu_set_name) + (set->optional ? "?" : ""), format_cpu_set(*set),
                        place_of(set->origins, sources)});
    }
    if (rows.empty()) rows.push_back({"none", {}, {}});
    return rows;
}

Rows environment_rows(const Jail& jail, const policy::Sources& sources) {
    Rows rows;
    Listing kept;
    for (const auto& keep : jail.environment.kept) kept.add(escaped(keep.pattern), place_of(keep.origins, sources));
    kept.append_to(rows, "keep");
    for (const auto& [name, set] : jail.environment.set) {
        rows.push_back({"set", name + "=" + first_line(set.value), place_of(set.origins, sources)});
    }
    if (rows.empty()) rows.push_back({"empty", {}, {}});
    return rows;
}

std::string terminal_words(Terminal terminal) {
    switch (terminal) {
        case Terminal::private_pty:
            return "private: one of its own, if the caller has one";
        case Terminal::inherit:
            return "inherit: the caller's";
        case Terminal::none:
            return "none";
    }
    return "none";
}

void add_text(std::string_view word, const Stated<std::string>& text, const policy::Sources& sources, Rows& rows) {
    if (!text.value.empty()) rows.push_back({std::string(word), escaped(text.value), place_of(text.origins, sources)});
}

void add_permission(std::string_view word, std::string_view text, const Origins& origins,
                    const policy::Sources& sources, Rows& rows) {
    if (!origins.empty()) rows.push_back({std::string(word), std::string(text), place_of(origins, sources)});
}

Rows process_rows(const Jail& jail, const policy::Sources& sources) {
    const Process& process = jail.process;
    const std::string user = process.user.value.empty() ? "decided at the start" : escaped(process.user.value);
    Rows rows{{"hostname", escaped(process.hostname.value), place_of(process.hostname.origins, sources)},
              {"user", user, place_of(process.user.origins, sources)}};
    add_text("group", process.group, sources, rows);
    add_text("directory", process.directory, sources, rows);
    rows.push_back({"terminal", terminal_words(process.terminal.value), place_of(process.terminal.origins, sources)});
    add_permission("share", "pid: sees and may signal the processes of the host", process.share_pid, sources, rows);
    add_permission("share", "ipc: System V and POSIX message queues of the host", process.share_ipc, sources, rows);
    add_permission("share", "uts: the host's name", process.share_uts, sources, rows);
    add_permission("share", "cgroup: sees the host's cgroups", process.share_cgroup, sources, rows);
    add_permission("nested", "may make namespaces of its own", process.nested, sources, rows);
    add_permission("debug", "may trace what it starts", process.debug, sources, rows);
    return rows;
}

}  // namespace

std::vector<Section> show_sections(const Jail& jail, const policy::Sources& sources) {
    return {{"files", file_rows(jail, sources)},     {"network", network_rows(jail, sources)},
            {"calls", call_rows(jail, sources)},     {"capabilities", capability_rows(jail, sources)},
            {"limits", limit_rows(jail, sources)},   {"environment", environment_rows(jail, sources)},
            {"process", process_rows(jail, sources)}};
}

std::string show(const Jail& jail, const policy::Sources& sources, bool colour) {
    const Row title{"policy", escaped(jail.name), place_of({jail.origin}, sources)};
    return print(title, show_sections(jail, sources), colour);
}

}  // namespace ward::compiler
