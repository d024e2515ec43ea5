// With --verify: what steps have set is asked for again where only the process itself can ask.
//
// What /proc shows, the supervisor compares (verify.cpp). Calls that change nothing, whatever they answer.

#include <fcntl.h>
#include <linux/if.h>
#include <linux/prctl.h>
#include <linux/sockios.h>
#include <linux/utsname.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "sandbox/child_steps.hpp"
#include "sandbox/landlock.hpp"

namespace ward::sandbox {
namespace {

int same(bool is_same) {
    return is_same ? 0 : EPROTO;
}

bool same_text(const char* a, const char* b) {
    while (*a != '\0' && *a == *b) ++a, ++b;
    return *a == *b;
}

int look_at_hostname(const Step& step) {
    new_utsname names{};
    if (const int error = outcome(raw_syscall(SYS_uname, &names))) return error;
    return same(same_text(names.nodename, step.text));
}

bool same_bytes(const char* a, const char* b, std::size_t length) {
    for (std::size_t i = 0; i < length; ++i)
        if (a[i] != b[i]) return false;
    return true;
}

int look_at_link(const Step& step, const Inside& inside) {
    char target[4096] = {};
    const long length = raw_syscall(SYS_readlinkat, inside.root, step.path, &target[0], sizeof target);
    if (length < 0) return static_cast<int>(-length);
    const auto size = static_cast<std::size_t>(length);
    return same(size == text_length(step.text) && same_bytes(&target[0], step.text, size));
}

int look_at_loopback() {
    ScopedDescriptor socket;
    const long made = raw_syscall(SYS_socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (const int error = new_descriptor(made, socket.number)) return error;
    ifreq request{};
    request.ifr_name[0] = 'l';
    request.ifr_name[1] = 'o';
    if (const int error = outcome(raw_syscall(SYS_ioctl, socket.number, SIOCGIFFLAGS, &request))) return error;
    return same((request.ifr_flags & IFF_UP) != 0);
}

int look_at_session() {
    return same(raw_syscall(SYS_getsid, 0) == raw_syscall(SYS_getpid));
}

int look_at_death_signal(const Step& step) {
    int signal = 0;
    if (const int error = outcome(raw_syscall(SYS_prctl, PR_GET_PDEATHSIG, &signal, 0, 0, 0))) return error;
    return same(static_cast<std::uint64_t>(signal) == step.number[0]);
}

// ---- Landlock, which answers no questions: one thing that the ruleset refuses is tried

// Port 0 is any port: bind(2). Only a ruleset that allows all ports lets it through.
int try_port() {
    ScopedDescriptor socket;
    const long made = raw_syscall(SYS_socket, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (const int error = new_descriptor(made, socket.number)) return error;
    constexpr std::uint16_t family = AF_INET;
    const struct {
        std::uint16_t family, port;
        std::uint32_t address;
        std::uint64_t zero;
    } any{family, 0, 0, 0};
    return same(raw_syscall(SYS_bind, socket.number, &any, sizeof any) == -EACCES);
}

// Init is outside of the ruleset.
int try_signal() {
    return same(raw_syscall(SYS_kill, 1, 0) == -EPERM);
}

int try_stream(const Inside& inside) {
    if (inside.guarded_stream < 0) return 0;
    char path[] = "/proc/self/fd/0";
    path[sizeof path - 2] = static_cast<char>('0' + inside.guarded_stream);
    const long opened = raw_syscall(SYS_openat, AT_FDCWD, &path[0], O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    if (opened >= 0) raw_syscall(SYS_close, opened);
    return same(opened < 0);
}

int try_ruleset(const Inside& inside, Slot ruleset) {
    for (std::uint32_t i = 0; i < inside.init.count; ++i) {
        const Step& step = inside.init.steps[i];
        if (step.operation != Operation::new_ruleset || step.into != ruleset) continue;
        if ((step.number[2] & landlock::signals) != 0) return try_signal();
        if (step.number[1] != 0) return try_port();
        return try_stream(inside);
    }
    return EPROTO;
}

}  // namespace

int read_back(const Step& step, const Inside& inside) {
    switch (step.operation) {
        case Operation::set_hostname:
            return look_at_hostname(step);
        case Operation::make_link:
            return look_at_link(step, inside);
        case Operation::loopback_up:
            return look_at_loopback();
        case Operation::new_session:
            return look_at_session();
        case Operation::parent_death_signal:
            return look_at_death_signal(step);
        case Operation::set_dumpable:
            return same(raw_syscall(SYS_prctl, PR_GET_DUMPABLE, 0, 0, 0, 0) == static_cast<long>(step.number[0]));
        case Operation::set_securebits:
            return same(raw_syscall(SYS_prctl, PR_GET_SECUREBITS, 0, 0, 0, 0) == static_cast<long>(step.number[0]));
        case Operation::enter_ruleset:
            return try_ruleset(inside, step.slot);
        default:
            return 0;
    }
}

}  // namespace ward::sandbox
