// The files in a score.
#include <algorithm>
#include <cmath>
#include <vector>

#include "compiler/file_match.hpp"
#include "compiler/question.hpp"
#include "compiler/score_parts.hpp"
#include "compiler/secrets.hpp"

namespace ward::compiler {
namespace {

using policy::Access;

// 1 for `/`, less for each folder further down. A folder never counts less than what is in it.
double breadth(std::string_view path) {
    const auto depth = path == "/" ? 0 : std::count(path.begin(), path.end(), '/');
    return 1.0 / (1.0 + 0.5 * static_cast<double>(depth));
}

// The folder that a pattern lies in: all that it can match is below.
std::string_view fixed_part(const FileRule& rule, std::string_view path) {
    if (!rule.is_glob) return path;
    path = path.substr(0, path.find_first_of("*?["));
    path = path.substr(0, path.rfind('/'));
    return path.empty() ? "/" : path;
}

constexpr std::string_view places_that_run_later[] = {"~/.bashrc",
                                                      "~/.profile",
                                                      "~/.bash_profile",
                                                      "~/.zshrc",
                                                      "~/.xsession",
                                                      "~/.config/autostart/x.desktop",
                                                      "~/.config/systemd/user/x.service",
                                                      "~/.local/bin/x",
                                                      "~/bin/x",
                                                      "~/.ssh/authorized_keys",
                                                      "~/.vimrc",
                                                      "~/.gitconfig",
                                                      "/etc/cron.d/x",
                                                      "/etc/profile.d/x.sh",
                                                      "/etc/systemd/system/x.service",
                                                      "/etc/passwd",
                                                      "/etc/ld.so.preload",
                                                      "/usr/local/bin/x",
                                                      "/usr/bin/x",
                                                      "/usr/lib/x",
                                                      "/var/spool/cron/crontabs/x"};

// A path that a pattern matches.
std::string example_of(const FileRule& rule) {
    std::string path;
    for (std::size_t i = 0; i < rule.path.size(); ++i) {
        const char c = rule.path[i];
        if (rule.is_glob && c == '[') {
            path += rule.path[i + 1];
            i = rule.path.find(']', i + 2);
        } else {
            path += rule.is_glob && (c == '*' || c == '?') ? 'x' : c;
        }
    }
    return path;
}

Answer ask(const Jail& jail, const std::string& path, Access access) {
    return answer(jail, {.words = {}, .about = FileQuestion{access, path, path, false}});
}

bool may(const Jail& jail, const std::string& path, Access access) {
    return ask(jail, path, access).verdict != Answer::Verdict::denied;
}

// Some of these accesses to what the rule names: another rule may hide it again.
bool may_any(const Jail& jail, const FileRule& rule, AccessBits accesses) {
    const std::string path = example_of(rule);
    return std::ranges::any_of(std::vector{Access::read, Access::write, Access::execute}, [&](Access access) {
        return (accesses & bit(access)) != 0 && (rule.access & bit(access)) != 0 && may(jail, path, access);
    });
}

// A rule for a part of a folder that cannot be reached as a whole: `read ~/.ssh/id_rsa`. A pattern counts
// whatever else hides some of what it matches.
const FileRule* grant_below(const Jail& jail, const std::string& folder, Access access) {
    const auto reaches = [&](const FileRule& rule) {
        const std::string_view host = rule.from.empty() ? std::string_view(rule.path) : rule.from;
        const bool grants = rule.kind == FileRule::Kind::grant && (rule.access & bit(access)) != 0;
        return grants && (std::string(fixed_part(rule, host)) + '/').starts_with(folder + '/') &&
               (rule.is_glob || may(jail, rule.path, access));
    };
    const auto found = std::ranges::find_if(jail.files, reaches);
    return found == jail.files.end() ? nullptr : &*found;
}

// A folder of the jail's own is in place of what the host has there: a home folder below /tmp.
bool is_private(const Jail& jail, const std::string& path) {
    const FileRule* nearest = nullptr;
    std::size_t longest = 0;
    for (const FileRule& rule : jail.files) {
        const std::size_t length = is_prohibition(rule) ? 0 : matched_length(rule.path, rule.is_glob, path);
        if (length <= longest) continue;
        longest = length;
        nearest = &rule;
    }
    return nearest != nullptr && nearest->kind == FileRule::Kind::private_folder;
}

Finding reachable(const Jail& jail, const std::vector<std::string>& places, Access access) {
    std::size_t count = 0;
    Finding finding;
    for (const std::string& path : places) {
        Answer whole = ask(jail, path, access);
        const bool is_whole = whole.verdict != Answer::Verdict::denied && !is_private(jail, path);
        const FileRule* part = is_whole ? nullptr : grant_below(jail, path, access);
        if (!is_whole && part == nullptr) continue;
        if (count++ == 0)
            finding = is_whole ? Finding{0, path, std::move(whole.origins)} : Finding{0, part->path, part->origins};
    }
    finding.share = std::sqrt(static_cast<double>(count) / static_cast<double>(places.size()));
    return finding;
}

std::string at_home(std::string_view place, const Facts& facts) {
    return place.front() == '~' ? facts.home + std::string(place.substr(1)) : std::string(place);
}

}  // namespace

Finding widest(const Jail& jail, AccessBits access) {
    Finding widest;
    const auto take = [&](std::string_view path, const Origins& origins) {
        if (breadth(path) > widest.share) widest = {breadth(path), std::string(path), origins};
    };
    for (const FileRule& rule : jail.files) {
        const std::string_view host = rule.from.empty() ? std::string_view(rule.path) : rule.from;
        if (rule.kind == FileRule::Kind::grant && may_any(jail, rule, access))
            take(fixed_part(rule, host), rule.origins);
        if (rule.kind != FileRule::Kind::overlay) continue;
        if ((access & bit(Access::read)) != 0) take(rule.path, rule.origins);
        if (access == bit(Access::write) && !rule.into.empty()) take(rule.into, rule.origins);
    }
    if ((access & bit(Access::read)) != 0 && !jail.root.value.empty()) take(jail.root.value, jail.root.origins);
    return widest;
}

Finding readable_secrets(const Jail& jail, const Facts& facts) {
    std::vector<std::string> places;
    for (const Secret& secret : secrets) places.push_back(at_home(secret.path, facts));
    return reachable(jail, places, Access::read);
}

Finding writable_starters(const Jail& jail, const Facts& facts) {
    std::vector<std::string> places;
    for (const std::string_view place : places_that_run_later) places.push_back(at_home(place, facts));
    return reachable(jail, places, Access::write);
}

Finding written_programs(const Jail& jail) {
    for (const FileRule& rule : jail.files) {
        const std::string path = example_of(rule);
        if (rule.kind == FileRule::Kind::grant && may(jail, path, Access::write) && may(jail, path, Access::execute))
            return {1, rule.path, rule.origins};
    }
    return {};
}

std::span<const std::string_view> places_that_run() {
    return places_that_run_later;
}

}  // namespace ward::compiler
