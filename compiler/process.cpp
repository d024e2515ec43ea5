// Who the program is: host name, user, terminal.
#include <array>

#include "compiler/lower.hpp"
#include "compiler/values.hpp"

namespace ward::compiler {
namespace {

using policy::ProcessStatement;

constexpr std::array<std::string_view, 3> setting_names{"hostname", "terminal", "user"};

struct TerminalRow {
    std::string_view name;
    Terminal terminal;
};
constexpr std::array terminals{TerminalRow{"private", Terminal::private_pty}, TerminalRow{"inherit", Terminal::inherit},
                               TerminalRow{"none", Terminal::none}};

bool is_lower_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

// hostname(7): letters, digits, `-` and `.`, at most HOST_NAME_MAX (64) bytes.
bool is_hostname(std::string_view name) {
    const auto allowed = [](char c) { return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '-' || c == '.'; };
    const auto edge = [&](char c) { return allowed(c) && c != '-' && c != '.'; };
    return !name.empty() && name.size() <= 64 && edge(name.front()) && edge(name.back()) &&
           std::all_of(name.begin(), name.end(), allowed) && name.find("..") == std::string_view::npos;
}

// A name as useradd(8) makes them, or a number below the two that mean "no id".
bool is_user(std::string_view user) {
    const auto number = parse_value(Unit::count, user);
    if (number) return *number < 0xfffffffe;
    const auto allowed = [](char c) { return is_lower_or_digit(c) || c == '_' || c == '-' || c == '.'; };
    return !user.empty() && user.size() <= 32 && user.front() != '-' && std::all_of(user.begin(), user.end(), allowed);
}

const TerminalRow* find_terminal(std::string_view name) {
    const auto* found =
        std::find_if(terminals.begin(), terminals.end(), [&](const auto& row) { return row.name == name; });
    return found == terminals.end() ? nullptr : found;
}

// The stated values, not yet chosen among.
struct Candidates {
    std::vector<Candidate<std::string>> hostname;
    std::vector<Candidate<std::string>> user;
    std::vector<Candidate<Terminal>> terminal;
};

void report_bad(const ProcessStatement& statement, std::string_view value, std::string_view thing, std::string help,
                policy::Diagnostics& diagnostics) {
    diagnostics
        .add(policy::slug::bad_value, statement.values.front().span, "`" + std::string(value) + "` is no " + std::string(thing))
        .help(std::move(help));
}

void take_terminal(const ProcessStatement& statement, const std::string& value, Place place, Candidates& candidates,
                   policy::Diagnostics& diagnostics) {
    if (const TerminalRow* row = find_terminal(value)) {
        candidates.terminal.push_back({row->terminal, statement.span, place.distance});
        return;
    }
    std::array<std::string_view, terminals.size()> names{};
    std::transform(terminals.begin(), terminals.end(), names.begin(), [](const auto& row) { return row.name; });
    suggest(
        diagnostics.add(policy::slug::bad_value, statement.values.front().span, "`" + value + "` is no choice for `terminal`"),
        "choice", value, names);
}

void take(const ProcessStatement& statement, Place place, Candidates& candidates, policy::Diagnostics& diagnostics) {
    const std::string_view name = statement.name.text;
    if (std::find(setting_names.begin(), setting_names.end(), name) == setting_names.end()) {
        suggest(diagnostics.add(policy::slug::unknown_setting, statement.name.span,
                                "there is no `" + statement.name.text + "` in `process`"),
                "setting", name, setting_names);
        return;
    }
    const auto value = place.scope.text(statement.values.front());
    if (!value) return;
    if (name == "terminal") {
        take_terminal(statement, *value, place, candidates, diagnostics);
    } else if (name == "hostname" && !is_hostname(*value)) {
        report_bad(statement, *value, "host name", "write letters, digits, `-` and `.`, at most 64, for example `web`",
                   diagnostics);
    } else if (name == "user" && !is_user(*value)) {
        report_bad(statement, *value, "user", "write a name or number of passwd(5), for example `www-data`",
                   diagnostics);
    } else {
        auto& list = name == "user" ? candidates.user : candidates.hostname;
        list.push_back({*value, statement.span, place.distance});
    }
}

}  // namespace

void lower_process(Lowering& lowering, Jail& jail) {
    Candidates candidates;
    each<ProcessStatement>(lowering, [&](const ProcessStatement& statement, Place place) {
        take(statement, place, candidates, lowering.diagnostics);
    });
    Process& process = jail.process;
    process.hostname =
        nearest(candidates.hostname, "hostname", lowering.diagnostics).value_or(Stated<std::string>{"ward", {}});
    process.user = nearest(candidates.user, "user", lowering.diagnostics).value_or(Stated<std::string>{});
    process.terminal = nearest(candidates.terminal, "terminal", lowering.diagnostics).value_or(Stated<Terminal>{});
}

}  // namespace ward::compiler
