#include "compiler/call_multiplexers.hpp"

#include <cerrno>

#include "compiler/constants.hpp"

namespace ward::compiler {
namespace {

// A value of the first argument, and the call that it stands for on i386. Some of those have no number
// of their own there: then the one that can do no less.
struct Row {
    std::string_view multiplexer;
    std::string_view constant;
    std::string_view call;
};

constexpr Row rows[] = {
    {"socketcall", "SYS_SOCKET", "socket"},
    {"socketcall", "SYS_BIND", "bind"},
    {"socketcall", "SYS_CONNECT", "connect"},
    {"socketcall", "SYS_LISTEN", "listen"},
    {"socketcall", "SYS_ACCEPT", "accept4"},
    {"socketcall", "SYS_GETSOCKNAME", "getsockname"},
    {"socketcall", "SYS_GETPEERNAME", "getpeername"},
    {"socketcall", "SYS_SOCKETPAIR", "socketpair"},
    {"socketcall", "SYS_SEND", "sendto"},
    {"socketcall", "SYS_RECV", "recvfrom"},
    {"socketcall", "SYS_SENDTO", "sendto"},
    {"socketcall", "SYS_RECVFROM", "recvfrom"},
    {"socketcall", "SYS_SHUTDOWN", "shutdown"},
    {"socketcall", "SYS_SETSOCKOPT", "setsockopt"},
    {"socketcall", "SYS_GETSOCKOPT", "getsockopt"},
    {"socketcall", "SYS_SENDMSG", "sendmsg"},
    {"socketcall", "SYS_RECVMSG", "recvmsg"},
    {"socketcall", "SYS_ACCEPT4", "accept4"},
    {"socketcall", "SYS_RECVMMSG", "recvmmsg"},
    {"socketcall", "SYS_SENDMMSG", "sendmmsg"},
    {"ipc", "SEMOP", "semtimedop_time64"},
    {"ipc", "SEMGET", "semget"},
    {"ipc", "SEMCTL", "semctl"},
    {"ipc", "SEMTIMEDOP", "semtimedop_time64"},
    {"ipc", "MSGSND", "msgsnd"},
    {"ipc", "MSGRCV", "msgrcv"},
    {"ipc", "MSGGET", "msgget"},
    {"ipc", "MSGCTL", "msgctl"},
    {"ipc", "SHMAT", "shmat"},
    {"ipc", "SHMDT", "shmdt"},
    {"ipc", "SHMGET", "shmget"},
    {"ipc", "SHMCTL", "shmctl"},
};

constexpr Response nothing_such{Response::Kind::refuse, ENOSYS};

// What a call gives if it asks for no argument.
Response answer_of(const CallModel& call) {
    return call.answers.empty() ? call.otherwise : nothing_such;
}

// ipc(2) has a version in the upper half of its first argument, which the kernel cuts off.
Condition selects(std::string_view multiplexer, std::string_view constant) {
    const auto value = static_cast<std::uint64_t>(find_constant(Abi::i386, constant)->value);
    const std::uint64_t mask = multiplexer == "ipc" ? 0xffff : ~std::uint64_t{0};
    return holds({0, 32, false, Comparison::Relation::equal, mask, value});
}

}  // namespace

bool is_multiplexer(Abi abi, std::uint32_t number) {
    return abi == Abi::i386 && (number == call_number(abi, "socketcall") || number == call_number(abi, "ipc"));
}

std::vector<CallModel::Answer> multiplexed(const AbiModel& model, std::uint32_t number) {
    std::vector<CallModel::Answer> answers;
    const std::string_view name = call_name(model.abi, number);
    for (const Row& row : rows)
        if (row.multiplexer == name)
            answers.push_back(
                {selects(name, row.constant), answer_of(model.calls[call_number(model.abi, row.call).value()])});
    answers.push_back({always(), nothing_such});
    return answers;
}

}  // namespace ward::compiler
