#include "sandbox/rule_table.hpp"

#include <utility>

#include "policy/policy.hpp"
#include "sandbox/file_view.hpp"

namespace ward::sandbox {
namespace {

using compiler::FileRule;
using Kind = FileRule::Kind;

// `write` and `execute` imply it.
using compiler::read_bit;

}  // namespace

RuleTable::RuleTable(const RulePlaces& places, policy::Diagnostics& diagnostics)
    : has_root_(places.has_root), diagnostics_(&diagnostics) {
    for (const RulePlace& place : places.present)
        if (place.rule->kind == Kind::grant && !place.rule->argument && !place.implied) add_grant(place);
    for (const RulePlace& place : places.present)
        if (place.rule->kind == Kind::grant && place.implied) add_grant(place);
    for (const RulePlace& place : places.present)
        if (place.rule->kind != Kind::grant && !place.rule->is_guard()) add_made(place);
    for (const RulePlace& place : places.present)
        if (place.rule->is_guard()) add_guard(place);
    // Last, since what they may add depends on all others.
    for (const RulePlace& place : places.present)
        if (place.rule->kind == Kind::grant && place.rule->argument) add_argument(place);
}

const FileRule* RuleTable::protection(const std::string& path) const {
    for (std::string at = path;; at = parent_of(at)) {
        const auto found = nodes_.find(at);
        if (found != nodes_.end() && found->second.protect != nullptr) return found->second.protect;
        if (at == "/") return nullptr;
    }
}

RuleTable::Decision RuleTable::decide(const std::string& path) const {
    for (std::string at = path;; at = parent_of(at)) {
        const auto found = nodes_.find(at);
        if (found != nodes_.end()) {
            const RuleNode& node = found->second;
            if (node.made != nullptr || node.hide != nullptr || node.grant != nullptr) return {&node, at};
        }
        if (at == "/") return {};
    }
}

void RuleTable::add_grant(const RulePlace& place) {
    RuleNode& node = nodes_[place.path];
    if (place.implied && node.grant != nullptr) return;
    if (node.grant != nullptr && node.grant->source != place.source) return report_conflict(*node.grant, place);
    if (node.grant == nullptr) node.grant = &place;
    node.access |= place.rule->access | read_bit;
}

void RuleTable::add_made(const RulePlace& place) {
    RuleNode& node = nodes_[place.path];
    // What is made holds what somebody said; what else is implied gives way.
    if (place.implied || (node.grant != nullptr && node.grant->implied)) node.grant = nullptr;
    if (node.grant != nullptr) return report_conflict(*node.grant, place);
    if (node.made != nullptr) return report_conflict(*node.made, place);
    node.made = &place;
}

void RuleTable::add_guard(const RulePlace& place) {
    // What is granted `from` elsewhere is guarded there too: a secret must not be readable by another name.
    std::vector<std::string> paths{place.path};
    if (!has_root_) paths.push_back(place.source);
    for (const auto& [path, node] : nodes_)
        if (node.grant != nullptr && node.grant->source != path && is_within(place.source, node.grant->source))
            paths.push_back(rebased(place.source, node.grant->source, path));
    for (const std::string& path : paths) add_guard_at(path, place);
}

void RuleTable::add_guard_at(const std::string& path, const RulePlace& place) {
    RuleNode& node = nodes_[path];
    (place.rule->kind == Kind::hide ? node.hide : node.protect) = place.rule;
    node.guarded = place.source;
    node.guarded_inode = place.inode;
}

// An argument only adds: it neither uncovers what is hidden nor narrows what is granted around it.
void RuleTable::add_argument(const RulePlace& place) {
    const Decision decision = decide(place.path);
    compiler::AccessBits access = place.rule->access | read_bit;
    if (decision.node != nullptr) {
        const RuleNode& node = *decision.node;
        const bool is_made = node.made != nullptr;
        if (!is_made && node.hide != nullptr) {
            notes_.push_back('`' + place.rule->path + "` was named on the command line but stays hidden: `" +
                             words_of(*node.hide) + '`');
            return;
        }
        if (is_made && (node.made->rule->kind != Kind::private_folder || decision.path == place.path)) return;
        if (!is_made && rebased(place.path, decision.path, node.grant->source) == place.source) {
            access |= node.access;
            if (access == node.access) return;
        }
    }
    RuleNode& node = nodes_[place.path];
    node.grant = &place;
    node.access |= access;
}

void RuleTable::report_conflict(const RulePlace& one, const RulePlace& other) {
    auto& error = diagnostics_->add(policy::slug::path_conflict, place_of(*other.rule),
                                    '`' + words_of(*other.rule) + "` and `" + words_of(*one.rule) +
                                        "` are about the same place, `" + one.path + '`');
    if (const auto span = place_of(*one.rule)) error.also(*span, "the other one");
    error.help("remove one of the two lines");
}

}  // namespace ward::sandbox
