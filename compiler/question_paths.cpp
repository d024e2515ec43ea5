#include "compiler/question_paths.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "compiler/file_match.hpp"
#include "compiler/path_pattern.hpp"
#include "compiler/paths.hpp"
#include "policy/policy.hpp"

namespace ward::compiler {
namespace {

using Kind = PathDecision::Kind;
using Rule = FileRule::Kind;

constexpr unsigned most_links = 40;  // path_resolution(7)

// What every /dev has besides its devices: links into /proc (mount_plan.cpp).
constexpr std::array<std::string_view, 4> device_links{"/dev/fd", "/dev/stdin", "/dev/stdout", "/dev/stderr"};

bool is_above(std::string_view folder, std::string_view path) {
    return folder != path && is_at_or_below(path, folder);
}

bool is_at(const FileRule& rule, const std::string& path) {
    return rule.is_glob ? matches_path(rule.path, path) : rule.path == path;
}

// Whether files of the host are behind what decides.
bool shows_host(const PathDecision& decision) {
    return decision.kind == Kind::tree ||
           (decision.kind == Kind::made && decision.rules.front()->kind == Rule::overlay);
}

// Whether something of a rule may be below a folder.
bool reaches_below(const FileRule& rule, const std::string& folder) {
    if (!rule.is_glob) return is_above(folder, rule.path);
    for (std::size_t end = rule.path.find('/', 1); end != std::string::npos; end = rule.path.find('/', end + 1))
        if (matches_path(std::string_view(rule.path).substr(0, end), folder)) return true;
    return folder == "/";
}

}  // namespace

PathModel::PathModel(const Jail& jail) : jail_(&jail), root_{} {
    for (const FileRule& rule : jail.files)
        if (rule.kind == Rule::grant && !rule.from.empty()) elsewhere_.push_back(&rule);
    root_.kind = Rule::grant;
    root_.path = "/";
    root_.from = jail.root.value;
    root_.access = read_bit | execute_bit;
    root_.origins = jail.root.origins;
    if (!jail.root.value.empty()) elsewhere_.push_back(&root_);
}

PathDecision PathModel::decide(std::string path) const {
    const FileRule* last = nullptr;
    for (unsigned links = 0; links <= most_links; ++links) {
        const FileRule* link = link_at_or_above(path);
        if (link == nullptr) {
            PathDecision decision = decide_at(path);
            decision.link = last;
            return decision;
        }
        last = link;
        const std::string target = link->text.starts_with('/') ? link->text : parent_of(link->path) + "/" + link->text;
        const auto followed = normalised(target + path.substr(link->path.size()));
        if (!followed) break;  // through `..`: where that leads, nobody can say here
        path = *followed;
    }
    PathDecision lost;
    lost.path = path;
    lost.link = last;
    return lost;
}

const FileRule* PathModel::link_at_or_above(const std::string& path) const {
    for (const FileRule& rule : jail_->files)
        if (rule.kind == Rule::link && is_at_or_below(path, rule.path)) return &rule;
    return nullptr;
}

// Without guards and arguments: the most specific place that something is at.
PathDecision PathModel::base_of(const std::string& path) const {
    PathDecision base;
    base.path = path;
    for (std::string at = path;; at = parent_of(at)) {
        base.at = at;
        for (const FileRule& rule : jail_->files) {
            if (rule.argument || rule.kind == Rule::link || is_prohibition(rule) || !is_at(rule, at)) continue;
            base.kind = rule.kind == Rule::grant ? Kind::tree : Kind::made;
            base.rules.push_back(&rule);
            base.access |= rule.kind == Rule::overlay ? read_bit | write_bit : rule.access | read_bit;
        }
        if (at == "/" || !base.rules.empty()) break;
    }
    if (base.rules.empty() && !jail_->root.value.empty()) {
        base.kind = Kind::tree;
        base.rules = {&root_};
        base.access = root_.access;
    }
    return base;
}

// The nearest `hide` that is at least as specific as what shows the path; more specific than what the jail
// makes: of the two at one path, the compiler has kept the one that counts.
const FileRule* PathModel::hide_within(const PathDecision& base, std::string& hidden_at) const {
    for (std::string at = base.path;; at = parent_of(at)) {
        if (base.kind == Kind::made && at == base.at) return nullptr;
        if (const FileRule* hide = guard_at(Rule::hide, at)) {
            hidden_at = at;
            return hide;
        }
        if (at == base.at) return nullptr;
    }
}

// What the command line adds below what decides otherwise.
std::vector<const FileRule*> PathModel::arguments_within(const PathDecision& base, const std::string& path) const {
    std::vector<const FileRule*> arguments;
    const bool is_made = base.kind == Kind::made;
    if (is_made && base.rules.front()->kind != Rule::private_folder) return arguments;
    for (const FileRule& rule : jail_->files) {
        const bool is_within = is_at_or_below(path, rule.path) && is_at_or_below(rule.path, base.at);
        if (rule.argument && is_within && !(is_made && rule.path == base.at)) arguments.push_back(&rule);
    }
    return arguments;
}

PathDecision PathModel::decide_at(const std::string& path) const {
    PathDecision decision = base_of(path);
    std::string hidden_at;
    const FileRule* hide = hide_within(decision, hidden_at);
    const bool is_own = is_at_or_below(path, "/proc") || (is_at_or_below(path, "/dev") && decision.at == "/");
    if (hide != nullptr) return below_hide(path, *hide, hidden_at);
    if (const auto arguments = arguments_within(decision, path); !arguments.empty() && !is_own) {
        if (decision.kind != Kind::tree) decision = {.kind = Kind::tree, .path = path, .at = arguments.front()->path};
        for (const FileRule* argument : arguments) {
            decision.rules.push_back(argument);
            decision.access |= argument->access | read_bit;
        }
    }
    if (decision.kind == Kind::nothing || is_own) return of_the_jail(path);
    if (decision.kind == Kind::made) decision.leads_to = below_folder_between(decision);
    decision.protection = protection_of(decision);
    if (decision.protection != nullptr) decision.access &= ~write_bit;
    return decision;
}

// The launcher makes the folders between what is made and what lies in it.
std::string PathModel::below_folder_between(const PathDecision& made) const {
    for (const std::string& folder : {made.path, parent_of(made.path)}) {
        if (!is_above(made.at, folder)) continue;
        if (std::string path = below(folder, true); !path.empty()) return path;
    }
    return {};
}

// A `hide` of what nothing shows needs no mount, and then leaves no trace.
PathDecision PathModel::below_hide(const std::string& path, const FileRule& hide, const std::string& at) const {
    PathDecision above = decide_at(parent_of(at));
    if (above.kind == Kind::hidden || (above.kind == Kind::made && !shows_host(above))) {
        above.path = path;
        return above;
    }
    if (!shows_host(above) && above.kind != Kind::proc) {
        PathDecision decision = of_the_jail(path);
        decision.unneeded_hide = &hide;
        decision.at = at;
        return decision;
    }
    PathDecision decision;
    decision.kind = Kind::hidden;
    decision.path = path;
    decision.at = at;
    decision.rules = {&hide};
    decision.leads_to = below(at, false);
    return decision;
}

// What no rule decides about.
PathDecision PathModel::of_the_jail(const std::string& path) const {
    PathDecision decision;
    decision.path = decision.at = path;
    const auto is_device = [&](const auto& device) { return path == "/dev/" + device.value; };
    const auto device = std::find_if(jail_->devices.begin(), jail_->devices.end(), is_device);
    const bool is_link = std::find(device_links.begin(), device_links.end(), path) != device_links.end();
    if (is_at_or_below(path, "/proc")) {
        decision.kind = Kind::proc;
    } else if (device != jail_->devices.end() || is_link || path == "/dev") {
        decision.kind = Kind::dev;
    } else {
        decision.leads_to = below(path, true);
        if (!decision.leads_to.empty() || path == "/") decision.kind = Kind::folder;
    }
    return decision;
}

// Every path of the jail under which a file of the host is there.
std::vector<std::string> PathModel::names_of(const std::string& source) const {
    std::vector<std::string> names;
    const bool is_covered = std::any_of(elsewhere_.begin(), elsewhere_.end(),
                                        [&](const FileRule* grant) { return is_at_or_below(source, grant->path); });
    if (!is_covered) names.push_back(source);
    for (const FileRule* grant : elsewhere_)
        if (is_at_or_below(source, grant->from)) names.push_back(moved(source, grant->from, grant->path));
    return names;
}

// A guard holds for a file by every name that the jail has for it.
bool PathModel::guards(const FileRule& rule, const std::string& at) const {
    if (is_at(rule, at)) return true;
    if (elsewhere_.empty()) return false;
    std::vector<std::string> sources{at};
    for (const FileRule* grant : elsewhere_)
        if (is_at_or_below(at, grant->path)) sources.push_back(moved(at, grant->path, grant->from));
    return std::any_of(sources.begin(), sources.end(), [&](const std::string& source) {
        const auto names = names_of(source);
        return std::any_of(names.begin(), names.end(), [&](const std::string& name) { return is_at(rule, name); });
    });
}

const FileRule* PathModel::guard_at(FileRule::Kind kind, const std::string& at) const {
    const auto found = std::find_if(jail_->files.begin(), jail_->files.end(),
                                    [&](const FileRule& rule) { return rule.kind == kind && guards(rule, at); });
    return found == jail_->files.end() ? nullptr : &*found;
}

// What an overlay takes in is no file of the host: only what lies deeper protects there.
const FileRule* PathModel::protection_of(const PathDecision& decision) const {
    const bool is_overlay = decision.kind == Kind::made;
    for (std::string at = decision.path;; at = parent_of(at)) {
        if (is_overlay && at == decision.at) return nullptr;
        if (const FileRule* rule = guard_at(Rule::protect, at)) return rule;
        if (at == "/") return nullptr;
    }
}

std::string PathModel::below(const std::string& path, bool with_arguments) const {
    for (const FileRule& rule : jail_->files) {
        if (is_prohibition(rule) || (rule.argument && !with_arguments)) continue;
        if (reaches_below(rule, path)) return rule.path;
    }
    for (const auto& device : jail_->devices)
        if (is_above(path, "/dev/" + device.value)) return "/dev/" + device.value;
    return {};
}

}  // namespace ward::compiler
