#include "compiler/show.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "compiler/capabilities.hpp"
#include "compiler/file_rules.hpp"
#include "compiler/limits.hpp"
#include "compiler/show_calls.hpp"
#include "compiler/show_rows.hpp"
#include "policy/policy.hpp"
#include "policy/render.hpp"

namespace ward::compiler {
namespace {

using policy::escaped;
using Kind = FileRule::Kind;

// ---- files

constexpr AccessBits write_bit = static_cast<AccessBits>(policy::Access::write);
constexpr AccessBits execute_bit = static_cast<AccessBits>(policy::Access::execute);

// The word of a rule as a policy has it: `read?`.
std::string words_of(const FileRule& rule) {
    const bool both = (rule.access & write_bit) != 0 && (rule.access & execute_bit) != 0;
    return (both ? "write, execute" : std::string(statement_word(rule))) + (rule.optional ? "?" : "");
}

// What a reader wants to know first: what can be changed, what can be run, what can be seen, what is
// there beside it, and last what is taken away.
int rank(const FileRule& rule) {
    if (rule.kind != Kind::grant) return 4 + static_cast<int>(rule.kind);
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
    if (rule.size != 0) details += "  size " + format_value(Unit::size, rule.size);
    if (rule.mode != 0) details += "  mode " + octal(rule.mode);
    if (rule.argument) details += "  (named on the command line)";
    return details;
}

void add_prohibitions(const Jail& jail, const policy::Sources& sources, Rows& rows) {
    std::map<std::string, Listing> lists;
    for (const FileRule& rule : jail.files) {
        if (rule.kind != Kind::hide && rule.kind != Kind::protect) continue;
        lists[words_of(rule)].add(escaped(rule.path), place_of(rule.origins, sources));
    }
    for (const auto& [words, list] : lists) list.append_to(rows, words);
}

Rows file_rows(const Jail& jail, const policy::Sources& sources) {
    std::vector<const FileRule*> rules;
    for (const FileRule& rule : jail.files) {
        if (rule.kind != Kind::hide && rule.kind != Kind::protect) rules.push_back(&rule);
    }
    std::stable_sort(rules.begin(), rules.end(), [](const auto* a, const auto* b) { return rank(*a) < rank(*b); });
    Rows rows;
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

Rows network_rows(const Jail& jail, const policy::Sources& sources) {
    const std::string place = place_of(jail.network.origins, sources);
    Rows rows;
    if (jail.network.host) {
        rows.push_back({"host", "the network of the host", place});
    } else {
        rows.push_back({"none", "a network of its own, with loopback only", {}});
    }
    if (jail.network.unix_sockets)
        rows.push_back({"unix", "Unix-domain sockets", jail.network.host ? std::string() : place});
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

Rows process_rows(const Jail& jail, const policy::Sources& sources) {
    const Process& process = jail.process;
    const std::string user = process.user.value.empty() ? "decided at the start" : escaped(process.user.value);
    return {{"hostname", escaped(process.hostname.value), place_of(process.hostname.origins, sources)},
            {"user", user, place_of(process.user.origins, sources)},
            {"terminal", terminal_words(process.terminal.value), place_of(process.terminal.origins, sources)}};
}

}  // namespace

std::string show(const Jail& jail, const policy::Sources& sources, bool colour) {
    const std::vector<Section> sections{
        {"files", file_rows(jail, sources)},     {"network", network_rows(jail, sources)},
        {"calls", call_rows(jail, sources)},     {"capabilities", capability_rows(jail, sources)},
        {"limits", limit_rows(jail, sources)},   {"environment", environment_rows(jail, sources)},
        {"process", process_rows(jail, sources)}};
    const Row title{"policy", escaped(jail.name), place_of({jail.origin}, sources)};
    return print(title, sections, colour);
}

}  // namespace ward::compiler
