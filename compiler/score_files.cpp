// The files in a score.
#include <algorithm>
#include <cmath>
#include <utility>

#include "compiler/file_match.hpp"
#include "compiler/paths.hpp"
#include "compiler/question.hpp"
#include "compiler/score_parts.hpp"
#include "compiler/secrets.hpp"

namespace ward::compiler {
namespace {

using policy::Access;
using Places = std::vector<std::string>;

// 1 for `/`, less for each folder further down. A folder never counts less than what is in it.
double breadth(std::string_view path) {
    const auto depth = path == "/" ? 0 : std::count(path.begin(), path.end(), '/');
    return 1.0 / (1.0 + 0.5 * static_cast<double>(depth));
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

std::string at_home(std::string_view place, const Facts& facts) {
    return place.front() == '~' ? facts.home + std::string(place.substr(1)) : std::string(place);
}

// What the rules give; of an overlay the right to write only if something keeps it.
AccessBits granted(const PathDecision& decision, const HostPath& host) {
    if (host.shown.empty()) return 0;
    const AccessBits access = decision.access | read_bit;
    return host.changed.empty() ? access & ~write_bit : access;
}

// Whether the program has calls for it: the same at every path.
bool has_calls(const Jail& jail, const std::string& path, Access access) {
    return answer(jail, {.words = {}, .about = FileQuestion{access, path, path, false}}).verdict !=
           Answer::Verdict::denied;
}

// Of the rules that give the access.
Origins origins_of(const PathDecision& decision, AccessBits access) {
    Origins origins;
    for (const FileRule* rule : decision.rules)
        if (access == read_bit || (rule->access & access) != 0)
            origins.insert(origins.end(), rule->origins.begin(), rule->origins.end());
    return origins;
}

}  // namespace

std::vector<std::string> secret_places(const Facts& facts) {
    Places places;
    for (const Secret& secret : secrets) places.push_back(at_home(secret.path, facts));
    return places;
}

std::vector<std::string> starting_places(const Facts& facts) {
    Places places;
    for (const std::string_view place : places_that_run_later) places.push_back(at_home(place, facts));
    return places;
}

ScoredFiles::ScoredFiles(const Jail& jail, const Facts& facts)
    : model_(jail), secrets_(secret_places(facts)), starters_(starting_places(facts)) {
    Places places = secrets_;
    places.insert(places.end(), starters_.begin(), starters_.end());
    constexpr Access accesses[] = {Access::read, Access::write, Access::execute};
    AccessBits asked = 0;
    AccessBits refused = 0;
    for (const std::string& path : sample_paths(jail, jail, places)) {
        Reached reached{model_.decide(path), {}, 0};
        reached.host = behind(reached.decision);
        reached.access = granted(reached.decision, reached.host);
        for (const Access access : accesses) {
            if ((reached.access & bit_of(access)) == 0 || (asked & bit_of(access)) != 0) continue;
            asked |= bit_of(access);
            if (!has_calls(jail, path, access)) refused |= bit_of(access);
        }
        reached.access &= ~refused;
        if (reached.access != 0) reached_.push_back(std::move(reached));
    }
}

const std::string& ScoredFiles::on_host(const Reached& reached, AccessBits access) {
    return access == write_bit ? reached.host.changed : reached.host.shown;
}

Finding ScoredFiles::found(const Reached& reached, AccessBits access) {
    const FileRule& rule = *reached.decision.rules.front();
    return {0, rule.is_glob ? rule.path : on_host(reached, access), origins_of(reached.decision, access)};
}

Finding ScoredFiles::widest(AccessBits access) const {
    const Reached* widest = nullptr;
    double share = 0;
    for (const Reached& reached : reached_) {
        const double its_share = breadth(on_host(reached, access));
        if ((reached.access & access) == 0 || its_share <= share) continue;
        share = its_share;
        widest = &reached;
    }
    if (widest == nullptr) return {};
    Finding finding = found(*widest, access);
    finding.share = share;
    return finding;
}

Finding ScoredFiles::at_places(const Places& places, AccessBits access) const {
    std::size_t count = 0;
    Finding finding;
    for (const std::string& place : places) {
        const auto part = std::ranges::find_if(reached_, [&](const Reached& reached) {
            return (reached.access & access) != 0 && is_at_or_below(on_host(reached, access), place);
        });
        if (part == reached_.end()) continue;
        if (count++ == 0) finding = found(*part, access);
    }
    finding.share = std::sqrt(static_cast<double>(count) / static_cast<double>(places.size()));
    return finding;
}

Finding ScoredFiles::readable_secrets() const {
    return at_places(secrets_, read_bit);
}

Finding ScoredFiles::writable_starters() const {
    return at_places(starters_, write_bit);
}

Finding ScoredFiles::written_programs() const {
    constexpr AccessBits both = write_bit | execute_bit;
    const auto written = std::ranges::find_if(reached_, [](const Reached& reached) {
        return reached.decision.kind == PathDecision::Kind::tree && (reached.access & both) == both;
    });
    if (written == reached_.end()) return {};
    Finding finding = found(*written, both);
    finding.share = 1;
    return finding;
}

std::span<const std::string_view> places_that_run() {
    return places_that_run_later;
}

}  // namespace ward::compiler
