// Who the program is, where it starts, and what it shares with the programs around it.
#include <array>

#include "compiler/lower.hpp"
#include "compiler/paths.hpp"
#include "compiler/values.hpp"

namespace ward::compiler {
namespace {

using policy::ProcessStatement;
using policy::Word;

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

using Texts = std::vector<Candidate<std::string>>;

// The stated values, not yet chosen among.
struct Candidates {
    Texts hostname, user, group, directory;
    std::vector<Candidate<Terminal>> terminal;
};

// One statement and what taking it needs.
struct Taking {
    const ProcessStatement& statement;
    Place place;
    Lowering& lowering;
    Candidates& candidates;
    Process& process;

    [[nodiscard]] const Word& word() const { return statement.values.front(); }
    [[nodiscard]] policy::Diagnostics& diagnostics() const { return lowering.diagnostics; }
};

policy::Diagnostic& report_bad(const Taking& taking, const Word& word, std::string_view value, std::string_view thing) {
    return taking.diagnostics().add(policy::slug::bad_value, word.span,
                                    "`" + std::string(value) + "` is no " + std::string(thing));
}

void take_terminal(const Taking& taking) {
    const auto value = taking.place.scope.text(taking.word());
    if (!value) return;
    if (const TerminalRow* row = find_terminal(*value)) {
        taking.candidates.terminal.push_back({row->terminal, taking.statement.span, taking.place.distance});
        return;
    }
    std::array<std::string_view, terminals.size()> names{};
    std::transform(terminals.begin(), terminals.end(), names.begin(), [](const auto& row) { return row.name; });
    suggest(report_bad(taking, taking.word(), *value, "choice for `terminal`"), "choice", *value, names);
}

// A value that is a text of some form.
void take_text(const Taking& taking, Texts& texts, bool (*is_valid)(std::string_view), std::string_view thing,
               std::string help) {
    auto value = taking.place.scope.text(taking.word());
    if (!value) return;
    if (!is_valid(*value)) {
        report_bad(taking, taking.word(), *value, thing).help(std::move(help));
        return;
    }
    texts.push_back({*std::move(value), taking.statement.span, taking.place.distance});
}

void take_hostname(const Taking& taking) {
    take_text(taking, taking.candidates.hostname, is_hostname, "host name",
              "write letters, digits, `-` and `.`, at most 64, for example `web`");
}

void take_user(const Taking& taking) {
    take_text(taking, taking.candidates.user, is_user, "user",
              "write a name or number of passwd(5), for example `www-data`");
}

void take_group(const Taking& taking) {
    take_text(taking, taking.candidates.group, is_user, "group",
              "write a name or number of group(5), for example `www-data`");
}

void take_directory(const Taking& taking) {
    auto path = lower_path(taking.lowering, taking.word(), taking.place.scope, {});
    if (!path) return;
    taking.candidates.directory.push_back({std::move(path->text), taking.statement.span, taking.place.distance});
}

// Permissions: they add up, each statement is an origin.
void add_origin(const Taking& taking, Origins& origins, policy::Span span, const std::string& what) {
    if (!origins.empty() && origins.back().file == span.file) {
        warn_duplicate(taking.diagnostics(), what, origins.back(), span);
    }
    origins.push_back(span);
}

void take_share(const Taking& taking) {
    constexpr std::array<std::string_view, 4> names{"cgroup", "ipc", "pid", "uts"};
    const std::array<Origins*, 4> shared{&taking.process.share_cgroup, &taking.process.share_ipc,
                                         &taking.process.share_pid, &taking.process.share_uts};
    for (const Word& word : taking.statement.values) {
        const auto name = taking.place.scope.text(word);
        if (!name) continue;
        const auto* found = std::find(names.begin(), names.end(), *name);
        if (found == names.end()) {
            suggest(report_bad(taking, word, *name, "namespace that can be shared"), "namespace", *name, names);
        } else {
            add_origin(taking, *shared[static_cast<std::size_t>(found - names.begin())], word.span, "share " + *name);
        }
    }
}

// `nested allow`: the only value. What is not said is not allowed.
void take_permission(const Taking& taking, Origins& origins) {
    const std::string& name = taking.statement.name.text;
    const auto value = taking.place.scope.text(taking.word());
    if (!value) return;
    if (*value == "allow") return add_origin(taking, origins, taking.statement.span, name);
    report_bad(taking, taking.word(), *value, "choice for `" + name + "`")
        .help("write `" + name + " allow`, or remove the line: it is not allowed by default");
}

void take_nested(const Taking& taking) {
    take_permission(taking, taking.process.nested);
}

void take_debug(const Taking& taking) {
    take_permission(taking, taking.process.debug);
}

struct SettingRow {
    std::string_view name;
    bool takes_list;
    void (*take)(const Taking&);
};
constexpr std::array settings{
    SettingRow{"debug", false, take_debug},       SettingRow{"directory", false, take_directory},
    SettingRow{"group", false, take_group},       SettingRow{"hostname", false, take_hostname},
    SettingRow{"nested", false, take_nested},     SettingRow{"share", true, take_share},
    SettingRow{"terminal", false, take_terminal}, SettingRow{"user", false, take_user},
};

void report_unknown(const Taking& taking) {
    std::array<std::string_view, settings.size()> names{};
    std::transform(settings.begin(), settings.end(), names.begin(), [](const auto& row) { return row.name; });
    const Word& name = taking.statement.name;
    suggest(taking.diagnostics().add(policy::slug::unknown_setting, name.span,
                                     "there is no `" + name.text + "` in `process`"),
            "setting", name.text, names);
}

void take(const Taking& taking) {
    const ProcessStatement& statement = taking.statement;
    const auto* row = std::find_if(settings.begin(), settings.end(),
                                   [&](const SettingRow& setting) { return setting.name == statement.name.text; });
    if (row == settings.end()) return report_unknown(taking);
    if (!row->takes_list && statement.values.size() > 1) {
        taking.diagnostics()
            .add(policy::slug::too_many_values, statement.values[1].span,
                 "`" + statement.name.text + "` has one value, and this is another one")
            .also(taking.word().span, "the first one")
            .help("remove one of the two");
        return;
    }
    row->take(taking);
}

}  // namespace

void lower_process(Lowering& lowering, Jail& jail) {
    Candidates candidates;
    Process& process = jail.process;
    each<ProcessStatement>(lowering, [&](const ProcessStatement& statement, Place place) {
        take({statement, place, lowering, candidates, process});
    });
    const auto choose = [&](const Texts& texts, std::string_view what, std::string_view otherwise) {
        return nearest(texts, what, lowering.diagnostics).value_or(Stated<std::string>{std::string(otherwise), {}});
    };
    process.hostname = choose(candidates.hostname, "hostname", "ward");
    process.user = choose(candidates.user, "user", "");
    process.group = choose(candidates.group, "group", "");
    process.directory = choose(candidates.directory, "directory", "");
    process.terminal = nearest(candidates.terminal, "terminal", lowering.diagnostics).value_or(Stated<Terminal>{});
}

}  // namespace ward::compiler
