// The steps about the process itself: identity, session, limits, privileges, exec.

#include <asm/ioctls.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/if.h>
#include <linux/keyctl.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "sandbox/child_steps.hpp"

namespace ward::sandbox {

int await_go(const Inside& inside) {
    Order order;
    const long size = raw_syscall(SYS_read, inside.channel, &order, sizeof order);
    if (size < 0) return static_cast<int>(-size);
    if (size == 0) return ESRCH;  // the supervisor is gone
    return size == sizeof order && order.kind == Order::Kind::go ? 0 : EPROTO;
}

namespace steps {
namespace {

constexpr int last_signal = 64;
constexpr int set_mask = 2;  // SIG_SETMASK

}  // namespace

int write_file(const Step& step, Inside& /*inside*/) {
    ScopedDescriptor file;
    const long opened = raw_syscall(SYS_openat, AT_FDCWD, step.path, O_WRONLY | O_CLOEXEC);
    if (const int error = new_descriptor(opened, file.number)) return error;
    return write_whole(file.number, step.text);
}

// The calling thread, which is all of init.
int enter_cgroup(const Step& step, Inside& inside) {
    return write_whole(in_slot(inside, step.slot), "0");
}

// A plan that comes through the channel comes when the ids are in place.
int await_supervisor(const Step& /*step*/, Inside& inside) {
    return inside.awaits_plan ? 0 : await_go(inside);
}

int unshare(const Step& step, Inside& /*inside*/) {
    return outcome(raw_syscall(SYS_unshare, step.number[0]));
}

int set_hostname(const Step& step, Inside& /*inside*/) {
    return outcome(raw_syscall(SYS_sethostname, step.text, text_length(step.text)));
}

// The socket is closed with all else, once the program runs.
int loopback_up(const Step& /*step*/, Inside& /*inside*/) {
    int socket = -1;
    const long made = raw_syscall(SYS_socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (const int error = new_descriptor(made, socket)) return error;
    ifreq request{};
    request.ifr_name[0] = 'l';
    request.ifr_name[1] = 'o';
    request.ifr_flags = IFF_UP;  // of the others none can be changed: dev_change_flags() of the kernel
    return outcome(raw_syscall(SYS_ioctl, socket, SIOCSIFFLAGS, &request));
}

// 0 is the number of no session: then the kernel is asked again. Software emulation of a machine was seen to give
// it for a session that was made.
int new_session(const Step& /*step*/, Inside& inside) {
    const long session = raw_syscall(SYS_setsid);
    if (session < 0) return outcome(session);
    inside.own_session = session > 0 || raw_syscall(SYS_getsid, 0) == raw_syscall(SYS_getpid);
    return inside.own_session ? 0 : EPROTO;
}

int new_keyring(const Step& /*step*/, Inside& /*inside*/) {
    const long keyring = raw_syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr);
    return keyring > 0 ? 0 : keyring == 0 ? EPROTO : outcome(keyring);
}

// Init keeps a copy of the terminal: only a member of its session may say which group is in front.
int take_terminal(const Step& step, Inside& inside) {
    if (const int error = outcome(raw_syscall(SYS_ioctl, step.number[0], TIOCSCTTY, 0))) return error;
    return new_descriptor(raw_syscall(SYS_fcntl, step.number[0], F_DUPFD_CLOEXEC, 3), inside.terminal);
}

int parent_death_signal(const Step& step, Inside& /*inside*/) {
    return outcome(raw_syscall(SYS_prctl, PR_SET_PDEATHSIG, step.number[0], 0, 0, 0));
}

// getppid() is 0 in a new PID namespace whoever lives; the channel's end tells.
int check_parent(const Step& /*step*/, Inside& inside) {
    pollfd channel{inside.channel, 0, 0};
    const timespec now{};
    const long ready = raw_syscall(SYS_ppoll, &channel, 1, &now, nullptr, 0);
    if (ready < 0) return static_cast<int>(-ready);
    return (channel.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0 ? ESRCH : 0;
}

int set_dumpable(const Step& step, Inside& /*inside*/) {
    return outcome(raw_syscall(SYS_prctl, PR_SET_DUMPABLE, step.number[0], 0, 0, 0));
}

int set_rlimit(const Step& step, Inside& /*inside*/) {
    const rlimit limit{step.number[1], step.number[2]};
    return outcome(raw_syscall(SYS_prlimit64, 0, step.number[0], &limit, nullptr));
}

int set_priority(const Step& step, Inside& /*inside*/) {
    constexpr int this_process = 0;  // PRIO_PROCESS
    return outcome(raw_syscall(SYS_setpriority, this_process, 0, step.number[0]));
}

int set_processors(const Step& step, Inside& /*inside*/) {
    return outcome(raw_syscall(SYS_sched_setaffinity, 0, step.number[0], step.text));
}

int set_umask(const Step& step, Inside& /*inside*/) {
    raw_syscall(SYS_umask, step.number[0]);  // cannot fail: umask(2)
    return 0;
}

int set_securebits(const Step& step, Inside& /*inside*/) {
    return outcome(raw_syscall(SYS_prctl, PR_SET_SECUREBITS, step.number[0], 0, 0, 0));
}

int set_groups(const Step& /*step*/, Inside& /*inside*/) {
    return outcome(raw_syscall(SYS_setgroups, 0, nullptr));
}

int set_group(const Step& step, Inside& /*inside*/) {
    return outcome(raw_syscall(SYS_setresgid, step.number[0], step.number[0], step.number[0]));
}

int set_user(const Step& step, Inside& /*inside*/) {
    return outcome(raw_syscall(SYS_setresuid, step.number[0], step.number[0], step.number[0]));
}

int drop_bounding(const Step& step, Inside& /*inside*/) {
    for (std::uint64_t capability = 0; capability <= step.number[1]; ++capability) {
        if ((step.number[0] >> capability & 1) != 0) continue;
        if (const int error = outcome(raw_syscall(SYS_prctl, PR_CAPBSET_DROP, capability, 0, 0, 0))) return error;
    }
    return 0;
}

int set_capabilities(const Step& step, Inside& /*inside*/) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    const auto low = static_cast<std::uint32_t>(step.number[0]);
    const auto high = static_cast<std::uint32_t>(step.number[0] >> 32);
    const __user_cap_data_struct sets[2] = {{low, low, low}, {high, high, high}};
    return outcome(raw_syscall(SYS_capset, &header, &sets[0]));
}

int raise_ambient(const Step& step, Inside& /*inside*/) {
    const long cleared = raw_syscall(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (const int error = outcome(cleared)) return error;
    for (std::uint64_t capability = 0; capability < 64; ++capability) {
        if ((step.number[0] >> capability & 1) == 0) continue;
        const long raised = raw_syscall(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0);
        if (const int error = outcome(raised)) return error;
    }
    return 0;
}

int close_descriptors(const Step& step, Inside& /*inside*/) {
    return outcome(raw_syscall(SYS_close_range, step.number[0], ~0U, CLOSE_RANGE_CLOEXEC));
}

// A signal that the caller ignores stays ignored through clone and exec (signal(7)).
int restore_signals(const Step& step, Inside& /*inside*/) {
    struct {
        std::uint64_t handler, flags, restorer, mask;  // as the kernel has it; handler 0: SIG_DFL
    } plain{};
    for (int signal = 1; signal <= last_signal; ++signal) {
        if ((step.number[1] >> (signal - 1) & 1) == 0) continue;
        const long set = raw_syscall(SYS_rt_sigaction, signal, &plain, nullptr, sizeof plain.mask);
        if (const int error = outcome(set)) return error;
    }
    return outcome(raw_syscall(SYS_rt_sigprocmask, set_mask, &step.number[0], nullptr, sizeof step.number[0]));
}

int no_new_privileges(const Step& /*step*/, Inside& /*inside*/) {
    return outcome(raw_syscall(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

int load_filter(const Step& step, Inside& inside) {
    if (inside.filter.len == 0) return EINVAL;
    const long result = raw_syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, step.number[0], &inside.filter);
    if ((step.number[0] & SECCOMP_FILTER_FLAG_NEW_LISTENER) == 0) return outcome(result);
    return new_descriptor(result, inside.listener);
}

// The key is in the sixth argument's register, which execveat(2) does not look at.
int execute(const Step& step, Inside& inside) {
    const long result =
        raw_syscall(SYS_execveat, AT_FDCWD, step.path, inside.arguments, inside.environment, 0, step.number[0]);
    return result < 0 ? static_cast<int>(-result) : EPROTO;
}

}  // namespace steps
}  // namespace ward::sandbox
