#include "compiler/call_multiplexers.hpp"

#include <linux/ipc.h>
#include <linux/net.h>

#include <cerrno>

#include "compiler/call_index.hpp"

namespace ward::compiler {
namespace {

// socketcall(2), ipc(2).
constexpr Operation rows[] = {
    {"socket", "socketcall", SYS_SOCKET},
    {"bind", "socketcall", SYS_BIND},
    {"connect", "socketcall", SYS_CONNECT},
    {"listen", "socketcall", SYS_LISTEN},
    {"accept", "socketcall", SYS_ACCEPT},
    {"getsockname", "socketcall", SYS_GETSOCKNAME},
    {"getpeername", "socketcall", SYS_GETPEERNAME},
    {"socketpair", "socketcall", SYS_SOCKETPAIR},
    {"send", "socketcall", SYS_SEND},
    {"recv", "socketcall", SYS_RECV},
    {"sendto", "socketcall", SYS_SENDTO},
    {"recvfrom", "socketcall", SYS_RECVFROM},
    {"shutdown", "socketcall", SYS_SHUTDOWN},
    {"setsockopt", "socketcall", SYS_SETSOCKOPT},
    {"getsockopt", "socketcall", SYS_GETSOCKOPT},
    {"sendmsg", "socketcall", SYS_SENDMSG},
    {"recvmsg", "socketcall", SYS_RECVMSG},
    {"accept4", "socketcall", SYS_ACCEPT4},
    {"recvmmsg", "socketcall", SYS_RECVMMSG},
    {"sendmmsg", "socketcall", SYS_SENDMMSG},
    {"semop", "ipc", SEMOP},
    {"semget", "ipc", SEMGET},
    {"semctl", "ipc", SEMCTL},
    {"semtimedop", "ipc", SEMTIMEDOP},
    {"msgsnd", "ipc", MSGSND},
    {"msgrcv", "ipc", MSGRCV},
    {"msgget", "ipc", MSGGET},
    {"msgctl", "ipc", MSGCTL},
    {"shmat", "ipc", SHMAT},
    {"shmdt", "ipc", SHMDT},
    {"shmget", "ipc", SHMGET},
    {"shmctl", "ipc", SHMCTL},
};

constexpr Response nothing_such{Response::Kind::refuse, ENOSYS};

// What a call gives if it asks for no argument.
Response answer_of(const CallModel& call) {
    return call.answers.empty() ? call.otherwise : nothing_such;
}

// ipc(2) has a version in the upper half of its first argument, which the kernel cuts off.
Condition selects(const Operation& operation) {
    const std::uint64_t mask = operation.multiplexer == "ipc" ? 0xffff : ~std::uint64_t{0};
    return holds({0, 32, false, Comparison::Relation::equal, mask, operation.first_argument});
}

}  // namespace

std::span<const Operation> operations() {
    return rows;
}

bool is_multiplexer(Abi abi, std::uint32_t number) {
    return abi == Abi::i386 && (number == call_number(abi, "socketcall") || number == call_number(abi, "ipc"));
}

std::vector<CallModel::Answer> multiplexed(const AbiModel& model, std::uint32_t number) {
    std::vector<CallModel::Answer> answers;
    const std::string_view name = call_name(model.abi, number);
    for (const Operation& operation : rows) {
        if (operation.multiplexer != name) continue;
        const std::uint32_t index = call_index(model.abi, operation.call).value();
        answers.push_back({selects(operation), answer_of(model.calls[index])});
    }
    answers.push_back({always(), nothing_such});
    return answers;
}

}  // namespace ward::compiler
