#include "sandbox/file_advice.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

#include "compiler/file_match.hpp"
#include "compiler/file_rules.hpp"
#include "compiler/paths.hpp"

namespace ward::sandbox {
namespace {

using compiler::FileRule;
using Kind = FileRule::Kind;

using policy::quoted;

class FileAdviser {
public:
    FileAdviser(const AdviceRequest& request, Walker& walker, policy::Diagnostics& diagnostics)
        : request_(request), walker_(walker), diagnostics_(diagnostics) {
        for (const FileRule& rule : request.jail.files) {
            if (!rule.is_glob && !rule.argument) by_path_.emplace(rule.path, &rule);
        }
    }

    void warn_redundant() {
        for (const FileRule& rule : request_.jail.files) {
            if (!is_plain_grant(rule) || !is_own(rule)) continue;
            const FileRule* around = rule_around(rule.path);
            if (around == nullptr || !is_plain_grant(*around) || !is_own(*around)) continue;
            const bool may_be_missing = around->optional && !rule.optional;
            if (around->access != rule.access || may_be_missing || !is_same_place(*around, rule)) continue;
            report_redundant(rule, *around);
        }
    }

    void warn_policies() {
        for (policy::FileId file = 0; file < request_.sources.size(); ++file) {
            const std::string path = path_of(request_.sources[file].name());
            if (path.empty()) continue;
            const FileRule* rule = writer_of(path);
            if (rule != nullptr) report_policy(*rule, path);
        }
    }

private:
    static bool is_plain_grant(const FileRule& rule) {
        return rule.kind == Kind::grant && !rule.is_glob && !rule.argument && rule.from.empty();
    }

    [[nodiscard]] bool is_own(const FileRule& rule) const {
        return rule.origins.front().file == request_.jail.origin.file;
    }

    // The nearest rule strictly above. Patterns are left out: what they match is not always there.
    [[nodiscard]] const FileRule* rule_around(const std::string& path) const {
        for (std::string at = path; at != "/";) {
            at = parent_of(at);
            if (const auto found = by_path_.find(at); found != by_path_.end()) return found->second;
        }
        return nullptr;
    }

    // No link leads out of the folder, and something is there.
    bool is_same_place(const FileRule& around, const FileRule& rule) {
        const Walk folder = walker_.walk(around.path);
        const Walk inner = walker_.walk(rule.path);
        return folder.inode && inner.inode && inner.path == rebased(rule.path, around.path, folder.path);
    }

    // Empty for a text that is no file of the host.
    std::string path_of(std::string_view name) {
        if (name.empty() || name.starts_with('<')) return {};
        const std::string whole = name.starts_with('/') ? std::string(name) : request_.cwd + "/" + std::string(name);
        const Walk walk = walker_.walk(whole);
        return walk.inode ? walk.path : std::string();
    }

    // The grant through which the program can change a file, if it is the policy's own and names no folder
    // that is another one at each start.
    const FileRule* writer_of(const std::string& path) {
        const FileRule* best = nullptr;
        std::size_t longest = 0;
        for (const FileRule& rule : request_.jail.files) {
            const bool decides = rule.kind == Kind::grant || compiler::is_prohibition(rule);
            if (!decides || rule.argument) continue;
            const std::string place =
                rule.is_glob ? rule.path : walker_.walk(std::string(compiler::host_path(rule))).path;
            const std::size_t length = compiler::matched_length(place, rule.is_glob, path);
            if (length == 0) continue;
            if (rule.kind == Kind::protect) return nullptr;
            if (length < longest || (length == longest && rule.kind == Kind::grant)) continue;
            longest = length;
            best = &rule;
        }
        if (best == nullptr || !compiler::writes_to_host(*best) || !is_own(*best)) return nullptr;
        const std::string_view words = request_.sources.text(best->origins.front());
        const bool is_chosen =
            words.find("$cwd") != std::string_view::npos || words.find("$repository") != std::string_view::npos;
        return is_chosen ? nullptr : best;
    }

    void report_redundant(const FileRule& rule, const FileRule& around) {
        const std::string words = std::string(statement_word(rule)) + " ";
        diagnostics_
            .add(policy::slug::redundant_grant, rule.origins.front(),
                 quoted(words + rule.path) + " adds nothing to " + quoted(words + around.path))
            .also(around.origins.front(), "grants it with all below")
            .help("remove " + quoted(rule.path));
    }

    void report_policy(const FileRule& rule, const std::string& path) {
        diagnostics_
            .add(policy::slug::policy_in_reach, rule.origins.front(),
                 "the program can change a policy that it runs under: " + quoted(path))
            .note("what it writes there decides what the next jail allows")
            .help("write `protect " + path + "`");
    }

    const AdviceRequest& request_;
    Walker& walker_;
    policy::Diagnostics& diagnostics_;
    std::map<std::string_view, const FileRule*> by_path_;
};

}  // namespace

void advise_on_files(const AdviceRequest& request, Walker& walker, policy::Diagnostics& diagnostics) {
    FileAdviser adviser(request, walker, diagnostics);
    adviser.warn_redundant();
    adviser.warn_policies();
}

}  // namespace ward::sandbox
