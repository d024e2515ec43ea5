// The `files` sections: statements to rules. What several statements say of one path is put together
// in file_rules.cpp.
#include "compiler/file_layers.hpp"
#include "compiler/file_match.hpp"
#include "compiler/file_rules.hpp"
#include "compiler/lower.hpp"
#include "compiler/network.hpp"
#include "compiler/paths.hpp"
#include "compiler/values.hpp"

namespace ward::compiler {
namespace {

using policy::Word;
using Kind = FileRule::Kind;

// The statements of all policies become items, one for each path.
class Collector {
public:
    explicit Collector(Lowering& lowering) : lowering_(lowering) {}

    void grant(const policy::GrantStatement& statement, Place place);
    void hide(const policy::HideStatement& statement, Place place);
    void protect(const policy::ProtectStatement& statement, Place place);
    void private_folder(const policy::PrivateStatement& statement, Place place);
    void overlay(const policy::OverlayStatement& statement, Place place);
    void root(const policy::RootStatement& statement, Place place);
    void directory(const policy::DirectoryStatement& statement, Place place);
    void link(const policy::LinkStatement& statement, Place place);
    void text_file(const policy::TextFileStatement& statement, Place place);

    void append(std::vector<FileItem> items);
    // When all statements are here: one of them may say in words what another arrives at by a variable.
    void judge_home();

    [[nodiscard]] std::vector<FileItem> take() { return std::move(items_); }
    [[nodiscard]] Stated<std::string> take_root() const {
        return nearest(roots_, "root", lowering_.diagnostics).value_or(Stated<std::string>{});
    }

private:
    // One word to one item, or to one for each path if it is $arguments.
    template <typename Change>
    void add(FileRule::Kind kind, const Word& word, Place place, PathUse use, const Change& change);
    void push(FileRule rule, const Word& word, Place place);
    bool check_not_root(const FileRule& rule, const Word& word);
    policy::Diagnostic& report_root(const Word& word, std::string message);
    std::optional<std::string> layer_of(const policy::OverlayStatement& statement, Place place);
    void check_home(const FileRule& rule, const Word& path, const policy::OptionalWord& from);
    bool holds_home(const FileRule& rule) const;
    void refuse_home(const FileRule& rule, const Word& word);
    void leave_home_out(const FileRule& rule, const Word& word, const Word& path);

    Lowering& lowering_;
    std::vector<FileItem> items_;
    std::vector<Candidate<std::string>> roots_;

    // A grant that makes the home folder writable without saying it.
    struct HomeGrant {
        FileRule rule;
        const Word* word;  // that says which folder of the host
        const Word* path;
    };
    std::vector<HomeGrant> home_grants_;
    bool home_in_words_ = false;
};

bool is_arguments(const Word& word) {
    return word.text == "$arguments";
}

bool says_home(const Word& word) {
    return word.text == "$home" || word.text == "${home}" || word.text == "~" || word.text == "~/";
}

template <typename Change>
void Collector::add(FileRule::Kind kind, const Word& word, Place place, PathUse use, const Change& change) {
    const auto add_one = [&](LoweredPath path, bool argument) {
        FileRule rule;
        rule.kind = kind;
        rule.path = std::move(path.text);
        rule.is_glob = path.is_glob;
        rule.optional = use.optional;
        rule.argument = argument && kind == Kind::grant;
        change(rule);
        push(std::move(rule), word, place);
    };
    if (use.globs && is_arguments(word)) {
        for (const std::string& argument : lowering_.facts.arguments) add_one({argument, false}, true);
    } else if (auto path = lower_path(lowering_, word, place.scope, use)) {
        add_one(*std::move(path), false);
    }
}

void Collector::push(FileRule rule, const Word& word, Place place) {
    if (!check_not_root(rule, word)) return;
    rule.origins = {word.span};
    items_.push_back({std::move(rule), place.distance, &word});
}

// The new root is made by the launcher: reading the host's whole root and protecting everything are
// the only rules about it that mean something.
bool Collector::check_not_root(const FileRule& rule, const Word& word) {
    if (rule.path != "/" || rule.kind == Kind::grant || rule.kind == Kind::protect) return true;
    report_root(word, "`" + std::string(statement_word(rule)) + "` cannot be about `/`")
        .help("name a folder below `/`");
    return false;
}

policy::Diagnostic& Collector::report_root(const Word& word, std::string message) {
    return lowering_.diagnostics.add(policy::slug::bad_root_path, word.span, std::move(message))
        .note("the root folder is the jail's own and holds nothing that a policy does not put there");
}

void Collector::grant(const policy::GrantStatement& statement, Place place) {
    std::string from;
    if (statement.from) {
        const auto lowered = lower_path(lowering_, *statement.from, place.scope, {statement.optional, false});
        if (!lowered) return;
        from = lowered->text;
    }
    // Where the host's path is stated, the path inside is one place.
    const PathUse use{statement.optional, !statement.from};
    for (const Word& word : statement.paths) {
        add(Kind::grant, word, place, use, [&](FileRule& rule) {
            rule.access = bit_of(statement.access) | read_bit;
            if (from != rule.path) rule.from = from;
            check_home(rule, word, statement.from);
        });
    }
}

void Collector::hide(const policy::HideStatement& statement, Place place) {
    for (const Word& word : statement.paths) {
        add(Kind::hide, word, place, {statement.optional, true}, [](FileRule&) {});
    }
}

void Collector::protect(const policy::ProtectStatement& statement, Place place) {
    for (const Word& word : statement.paths) {
        add(Kind::protect, word, place, {statement.optional, true}, [](FileRule&) {});
    }
}

void Collector::private_folder(const policy::PrivateStatement& statement, Place place) {
    constexpr std::uint64_t least_size = 4096;  // one page: tmpfs(5) rounds up to pages
    constexpr unsigned greatest_mode = 01777;   // no setuid or setgid bit
    std::uint64_t size = 0;
    unsigned mode = 0;
    if (statement.size) {
        const auto text = place.scope.text(*statement.size);
        if (!text) return;
        const auto value = parse_value(Unit::size, *text);
        if (!value || *value < least_size) {
            lowering_.diagnostics
                .add(policy::slug::bad_value, statement.size->span, "`" + *text + "` is no size for a folder")
                .help("write " + std::string(unit_form(Unit::size)));
            return;
        }
        size = *value;
    }
    if (statement.mode) {
        const auto text = place.scope.text(*statement.mode);
        if (!text) return;
        const auto value = parse_mode(*text);
        if (!value || *value == 0 || *value > greatest_mode || (*value & 06000) != 0) {
            lowering_.diagnostics
                .add(policy::slug::bad_value, statement.mode->span, "`" + *text + "` is no mode for a folder")
                .help("write three or four octal digits, for example `700` or `1777`");
            return;
        }
        mode = *value;
    }
    for (const Word& word : statement.paths) {
        add(Kind::private_folder, word, place, {}, [&](FileRule& rule) {
            rule.size = size;
            rule.mode = mode;
        });
    }
}

// Two overlays in one folder would read each other's changes as their own.
std::optional<std::string> Collector::layer_of(const policy::OverlayStatement& statement, Place place) {
    if (!statement.into) return std::string();
    if (statement.paths.size() > 1) {
        lowering_.diagnostics
            .add(policy::slug::shared_layer, statement.paths[1].span,
                 "two overlays cannot keep what is written in one folder")
            .also(statement.into->span, "the folder of both")
            .note("what is written to one path would appear at the other one too")
            .help("write one `overlay ... into` for each path, with a folder of its own");
        return std::nullopt;
    }
    auto layer = lower_path(lowering_, *statement.into, place.scope, {});
    if (!layer) return std::nullopt;
    if (layer->text != "/") return std::move(layer->text);
    report_root(*statement.into, "an overlay cannot keep what is written in `/`").help("name a folder below `/`");
    return std::nullopt;
}

void Collector::overlay(const policy::OverlayStatement& statement, Place place) {
    const auto layer = layer_of(statement, place);
    if (!layer) return;
    for (const Word& word : statement.paths) {
        add(Kind::overlay, word, place, {}, [&](FileRule& rule) {
            rule.access = read_bit | write_bit;
            rule.into = *layer;
        });
    }
}

void Collector::root(const policy::RootStatement& statement, Place place) {
    auto path = lower_path(lowering_, statement.path, place.scope, {});
    if (!path) return;
    if (path->text == "/") {
        report_root(statement.path, "the machine's own root folder cannot be the jail's")
            .help("remove the line, and grant the folders that the program needs");
        return;
    }
    roots_.push_back({std::move(path->text), statement.span, place.distance});
}

void Collector::directory(const policy::DirectoryStatement& statement, Place place) {
    for (const Word& word : statement.paths) add(Kind::directory, word, place, {}, [](FileRule&) {});
}

void Collector::append(std::vector<FileItem> items) {
    for (FileItem& item : items) items_.push_back(std::move(item));
}

void Collector::link(const policy::LinkStatement& statement, Place place) {
    auto target = place.scope.text(statement.target);
    if (!target) return;
    add(Kind::link, statement.path, place, {}, [&](FileRule& rule) { rule.text = *std::move(target); });
}

void Collector::text_file(const policy::TextFileStatement& statement, Place place) {
    auto text = place.scope.text(statement.text);
    if (!text) return;
    add(Kind::text_file, statement.path, place, {}, [&](FileRule& rule) { rule.text = *std::move(text); });
}

// True if the rule's path on the host is the home folder or one that holds it.
bool Collector::holds_home(const FileRule& rule) const {
    const std::string_view folder = rule.from.empty() ? rule.path : rule.from;
    const std::string_view home = lowering_.facts.home;
    return folder == "/" || (!home.empty() && matched_length(folder, rule.is_glob, home) != 0);
}

// Whoever may write the home folder may replace shell start-up files and keys, and so run anything
// outside of the jail later. A policy must say that in words, never arrive at it by a variable.
void Collector::check_home(const FileRule& rule, const Word& path, const policy::OptionalWord& from) {
    const Word& word = from ? *from : path;
    const bool writes = (rule.access & write_bit) != 0;
    if (!writes || !holds_home(rule)) return;
    if (host_path(rule) == lowering_.facts.home && host_path(rule) != "/" && says_home(word))
        home_in_words_ = true;
    else
        home_grants_.push_back({rule, &word, &path});
}

void Collector::judge_home() {
    for (const HomeGrant& each : home_grants_) {
        if (home_in_words_ && host_path(each.rule) == lowering_.facts.home) continue;
        if (each.rule.optional)
            leave_home_out(each.rule, *each.word, *each.path);
        else
            refuse_home(each.rule, *each.word);
    }
}

void Collector::leave_home_out(const FileRule& rule, const Word& word, const Word& path) {
    std::erase_if(items_, [&](const FileItem& item) { return item.word == &path && item.rule.path == rule.path; });
    const bool is_home = host_path(rule) == lowering_.facts.home;
    lowering_.diagnostics
        .add(policy::slug::home_left_out, word.span,
             "`write? " + word.text + "` is left out: `" + std::string(host_path(rule)) +
                 (is_home ? "` is the home folder" : "` holds the home folder"))
        .note("a program that may write the home folder may also replace start-up files that run outside of the jail")
        .help(is_home ? "change to a folder below it, or add `--allow 'write ~'`"
                      : "change to a folder of the program's");
}

void Collector::refuse_home(const FileRule& rule, const Word& word) {
    const std::string& home = lowering_.facts.home;
    const std::string folder(host_path(rule));
    const bool is_home = folder == home && home != "/";
    policy::Diagnostic& error =
        lowering_.diagnostics.add(policy::slug::home_writable, word.span,
                                  folder == "/" ? "`write` would make the whole machine writable"
                                                : "`write` would make the whole home folder `" + home + "` writable");
    if (word.text != folder) error.label("this is `" + folder + "`");
    error.note("a program that may write the home folder may also replace start-up files that run outside of the jail");
    if (word.text == "$cwd") {
        error.help(is_home ? "change to a folder below `" + folder + "`, or add `--allow 'write ~'` to say it in words"
                           : "start the program in a folder of its own, below `" + folder + "`");
    } else if (is_home && !is_arguments(word)) {
        error.help("write `$home` in place of `" + word.text + "` to say it in words");
    } else {
        error.help("name the folder below `" + folder + "` that the program has to write");
    }
}

}  // namespace

void lower_files(Lowering& lowering, Jail& jail) {
    Collector collector(lowering);
    const auto to = [&](auto method) {
        return [&collector, method](const auto& statement, Place place) { (collector.*method)(statement, place); };
    };
    each<policy::GrantStatement>(lowering, to(&Collector::grant));
    each<policy::HideStatement>(lowering, to(&Collector::hide));
    each<policy::ProtectStatement>(lowering, to(&Collector::protect));
    each<policy::PrivateStatement>(lowering, to(&Collector::private_folder));
    each<policy::OverlayStatement>(lowering, to(&Collector::overlay));
    each<policy::RootStatement>(lowering, to(&Collector::root));
    each<policy::DirectoryStatement>(lowering, to(&Collector::directory));
    each<policy::LinkStatement>(lowering, to(&Collector::link));
    each<policy::TextFileStatement>(lowering, to(&Collector::text_file));
    collector.append(lower_unix_paths(lowering, jail));
    collector.judge_home();
    jail.root = collector.take_root();
    jail.files = merge_file_rules(collector.take(), lowering.diagnostics);
    check_layers(jail.files, lowering.diagnostics);
}

void lower_setuid(Lowering& lowering, Jail& jail) {
    each<policy::SetuidStatement>(lowering, [&](const policy::SetuidStatement&, Place) { jail.may_set_setuid = true; });
}

}  // namespace ward::compiler
