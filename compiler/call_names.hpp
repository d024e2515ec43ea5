// Words of the `syscalls` section: names of calls and groups, and responses.
//
// A word that means nothing is reported with what it may have meant.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/filter.hpp"
#include "compiler/groups.hpp"
#include "policy/diagnostic.hpp"
#include "policy/library.hpp"

namespace ward::compiler {

// What a word in a list stands for on one ABI: nothing if only another ABI of the filter has it.
struct NamedCalls {
    CallSet calls;
    CallSet granted;  // what `allow` makes of it: of groups without the io_uring calls, which must be named
};

// The names that the policies of a set may use, on one ABI of the filter.
//
// A group that a policy defines is known in all policies of the set. Of two with one name, a policy means
// its own, then the nearest.
class CallNames {
public:
    // `abis`: all of the filter. Reports what is wrong in the groups. All three must outlive it.
    CallNames(const policy::PolicySet& set, std::span<const Abi> abis, Abi abi, policy::Diagnostics& diagnostics);

    // What a name or `@group` in the policy `member` stands for. Absent after an error, which has been reported.
    [[nodiscard]] std::optional<NamedCalls> resolve(const policy::Word& word, std::size_t member);
    // Whether two words for the same calls of this ABI are so on all of the filter: `umount2` of x86_64 has
    // another name, which is another call on i386.
    [[nodiscard]] bool are_one_everywhere(std::string_view a, std::string_view b) const;
    // "" where the ABI has no call of this index.
    [[nodiscard]] std::string_view name_of(std::uint32_t call) const;
    // A warning for each group of the policy itself that nothing has asked for so far.
    void warn_unused() const;

private:
    enum class State { fresh, resolving, ready };
    struct Group {
        const policy::Group* written;
        std::size_t member;
        bool used = false;
        State state = State::fresh;
        NamedCalls calls{};
    };

    void add(const policy::Group& group, std::size_t member);
    std::optional<NamedCalls> resolve_call(const policy::Word& word);
    std::optional<NamedCalls> resolve_group(const policy::Word& word, std::size_t member);
    Group* find(std::string_view name, std::size_t member);
    void resolve_members(Group& group);
    void check_ambiguous(const policy::Word& word, const Group& chosen);
    void report_unknown_group(const policy::Word& word);
    void report_unknown_call(const policy::Word& word);

    const policy::PolicySet& set_;
    std::span<const Abi> abis_;
    Abi abi_;
    policy::Diagnostics& diagnostics_;
    std::map<std::string_view, std::vector<Group>> groups_;  // of the policies; nearest first
};

// `EPERM`, `1`, `kill` or `trap`. Absent after an error, which has been reported.
[[nodiscard]] std::optional<Response> resolve_response(const policy::Word& word, policy::Diagnostics& diagnostics);

// How a policy writes it: `EPERM`, `kill`.
[[nodiscard]] std::string response_name(Response response);

}  // namespace ward::compiler
