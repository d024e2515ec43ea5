#include "compiler/guards.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "compiler/abi.hpp"

namespace ward::compiler {
namespace {

enum class Rule {
    setuid_bits,
    setuid_in_memory,
    file_capabilities,
    terminal_input,
    namespaces,
    namespaces_in_memory,
    group_signals,
    tracing,
    sockets,
    any_protocol,  // of the internet
    tcp_alone,
    tcp_fast_open,
    unix_sockets,
    socket_pairs,
    datagram_pairs,
};

// About the low half of an argument: all of these arguments have 32 bits or less in the kernel.
struct Guard {
    enum class Kind : std::uint8_t { none, equals, has_any } kind = Kind::none;
    std::uint8_t argument = 0;  // at the same place on every ABI; a test compares with the prototypes
    std::uint32_t value = 0;
    std::uint32_t mask = ~0u;  // of `equals`
};

constexpr Guard equals(std::uint8_t argument, std::uint32_t value, std::uint32_t mask = ~0u) {
    return {Guard::Kind::equals, argument, value, mask};
}
constexpr Guard has_any(std::uint8_t argument, std::uint32_t bits) {
    return {Guard::Kind::has_any, argument, bits};
}

// Where all conditions hold, the call is answered so. The first row of a call that holds decides;
// where none does, the call is allowed.
struct Row {
    std::string_view call;
    Rule rule;
    Response response;
    std::array<Guard, 3> all{};
};

constexpr Response pass{Response::Kind::allow};
constexpr Response refuse(int error) {
    return {Response::Kind::refuse, static_cast<std::uint16_t>(error)};
}

constexpr std::uint32_t setuid_bits = S_ISUID | S_ISGID;
// An open that makes a file. O_TMPFILE holds the bit of O_DIRECTORY, which alone makes nothing.
constexpr std::uint32_t makes_file = O_CREAT | (O_TMPFILE & ~O_DIRECTORY);
// CLONE_NEWTIME is for unshare alone: in clone(2) its bit belongs to the exit signal (time_namespaces(7)).
constexpr std::uint32_t new_namespaces =
    CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
// The low bits of a socket's type; above them are SOCK_CLOEXEC and SOCK_NONBLOCK (socket(2)).
constexpr Guard a_stream = equals(1, SOCK_STREAM, 0xf);
constexpr Guard packets = equals(1, SOCK_SEQPACKET, 0xf);
constexpr std::uint32_t console_ioctl = 0x541C;  // TIOCLINUX, ioctl_console(2): pastes a selection

constexpr Row rows[] = {
    // A setuid file made in a granted folder would serve somebody outside. mkdir and mkdirat are not
    // here: the kernel drops these bits from their mode (mkdir(2)).
    {"chmod", Rule::setuid_bits, refuse(EPERM), {has_any(1, setuid_bits)}},
    {"fchmod", Rule::setuid_bits, refuse(EPERM), {has_any(1, setuid_bits)}},
    {"fchmodat", Rule::setuid_bits, refuse(EPERM), {has_any(2, setuid_bits)}},
    {"fchmodat2", Rule::setuid_bits, refuse(EPERM), {has_any(2, setuid_bits)}},
    {"mknod", Rule::setuid_bits, refuse(EPERM), {has_any(1, setuid_bits)}},
    {"mknodat", Rule::setuid_bits, refuse(EPERM), {has_any(2, setuid_bits)}},
    {"creat", Rule::setuid_bits, refuse(EPERM), {has_any(1, setuid_bits)}},
    {"open", Rule::setuid_bits, refuse(EPERM), {has_any(1, makes_file), has_any(2, setuid_bits)}},
    {"openat", Rule::setuid_bits, refuse(EPERM), {has_any(2, makes_file), has_any(3, setuid_bits)}},
    {"openat2", Rule::setuid_in_memory, refuse(ENOSYS)},

    // With CAP_SETFCAP, or as root of a user namespace of its own, a program may give files capabilities, and the file
    // says whose root that is (capabilities(7)). On an id-mapped mount, which root's jails have, that id is mapped too:
    // on disk it is the machine's root. Which attribute is meant is in memory; programs go on where a file system has
    // none.
    {"setxattr", Rule::file_capabilities, refuse(EOPNOTSUPP)},
    {"lsetxattr", Rule::file_capabilities, refuse(EOPNOTSUPP)},
    {"fsetxattr", Rule::file_capabilities, refuse(EOPNOTSUPP)},
    {"setxattrat", Rule::file_capabilities, refuse(EOPNOTSUPP)},

    // Typing into the terminal that the caller's shell reads (ioctl_tty(2)).
    {"ioctl", Rule::terminal_input, refuse(EPERM), {equals(1, TIOCSTI)}},
    {"ioctl", Rule::terminal_input, refuse(EPERM), {equals(1, console_ioctl)}},

    // A user namespace of its own gives a program capabilities over new parts of the kernel.
    {"clone", Rule::namespaces, refuse(EPERM), {has_any(0, new_namespaces)}},
    {"clone3", Rule::namespaces_in_memory, refuse(ENOSYS)},
    {"unshare", Rule::namespaces, refuse(EPERM), {has_any(0, new_namespaces | CLONE_NEWTIME)}},

    // A process group goes across PID namespaces: with the caller's terminal it is the caller's, and
    // holds the supervisor and whatever the shell has started beside it (kill(2), pid 0).
    {"kill", Rule::group_signals, refuse(EPERM), {equals(0, 0)}},

    // A tracer acts as another program of the jail, which may have been granted more or started earlier.
    {"ptrace", Rule::tracing, refuse(EPERM)},
    {"process_vm_readv", Rule::tracing, refuse(EPERM)},
    {"process_vm_writev", Rule::tracing, refuse(EPERM)},
    {"pidfd_getfd", Rule::tracing, refuse(EPERM)},

    // Other families reach parts of the kernel and of the host that no statement of a policy names.
    {"socket", Rule::any_protocol, pass, {equals(0, AF_INET)}},
    {"socket", Rule::any_protocol, pass, {equals(0, AF_INET6)}},
    // Landlock limits the ports of TCP alone (landlock(7), Linux 6.7): no UDP, and no MPTCP.
    {"socket", Rule::tcp_alone, pass, {equals(0, AF_INET), a_stream, equals(2, 0)}},
    {"socket", Rule::tcp_alone, pass, {equals(0, AF_INET), a_stream, equals(2, IPPROTO_TCP)}},
    {"socket", Rule::tcp_alone, pass, {equals(0, AF_INET6), a_stream, equals(2, 0)}},
    {"socket", Rule::tcp_alone, pass, {equals(0, AF_INET6), a_stream, equals(2, IPPROTO_TCP)}},
    {"socket", Rule::tcp_alone, refuse(EPROTONOSUPPORT), {equals(0, AF_INET)}},
    {"socket", Rule::tcp_alone, refuse(EPROTONOSUPPORT), {equals(0, AF_INET6)}},
    {"socket", Rule::sockets, pass, {equals(0, AF_NETLINK), equals(2, NETLINK_ROUTE)}},
    {"socket", Rule::unix_sockets, pass, {equals(0, AF_UNIX)}},
    {"socket", Rule::sockets, refuse(EAFNOSUPPORT)},
    // With this flag a message connects, and Landlock does not see it.
    {"sendto", Rule::tcp_fast_open, refuse(EOPNOTSUPP), {has_any(3, MSG_FASTOPEN)}},
    {"sendmsg", Rule::tcp_fast_open, refuse(EOPNOTSUPP), {has_any(2, MSG_FASTOPEN)}},
    {"sendmmsg", Rule::tcp_fast_open, refuse(EOPNOTSUPP), {has_any(3, MSG_FASTOPEN)}},
    // One end of a pair of datagram sockets can be connected anew, to any socket that has a name.
    {"socketpair", Rule::datagram_pairs, pass, {equals(0, AF_UNIX)}},
    {"socketpair", Rule::socket_pairs, pass, {equals(0, AF_UNIX), a_stream}},
    {"socketpair", Rule::socket_pairs, pass, {equals(0, AF_UNIX), packets}},
    {"socketpair", Rule::socket_pairs, refuse(EAFNOSUPPORT)},
};

bool is_active(Rule rule, LiftedGuards lifted) {
    if (lifted.everything) return false;
    switch (rule) {
        case Rule::setuid_bits:
            return !lifted.setuid_bits;
        case Rule::setuid_in_memory:
            return !lifted.openat2;
        case Rule::file_capabilities:
            return lifted.capable_files && !lifted.setuid_bits;
        case Rule::namespaces:
            return !lifted.namespaces;
        case Rule::namespaces_in_memory:
            return !lifted.clone3;
        case Rule::group_signals:
            return !lifted.group_signals;
        case Rule::tracing:
            return !lifted.tracing;
        case Rule::any_protocol:
            return lifted.other_than_tcp;
        case Rule::tcp_alone:
        case Rule::tcp_fast_open:
            return !lifted.other_than_tcp;
        case Rule::unix_sockets:
        case Rule::datagram_pairs:
            return lifted.unix_sockets;
        case Rule::terminal_input:
        case Rule::sockets:
        case Rule::socket_pairs:
            break;
    }
    return true;
}

std::string_view words_for_sockets(LiftedGuards lifted) {
    if (!lifted.other_than_tcp)
        return lifted.unix_sockets ? "only TCP, routing and Unix sockets" : "only TCP and routing sockets";
    return lifted.unix_sockets ? "only internet, routing and Unix sockets" : "only internet and routing sockets";
}

std::string_view words_for(Rule rule, LiftedGuards lifted) {
    switch (rule) {
        case Rule::setuid_bits:
            return "no setuid or setgid bits";
        case Rule::setuid_in_memory:
        case Rule::namespaces_in_memory:
            return "answered with ENOSYS, because its flags are in memory";
        case Rule::file_capabilities:
            return "no extended attributes with `nested allow` or `keep setfcap`";
        case Rule::terminal_input:
            return "no typing into the terminal";
        case Rule::namespaces:
            return "no new namespaces";
        case Rule::group_signals:
            return "no signals to the caller's process group";
        case Rule::tracing:
            return "no tracing without `debug allow`";
        case Rule::tcp_fast_open:
            return "no connecting by TCP Fast Open";
        case Rule::sockets:
        case Rule::any_protocol:
        case Rule::tcp_alone:
        case Rule::unix_sockets:
            return words_for_sockets(lifted);
        case Rule::socket_pairs:
        case Rule::datagram_pairs:
            return lifted.unix_sockets ? "only pairs of Unix sockets" : "only pairs of Unix sockets without datagrams";
    }
    return {};
}

// All of these arguments have 32 bits or less in the kernel.
Comparison compare(std::uint8_t argument, std::uint32_t mask, std::uint32_t value) {
    return {argument, 32, false, Comparison::Relation::equal, mask, value};
}

Condition condition_of(const Guard& guard) {
    switch (guard.kind) {
        case Guard::Kind::equals:
            return holds(compare(guard.argument, guard.mask, guard.value));
        case Guard::Kind::has_any:
            return negated(holds(compare(guard.argument, guard.value, 0)));
        case Guard::Kind::none:
            break;
    }
    return always();
}

Condition condition_of(const Row& row) {
    Condition result = always();
    for (const Guard& guard : row.all) result = both(std::move(result), condition_of(guard));
    return result;
}

}  // namespace

LiftedGuards lifted_by(const Jail& jail) {
    const bool namespaces = !jail.process.nested.empty();
    return {.setuid_bits = jail.may_set_setuid,
            .unix_sockets = jail.network.unix_sockets,
            .other_than_tcp = jail.network.host || !jail.network.shares_host(),
            .group_signals = jail.process.terminal.value != Terminal::inherit,
            .namespaces = namespaces,
            .capable_files = namespaces || (jail.capabilities.kept >> CAP_SETFCAP & 1) != 0,
            .tracing = !jail.process.debug.empty(),
            .clone3 = namespaces,
            .openat2 = jail.may_set_setuid};
}

std::vector<GuardedCall> guarded_calls(LiftedGuards lifted, Abi abi) {
    std::vector<GuardedCall> result;
    std::string_view last;
    for (const Row& row : rows) {
        if (!is_active(row.rule, lifted)) continue;
        const auto number = call_number(abi, row.call);
        if (!number) continue;
        if (row.call != last) result.push_back({*number & ~x32_bit, {}, {}, words_for(row.rule, lifted)});
        last = row.call;
        GuardedCall& call = result.back();
        Condition when = condition_of(row);
        if (row.response != pass) call.refusal = row.response;
        call.is_offered = call.is_offered && (row.response == pass || !is_always(when) || !call.answers.empty());
        call.answers.push_back({std::move(when), row.response});
    }
    return result;
}

}  // namespace ward::compiler
