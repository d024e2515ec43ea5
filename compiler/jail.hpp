// What may happen in a jail: the compiled policy, complete and in canonical order.
//
// A Jail knows no host: paths may hold globs, and nobody has looked whether they exist. Every item
// keeps the places that asked for it. Two policies that mean the same compile to equal jails.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/condition.hpp"
#include "compiler/filter.hpp"
#include "policy/policy.hpp"
#include "policy/source.hpp"

namespace ward::compiler {

using Origins = std::vector<policy::Span>;  // the statements behind an item, nearest first

// Bits of policy::Access that add up: write and execute imply read.
using AccessBits = unsigned;
constexpr AccessBits bit_of(policy::Access access) {
    return static_cast<AccessBits>(access);
}
inline constexpr AccessBits read_bit = bit_of(policy::Access::read);
inline constexpr AccessBits write_bit = bit_of(policy::Access::write);
inline constexpr AccessBits execute_bit = bit_of(policy::Access::execute);

struct FileRule {
    enum class Kind { grant, hide, protect, private_folder, overlay, directory, link, text_file } kind;
    std::string path;        // absolute, normalised, variables replaced
    bool is_glob = false;    // `path` is a pattern: `*`, `?`, `[]`, `**`; a backslash makes the next one literal
    bool optional = false;   // nothing happens if the path is not there
    bool argument = false;   // came in through $arguments: never uncovers what is hidden
    AccessBits access = 0;   // grant, overlay
    std::string from;        // grant: the host's path if it differs, else empty
    std::string into;        // overlay: the host's folder that keeps what is written; empty: thrown away
    std::string text;        // link: target; text_file: content
    std::uint64_t size = 0;  // private_folder: bytes, 0 for the default
    unsigned mode = 0;       // private_folder: 0 for the default
    Origins origins;

    // It takes away what others grant.
    [[nodiscard]] bool is_guard() const { return kind == Kind::hide || kind == Kind::protect; }
};

template <typename T>
struct Stated {
    T value{};
    Origins origins;  // empty: the default
};

// Ports that the program may use, sorted, disjoint, without those that are forbidden.
struct PortRange {
    std::uint16_t first = 0, last = 0;  // both included
    Origins origins;
};

// Without `host`, `connect`, `listen` and `resolve` there is only an empty loopback.
struct Network {
    bool host = false;               // the host's network, all of it
    bool resolve = false;            // DNS
    bool unix_sockets = false;       // may make Unix-domain sockets at all
    std::vector<PortRange> connect;  // TCP
    std::vector<PortRange> listen;   // TCP
    // Unix sockets that may be connected to by path; granted as files. Empty with `unix_sockets`: any that
    // the granted folders hold.
    std::vector<Stated<std::string>> unix_paths;
    Origins host_origins, resolve_origins, unix_origins;
    Origins origins;  // of all statements, in the order host, unix, resolve, connect, listen

    [[nodiscard]] bool shares_host() const { return host || resolve || !connect.empty() || !listen.empty(); }
};

// What the filter decides for one call of x86_64, kept for people; `Jail::filter` is what is enforced.
struct CallRule {
    enum class Verdict : std::uint8_t { denied, conditional, allowed };
    // A statement with `if` about this call.
    struct Clause {
        bool allows = false;   // else it forbids
        Condition condition;   // resolved
        policy::Span origin;   // of the name of the call
        policy::Span written;  // of the condition
    };
    // Some of Jail::call_origins or call_clauses: hundreds of calls have one or none, for which a list of its own is
    // large.
    struct Part {
        std::uint32_t first = 0, count = 0;
        [[nodiscard]] bool empty() const { return count == 0; }
    };
    std::uint32_t number = 0;
    Verdict verdict = Verdict::denied;  // by statements; guards are apart
    Response refusal;                   // how it fails where it is not allowed
    Part origins;                       // of what decides without a condition: the forbid, else the allow; may be empty
    std::string_view guard;             // empty, or the rule that limits an allowed call: `no setuid bits`
    Part clauses;                       // nearest first
};

enum class LimitName { memory, swap, tasks, cpu, io, time, cpu_time, open_files, file_size, stack, core, priority };
inline constexpr std::size_t limit_count = 12;

// Units: memory, swap, file_size, stack, core in bytes; tasks, open_files in pieces; cpu in
// thousandths of one processor; io in bytes a second, for each disk, read and written apart; time and
// cpu_time in milliseconds; priority: the nice value, 0..19.
struct Limit {
    std::uint64_t value = 0;
    bool optional = false;
    Origins origins;
};

// The processors that the program may run on, sorted, disjoint, both ends included.
struct CpuSet {
    std::vector<std::pair<unsigned, unsigned>> ranges;
    bool optional = false;
    Origins origins;
};

struct Environment {
    struct Kept {
        std::string pattern;
        Origins origins;
    };
    struct Set {
        std::string value;
        Origins origins;
    };
    std::vector<Kept> kept;          // names with `*`, sorted
    std::map<std::string, Set> set;  // wins over kept
};

enum class Terminal {
    private_pty,  // a terminal of its own if the caller has one
    inherit,      // the caller's terminal and session
    none,         // no terminal at all
};

struct Process {
    Stated<std::string> hostname;   // default "ward"
    Stated<std::string> user;       // a name or number; empty: decided at launch
    Stated<std::string> group;      // a name or number; empty: that of the user
    Stated<std::string> directory;  // where the program starts, absolute; empty: decided at launch
    Stated<Terminal> terminal;
    Origins share_pid, share_ipc, share_uts, share_cgroup;  // empty: a namespace of its own
    Origins nested;  // `nested allow`: may make namespaces of its own; empty: may not
    Origins debug;   // `debug allow`: may trace what it starts (ptrace); empty: may not
};

struct Capabilities {
    std::uint64_t kept = 0;  // bit n: capability n
    std::map<int, Origins> origins;
};

// What statements say, by its name, of a call that the native ABI does not have: `mmap2` of i386.
struct ForeignCall {
    Abi abi;
    std::uint32_t number;
    bool is_forbidden;  // else allowed
    Origins origins;    // nearest first
};

struct Jail {
    std::string name;
    policy::Span origin;  // the name in the `policy` line
    // Sorted by path, then kind. At one path: at most one thing (a grant, private folder, overlay,
    // directory, link or text file), a second grant only from $arguments, and at most one hide and one protect. Grants
    // that a hide at the same path beats are not here (those of $arguments are: the planner tells about them).
    std::vector<FileRule> files;
    Stated<std::string> root;  // the host's folder that is the jail's root, read-only; empty: an empty one
    std::vector<Stated<std::string>> devices;  // names below /dev, sorted
    bool may_set_setuid = false;
    Network network;
    FilterModel filter;
    std::vector<CallRule> calls;  // by number, one for every call of the table
    Origins call_origins;         // of all of them
    std::vector<CallRule::Clause> call_clauses;
    std::vector<ForeignCall> foreign_calls;
    Stated<Response> default_refusal;  // of calls that nothing allows
    Capabilities capabilities;
    std::array<std::optional<Limit>, limit_count> limits;
    std::optional<CpuSet> cpu_set;
    Environment environment;
    Process process;

    [[nodiscard]] const std::optional<Limit>& limit(LimitName which) const {
        return limits[static_cast<std::size_t>(which)];
    }
    [[nodiscard]] Origins origins_of(const CallRule& rule) const {
        const auto* const first = call_origins.data() + rule.origins.first;
        return {first, first + rule.origins.count};
    }
    [[nodiscard]] std::span<const CallRule::Clause> clauses_of(const CallRule& rule) const {
        return std::span(call_clauses).subspan(rule.clauses.first, rule.clauses.count);
    }
};

}  // namespace ward::compiler
