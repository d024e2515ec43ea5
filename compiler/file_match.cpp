#include "compiler/file_match.hpp"

#include "compiler/path_pattern.hpp"
#include "compiler/paths.hpp"
#include "policy/policy.hpp"

namespace ward::compiler {
namespace {

std::size_t matched_pattern(std::string_view pattern, std::string_view path) {
    for (std::size_t end = path.size(); end > 0; end = path.rfind('/', end - 1)) {
        if (matches_path(pattern, path.substr(0, end))) return end;
    }
    return 0;
}

}  // namespace

std::size_t matched_length(std::string_view rule_path, bool is_glob, std::string_view path) {
    if (is_glob) return matched_pattern(rule_path, path);
    return is_at_or_below(path, rule_path) ? rule_path.size() : 0;
}

std::string_view host_path(const FileRule& rule) {
    return rule.from.empty() ? rule.path : rule.from;
}

bool writes_to_host(const FileRule& rule) {
    return rule.kind == FileRule::Kind::grant && (rule.access & write_bit) != 0;
}

const FileRule* deciding_rule(const std::vector<FileRule>& rules, std::string_view path) {
    const FileRule* best = nullptr;
    std::size_t longest = 0;
    for (const FileRule& rule : rules) {
        const bool shows = rule.kind == FileRule::Kind::grant || rule.kind == FileRule::Kind::overlay;
        if (!shows && rule.kind != FileRule::Kind::hide) continue;
        const std::size_t length = matched_length(host_path(rule), rule.is_glob, path);
        if (length == 0 || length < longest || (length == longest && rule.kind != FileRule::Kind::hide)) continue;
        longest = length;
        best = &rule;
    }
    return best;
}

}  // namespace ward::compiler
