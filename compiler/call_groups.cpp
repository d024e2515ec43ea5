// CallNames: the groups that policies define.
#include <algorithm>
#include <string>

#include "compiler/call_lists.hpp"
#include "compiler/call_names.hpp"
#include "compiler/lower.hpp"
#include "policy/similar_name.hpp"

namespace ward::compiler {

using policy::Word;

namespace {

// Whoever forbids such a group would believe that something is forbidden.
void report_empty_group(const Word& name, policy::Diagnostics& diagnostics) {
    diagnostics.add(policy::slug::empty_list, name.span, "`" + name.text + "` needs at least one call")
        .label("holds none")
        .note("an empty list never means everything")
        .help("write a call or a group in its braces, or remove it");
}

}  // namespace

CallNames::CallNames(const policy::PolicySet& set, std::span<const Abi> abis, Abi abi, policy::Diagnostics& diagnostics)
    : set_(set), abis_(abis), abi_(abi), diagnostics_(diagnostics) {
    for (std::size_t member = 0; member < set.members.size(); ++member)
        for (const policy::Group& group : set.members[member].policy.groups) add(group, member);
    for (auto& [name, groups] : groups_)
        std::stable_sort(groups.begin(), groups.end(), [&](const Group& a, const Group& b) {
            return set.members[a.member].distance < set.members[b.member].distance;
        });
    for (auto& [name, groups] : groups_)
        for (Group& group : groups) resolve_members(group);
}

void CallNames::add(const policy::Group& group, std::size_t member) {
    const std::string& name = group.name.text;
    if (find_group(name)) {
        diagnostics_
            .add(policy::slug::group_name_taken, group.name.span, "`" + name + "` is the name of a built-in group")
            .label("already means something")
            .note("a policy that uses this one would read another `" + name + "` than it knows")
            .help("write another name, for example `" + name + "-" + set_.members[member].policy.name.text + "`");
        return;
    }
    std::vector<Group>& same = groups_[name];
    const auto earlier =
        std::find_if(same.begin(), same.end(), [&](const Group& other) { return other.member == member; });
    if (earlier == same.end()) {
        same.push_back({&group, member});
        return;
    }
    diagnostics_.add(policy::slug::duplicate_name, group.name.span, "there are two groups `" + name + "`")
        .label("the second")
        .also(earlier->written->name.span, "the first")
        .help("give one of them another name");
}

CallNames::Group* CallNames::find(std::string_view name, std::size_t member) {
    const auto found = groups_.find(name);
    if (found == groups_.end()) return nullptr;
    std::vector<Group>& groups = found->second;
    const auto own =
        std::find_if(groups.begin(), groups.end(), [&](const Group& each) { return each.member == member; });
    return own != groups.end() ? &*own : &groups.front();
}

std::optional<NamedCalls> CallNames::resolve_group(const Word& word, std::size_t member) {
    if (const CallGroup* const built_in = find_group(word.text)) {
        const CallSet calls = calls_of(*built_in, abi_);
        return NamedCalls{calls, granted_of(calls, abi_)};
    }
    Group* const group = find(word.text, member);
    if (!group) {
        report_unknown_group(word);
        return std::nullopt;
    }
    group->used = true;
    if (group->state == State::resolving) {
        diagnostics_.add(policy::slug::group_cycle, word.span, "`" + word.text + "` holds itself")
            .label("leads back to where it began")
            .also(group->written->name.span, "the group")
            .help("remove `" + word.text + "` here");
        return std::nullopt;
    }
    resolve_members(*group);
    if (group->member != member) check_ambiguous(word, *group);
    return group->calls;
}

void CallNames::resolve_members(Group& group) {
    if (group.state != State::fresh) return;
    group.state = State::resolving;
    const auto words = addresses(group.written->calls);
    if (words.empty()) report_empty_group(group.written->name, diagnostics_);
    for (const ListedCalls& listed : resolve_list(words, group.written->except, group.member, *this, diagnostics_)) {
        group.calls.calls |= listed.named.calls;
        group.calls.granted |= listed.named.granted;
    }
    group.state = State::ready;
}

void CallNames::check_ambiguous(const Word& word, const Group& chosen) {
    for (Group& other : groups_.find(word.text)->second) {
        if (&other == &chosen || set_.members[other.member].distance != set_.members[chosen.member].distance) continue;
        resolve_members(other);
        other.used = true;
        if (other.calls.calls == chosen.calls.calls) continue;
        report_conflict(diagnostics_, word.text, chosen.written->name.span, other.written->name.span);
        return;
    }
}

void CallNames::warn_unused() const {
    for (const auto& [name, groups] : groups_)
        for (const Group& group : groups)
            if (!group.used && set_.members[group.member].distance == 0)
                diagnostics_
                    .add(policy::slug::unused_group, group.written->name.span,
                         "nothing uses the group `" + group.written->name.text + "`")
                    .label("changes nothing")
                    .help("remove it");
}

void CallNames::report_unknown_group(const Word& word) {
    std::vector<std::string_view> names;
    for (const auto& [name, groups] : groups_) names.push_back(name);
    for (const CallGroup& group : call_groups()) names.push_back(group.name);
    const auto similar = policy::similar_names(word.text, names);
    diagnostics_.add(policy::slug::unknown_group, word.span, "unknown group `" + word.text + "`")
        .label("no group has this name")
        .help(similar.empty() ? "remove `" + word.text + "`"
                              : "a group with a similar name exists: " + policy::quoted_list(similar));
}

}  // namespace ward::compiler
