// What a seccomp filter means, and the BPF program that says it to the kernel.
//
// A FilterModel is a total function (ABI, call number, six arguments) -> Response. It never depends
// on how it is laid out: emit() is the only code that knows BPF.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

namespace ward::compiler {

// What happens to a call.
struct Response {
    enum class Kind : std::uint8_t {
        allow,         // the kernel executes it
        refuse,        // not executed, fails with `error`
        trap,          // not executed, the program gets SIGSYS
        kill,          // not executed, the jail ends; the supervisor records the call first
        kill_process,  // not executed, the kernel ends the process at once (foreign ABIs)
    };
    Kind kind = Kind::kill_process;
    std::uint16_t error = 0;  // an errno, 1..4095, for `refuse` only

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the operator for a pointer
    friend auto operator<=>(const Response&, const Response&) = default;
};

// One test of one 32-bit half of one argument: (half & mask) == value. A 32-bit kernel argument is
// its low half; the kernel never looks at the other one.
struct Test {
    std::uint8_t argument = 0;  // 0..5
    bool high_half = false;
    std::uint32_t mask = ~0u;
    std::uint32_t value = 0;

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the operator for a pointer
    friend auto operator<=>(const Test&, const Test&) = default;
};

using NodeId = std::uint32_t;

// Decisions over arguments, shared: two that are built alike are the same node. A test whose
// outcome does not matter is never made.
class Decisions {
public:
    struct Node {
        enum class Kind : std::uint8_t { response, test, exec_key } kind{};
        Response response{};     // response
        Test test{};             // test
        NodeId yes = 0, no = 0;  // test, exec_key
    };

    [[nodiscard]] NodeId respond(Response response);
    [[nodiscard]] NodeId test(Test test, NodeId yes, NodeId no);
    // `yes` if the sixth argument is the launcher's one-time key, which emit() is given.
    [[nodiscard]] NodeId exec_key(NodeId yes, NodeId no);
    [[nodiscard]] const Node& operator[](NodeId id) const { return nodes_[id]; }

private:
    NodeId intern(const Node& node);
    std::vector<Node> nodes_;
    std::map<std::tuple<Node::Kind, Response, Test, NodeId, NodeId>, NodeId> known_;
};

// The filter of one jail, for x86_64. i386 and x32 calls are killed by the kernel.
struct FilterModel {
    Decisions decisions;
    std::vector<NodeId> calls;    // by number, 0 .. the newest call of the table
    NodeId beyond = 0;            // numbers that the table does not know, holes included: ENOSYS
    bool needs_exec_key = false;  // the policy forbids exec: only the launcher's own, once
    bool may_kill = false;        // some call has Response::kill
};

struct EmitOptions {
    std::uint64_t exec_key = 0;  // must be random for a launch; never known to the program
    // True: `kill` asks the supervisor (SECCOMP_RET_USER_NOTIF), which records and kills. False:
    // SECCOMP_RET_KILL_PROCESS, and the report cannot name the call.
    bool supervised = true;
};

// The exact program to load. The same input always gives the same bytes. Absent if it would exceed
// the kernel's limit of 4096 instructions (BPF_MAXINSNS).
[[nodiscard]] std::optional<std::vector<sock_filter>> emit(const FilterModel& model, const EmitOptions& options);

}  // namespace ward::compiler
