// Lists of calls, for a reader: groups where they fit.
#include <algorithm>

#include "compiler/call_index.hpp"
#include "compiler/groups.hpp"
#include "compiler/oci_import_parts.hpp"
#include "compiler/syscall_table.hpp"

namespace ward::compiler {
namespace {

struct Candidate {
    std::string name;
    CallNames members;
};

using CallsOf = CallSet (*)(const CallGroup& group, Abi abi);

// What each group is on these ABIs, by name.
std::vector<Candidate> groups_on(const std::vector<Abi>& abis, CallsOf calls) {
    std::vector<Candidate> groups;
    for (const CallGroup& group : call_groups()) {
        CallNames members;
        for (const Abi abi : abis)
            for_each_call(calls(group, abi), [&](std::uint32_t number) { members.emplace(name_at(abi, number)); });
        groups.push_back({std::string(group.name), std::move(members)});
    }
    return groups;
}

CallNames without(const CallNames& names, const CallNames& others) {
    CallNames rest;
    std::ranges::set_difference(names, others, std::inserter(rest, rest.end()));
    return rest;
}

// Names that the group saves a reader; an exception costs more than a name, and many of them tell nobody anything.
int saving(const Candidate& group, const CallNames& names, const CallNames& missing) {
    const CallNames exceptions = without(group.members, names);
    if (exceptions.size() * 4 > group.members.size()) return 0;
    const CallNames others = without(group.members, missing);
    return static_cast<int>(group.members.size() - others.size()) - 1 - 2 * static_cast<int>(exceptions.size());
}

std::string words_of(const CallNames& names) {
    return joined({names.begin(), names.end()}, ", ");
}

// Takes groups as long as one saves something; what is left over stays in `missing`.
std::vector<const Candidate*> choose(const std::vector<Candidate>& groups, const CallNames& names, CallNames& missing,
                                     bool may_except) {
    std::vector<const Candidate*> chosen;
    while (true) {
        const Candidate* best = nullptr;
        int most = 0;
        for (const Candidate& group : groups) {
            if (!may_except && !std::ranges::includes(names, group.members)) continue;
            const int saved = saving(group, names, missing);
            if (saved <= most) continue;
            most = saved;
            best = &group;
        }
        if (best == nullptr) return chosen;
        missing = without(missing, best->members);
        chosen.push_back(best);
    }
}

}  // namespace

std::string joined(const std::vector<std::string>& words, std::string_view between) {
    std::string text;
    for (const std::string& word : words) text.append(text.empty() ? "" : between).append(word);
    return text;
}

bool has_call(const std::vector<Abi>& abis, const std::string& name) {
    return std::ranges::any_of(abis, [&](Abi abi) {
        const auto index = call_index(abi, name);
        return index && name_at(abi, *index) == name;
    });
}

bool is_ring_call(std::string_view name) {
    return name == "io_uring_enter" || name == "io_uring_register" || name == "io_uring_setup";
}

std::string allow_statements(const CallNames& names, const std::vector<Abi>& abis) {
    const std::vector<Candidate> groups = groups_on(abis, calls_granted_by);
    CallNames missing = names;
    CallNames whole;
    std::string text;
    for (const Candidate* group : choose(groups, names, missing, true)) {
        const CallNames exceptions = without(group->members, names);
        if (exceptions.empty())
            whole.insert(group->name);
        else
            text += "allow " + group->name + " except " + words_of(exceptions) + "\n";
    }
    whole.insert(missing.begin(), missing.end());  // `@` sorts before letters
    return whole.empty() ? text : text + "allow " + words_of(whole) + "\n";
}

std::string list_of_calls(const CallNames& names, const std::vector<Abi>& abis) {
    const std::vector<Candidate> groups = groups_on(abis, calls_of);
    CallNames missing = names;
    CallNames whole;
    for (const Candidate* group : choose(groups, names, missing, false)) whole.insert(group->name);
    whole.insert(missing.begin(), missing.end());
    return words_of(whole);
}

}  // namespace ward::compiler
