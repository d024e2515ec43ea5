// Advice about files: what is more, or less, than a grant says.
#include <algorithm>
#include <map>

#include "compiler/advice_checks.hpp"
#include "compiler/file_match.hpp"
#include "compiler/file_rules.hpp"
#include "compiler/limits.hpp"
#include "compiler/secrets.hpp"

namespace ward::compiler {
namespace {

using Kind = FileRule::Kind;

bool shows_host(const FileRule& rule) {
    return rule.kind == Kind::grant || rule.kind == Kind::overlay;
}

// With a `root`, a path without `from` is not the host's.
bool is_of_host(const FileRule& rule, const Jail& jail) {
    return jail.root.value.empty() || !rule.from.empty();
}

// ---- protected

// Those rules that protect a folder around others, found by path.
class Protections {
public:
    explicit Protections(const std::vector<FileRule>& rules) {
        for (const FileRule& rule : rules) {
            if (rule.kind != Kind::protect) continue;
            if (rule.is_glob) {
                patterns_.push_back(&rule);
            } else {
                paths_.emplace(rule.path, &rule);
            }
        }
    }

    [[nodiscard]] const FileRule* around(std::string_view path) const {
        for (std::string_view at = path; !at.empty(); at = at.substr(0, at.rfind('/'))) {
            if (const auto found = paths_.find(at); found != paths_.end()) return found->second;
        }
        for (const FileRule* rule : patterns_) {
            if (matched_length(rule->path, true, path) != 0) return rule;
        }
        return nullptr;
    }

private:
    std::map<std::string_view, const FileRule*> paths_;
    std::vector<const FileRule*> patterns_;
};

// ---- secrets

struct Reached {
    const Secret* first;
    std::string path;
    std::size_t count = 0;
};

// True for a pattern that cannot match, without the cost of matching.
bool is_elsewhere(const FileRule& rule, std::string_view path) {
    if (!rule.is_glob) return false;
    return !path.starts_with(std::string_view(rule.path).substr(0, rule.path.find_first_of("*?[\\")));
}

// A grant of a folder around the path, not of the path itself.
bool reaches(const FileRule& rule, std::string_view path) {
    if (is_elsewhere(rule, path)) return false;
    const std::size_t length = matched_length(host_path(rule), rule.is_glob, path);
    return length != 0 && length < path.size();
}

struct SecretPlace {
    const Secret* secret;
    std::string path;
};

std::vector<SecretPlace> secret_places(const std::string& home) {
    std::vector<SecretPlace> places;
    for (const Secret& secret : secrets) {
        const bool at_home = secret.path.starts_with('~');
        if (at_home && home.empty()) continue;
        places.push_back({&secret, at_home ? home + std::string(secret.path.substr(1)) : std::string(secret.path)});
    }
    return places;
}

// Every folder that holds one of them, sorted.
std::vector<std::string_view> folders_around(const std::vector<SecretPlace>& places) {
    std::vector<std::string_view> folders{"/"};
    for (const SecretPlace& place : places) {
        const std::string_view path = place.path;
        for (std::size_t end = path.rfind('/'); end != 0 && end != std::string_view::npos;
             end = path.rfind('/', end - 1)) {
            folders.push_back(path.substr(0, end));
        }
    }
    std::sort(folders.begin(), folders.end());
    folders.erase(std::unique(folders.begin(), folders.end()), folders.end());
    return folders;
}

// The grants of the policy itself that may reach a secret: patterns, and folders around one. Hardly any
// of the thousands that a policy may have.
std::vector<const FileRule*> own_grants(const Advice& advice, const std::vector<std::string_view>& folders) {
    std::vector<const FileRule*> grants;
    for (const FileRule& rule : advice.jail.files) {
        if (!shows_host(rule) || rule.argument) continue;
        if (!rule.is_glob && !std::binary_search(folders.begin(), folders.end(), host_path(rule))) continue;
        if (is_of_host(rule, advice.jail) && advice.own(rule.origins)) grants.push_back(&rule);
    }
    return grants;
}

bool uses_base_secrets(const policy::PolicySet& set) {
    return std::any_of(set.members.begin(), set.members.end(),
                       [](const auto& member) { return member.policy.name.text == "base.secrets"; });
}

void report_reached(const Advice& advice, const FileRule& rule, const Reached& reached) {
    std::string message = "`" + std::string(statement_word(rule)) + " " + std::string(host_path(rule)) + "` reaches `" +
                          reached.path + "`: " + std::string(reached.first->what);
    if (reached.count > 1) {
        message += ", and " + std::to_string(reached.count - 1) + " more place" + (reached.count > 2 ? "s" : "") +
                   " of secrets";
    }
    policy::Diagnostic& warning =
        advice.diagnostics().add(policy::slug::secret_in_reach, *advice.own(rule.origins), std::move(message));
    warning.note("whoever takes over the program has what it can read");
    if (uses_base_secrets(advice.lowering.set)) {
        warning.help("write `hide? " + std::string(reached.first->path) + "`");
    } else {
        warning.help(
            "write `use base.secrets`, which hides them; what the program needs can be granted by its own path");
    }
}

}  // namespace

void warn_protected(const Advice& advice) {
    const Protections protections(advice.jail.files);
    for (const FileRule& rule : advice.jail.files) {
        const auto span = advice.own(rule.origins);
        if (!span || rule.is_glob || rule.argument || !writes_to_host(rule)) continue;
        const FileRule* protect = protections.around(host_path(rule));
        if (protect == nullptr) continue;
        advice.diagnostics()
            .add(policy::slug::protected_grant, *span,
                 "`" + rule.path + "` stays read-only: `" + protect->path + "` is protected")
            .also(protect->origins.front(), "protected here")
            .note("a protected path is never writable, whatever grants it")
            .help("write `read` in place of `write`");
    }
}

void warn_secrets(const Advice& advice) {
    if (advice.jail.files.empty()) return;
    const std::vector<SecretPlace> places = secret_places(advice.lowering.facts.home);
    const std::vector<const FileRule*> grants = own_grants(advice, folders_around(places));
    std::map<const FileRule*, Reached> reached;
    for (const auto& [secret, path] : places) {
        const auto reaches_it = [&path = path](const FileRule* rule) { return reaches(*rule, path); };
        if (std::none_of(grants.begin(), grants.end(), reaches_it)) continue;
        const FileRule* rule = deciding_rule(advice.jail.files, path);
        if (rule == nullptr || rule->kind == Kind::hide || !reaches(*rule, path)) continue;
        if (std::find(grants.begin(), grants.end(), rule) == grants.end()) continue;
        Reached& known = reached.try_emplace(rule, Reached{secret, path}).first->second;
        ++known.count;
    }
    for (const FileRule* rule : grants) {
        if (const auto found = reached.find(rule); found != reached.end()) report_reached(advice, *rule, found->second);
    }
}

void warn_private_size(const Advice& advice) {
    const auto& memory = advice.jail.limit(LimitName::memory);
    if (!memory) return;
    for (const FileRule& rule : advice.jail.files) {
        const auto span = advice.own(rule.origins);
        if (!span || rule.kind != Kind::private_folder || rule.size <= memory->value) continue;
        const std::string limit = format_value(Unit::size, memory->value);
        advice.diagnostics()
            .add(policy::slug::private_exceeds_memory, *span,
                 "`" + rule.path + "` may hold " + format_value(Unit::size, rule.size) + ", but the jail has only " +
                     limit + " of memory")
            .also(memory->origins.front(), "the memory of the jail")
            .note("files of a private folder are in memory: before it is full, the program is ended (tmpfs(5))")
            .help("write `size " + limit + "` or less");
    }
}

}  // namespace ward::compiler
