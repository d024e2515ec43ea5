// Process 1 of a jail: runs its steps, makes the program, gives up everything, and stays until the
// program ends. When it ends, the kernel ends every process of the jail (pid_namespaces(7)).
//
// After the program's start it holds a channel, a signalfd and at most the program's terminal; no
// privilege, no key, and no memory that the program can open.

#include <asm/ioctls.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "sandbox/child.hpp"
#include "sandbox/child_steps.hpp"
#include "sandbox/child_stop.hpp"

namespace ward::sandbox {
namespace {

constexpr int child_signal = 17;     // SIGCHLD
constexpr int continue_signal = 18;  // SIGCONT

// A program that runs for so long is one that stays.
constexpr timespec long_run{1, 0};

[[noreturn]] void leave(int status) {
    raw_syscall(SYS_exit_group, status);
    __builtin_trap();  // the program's filter may forbid even this
}

// ---- words to the supervisor

void send(int channel, const Message& message, int carried = -1) {
    Message copy = message;
    iovec part{&copy, sizeof copy};
    alignas(cmsghdr) char space[CMSG_SPACE(sizeof(int))] = {};
    msghdr packet{};
    packet.msg_iov = &part;
    packet.msg_iovlen = 1;
    if (carried >= 0) {
        auto* header = reinterpret_cast<cmsghdr*>(&space[0]);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof carried);
        *reinterpret_cast<int*>(CMSG_DATA(header)) = carried;
        packet.msg_control = &space[0];
        packet.msg_controllen = sizeof space;
    }
    // A supervisor that cannot be told must not be left with a jail that runs.
    if (raw_syscall(SYS_sendmsg, channel, &packet, MSG_NOSIGNAL) != sizeof copy) leave(1);
}

[[noreturn]] void fail(const Inside& inside, const Message& failure) {
    send(inside.channel, failure);
    leave(1);
}

Message failure_at(Phase phase, std::uint32_t step, int error) {
    Message message;
    message.kind = Message::Kind::step_failed;
    message.phase = phase;
    message.step = step;
    message.error = error;
    return message;
}

// ---- the program

// With a session of init's own, the program leads a process group in it: the terminal's signals go to
// that group, and it can be stopped, because its parent is in another group of the session.
int lead_group(const Inside& inside) {
    if (!inside.own_session) return 0;
    if (const int error = outcome(raw_syscall(SYS_setpgid, 0, 0))) return error;
    if (inside.terminal < 0 || inside.background) return 0;
    const auto group = static_cast<int>(raw_syscall(SYS_getpid));
    return outcome(raw_syscall(SYS_ioctl, inside.terminal, TIOCSPGRP, &group));
}

// Looks again from time to time: a process whose filter forbids futex(2) and exit_group(2) can only
// change the word.
void wait_while(const int& word, int value) {
    constexpr int futex_wait = 0;  // not private: the kernel wakes init_memory.memory_shared
    constexpr timespec patience{0, 100'000'000};
    while (__atomic_load_n(&word, __ATOMIC_ACQUIRE) == value) {
        raw_syscall(SYS_futex, &word, futex_wait, value, &patience, nullptr, 0);
    }
}

void allow_exec() {
    constexpr int futex_wake = 1;
    __atomic_store_n(&init_memory.privileges_dropped, 1, __ATOMIC_RELEASE);
    raw_syscall(SYS_futex, &init_memory.privileges_dropped, futex_wake, 1, nullptr, nullptr, 0);
}

void wait_for_supervisor() {
    __atomic_store_n(&init_memory.filter_loaded, 1, __ATOMIC_RELEASE);
    while (__atomic_load_n(&init_memory.exec_allowed, __ATOMIC_ACQUIRE) == 0) __builtin_ia32_pause();
}

// The steps up to the filter go on while init drops what the program keeps. The wait comes before the filter,
// which may not allow it.
std::uint32_t run_program_steps(Inside& inside, int* error) {
    const StepList list = inside.program;
    for (std::uint32_t i = 0; i < list.count; ++i) {
        const Operation operation = list.steps[i].operation;
        if (operation == Operation::load_filter || operation == Operation::execute)
            wait_while(init_memory.privileges_dropped, 0);
        if (operation == Operation::execute && inside.verified) wait_for_supervisor();
        *error = run_step(list.steps[i], inside);
        if (*error != 0) return i;
    }
    return list.count;
}

// Runs on Workspace::program_stack. Whatever comes back from exec is a failure.
[[noreturn]] void become_program(void* argument) {
    Inside& inside = *static_cast<Inside*>(argument);
    std::uint32_t step = inside.program.count;
    int error = lead_group(inside);
    if (error == 0) step = run_program_steps(inside, &error);
    inside.failure = failure_at(Phase::program, step, error != 0 ? error : EPROTO);
    __atomic_store_n(&init_memory.memory_shared, 0, __ATOMIC_RELEASE);
    leave(1);
}

// Descriptors are shared as well as memory, so that the filter's listener lands in init's table; the exec ends all
// sharing.
long start_program(Inside& inside) {
    clone_args how{};
    how.flags = CLONE_VM | CLONE_FILES | CLONE_CHILD_CLEARTID;
    how.child_tid = reinterpret_cast<std::uint64_t>(&init_memory.memory_shared);
    how.exit_signal = child_signal;
    how.stack = reinterpret_cast<std::uint64_t>(&workspace.program_stack[0]);
    how.stack_size = sizeof workspace.program_stack;
    init_memory.memory_shared = 1;
    return raw_clone(how, become_program, &inside);
}

// ---- giving up

void wipe(const void* start, std::size_t size) {
    // Init's own copy of what the supervisor holds.
    auto* bytes = const_cast<volatile char*>(static_cast<const volatile char*>(start));
    for (std::size_t i = 0; i < size; ++i) bytes[i] = 0;
}

bool program_makes(const Inside& inside, Operation operation) {
    for (std::uint32_t i = 0; i < inside.program.count; ++i)
        if (inside.program.steps[i].operation == operation) return true;
    return false;
}

// While the program's process goes through its steps, before its exec: capabilities belong to a task, not
// to the memory that both share.
int drop_capabilities() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    const __user_cap_data_struct none[2] = {};
    return outcome(raw_syscall(SYS_capset, &header, &none[0]));
}

int set_dumpable(int value) {
    if (const int error = outcome(raw_syscall(SYS_prctl, PR_SET_DUMPABLE, value, 0, 0, 0))) return error;
    return raw_syscall(SYS_prctl, PR_GET_DUMPABLE, 0, 0, 0, 0) == value ? 0 : EPROTO;
}

// An ordinary user's supervisor may look at what is dumpable alone (proc(5)). Nothing hostile runs yet.
int let_supervisor_look(Inside& inside, int program) {
    constexpr timespec nap{0, 100'000};
    while (__atomic_load_n(&init_memory.filter_loaded, __ATOMIC_ACQUIRE) == 0) {
        if (__atomic_load_n(&init_memory.memory_shared, __ATOMIC_ACQUIRE) == 0) return 0;  // a step failed: told below
        raw_syscall(SYS_nanosleep, &nap, nullptr);
    }
    if (const int error = stop_process(program, init_memory.memory_shared)) return error;
    if (const int error = set_dumpable(1)) return error;
    Message ready;
    ready.kind = Message::Kind::ready;
    send(inside.channel, ready);
    if (const int error = await_go(inside)) return error;
    if (const int error = set_dumpable(0)) return error;
    __atomic_store_n(&init_memory.exec_allowed, 1, __ATOMIC_RELEASE);
    return continue_process(program, init_memory.memory_shared);
}

// All but the channel, the signals and the terminal: what lies before, between and behind them.
int close_the_rest(const Inside& inside) {
    const int kept[] = {inside.channel, inside.signals, inside.terminal};
    for (int first = 0;;) {
        int next = -1;
        for (const int each : kept)
            if (each >= first && (next < 0 || each < next)) next = each;
        if (next < 0) return outcome(raw_syscall(SYS_close_range, first, ~0U, 0));
        if (next > first)
            if (const int error = outcome(raw_syscall(SYS_close_range, first, next - 1, 0))) return error;
        first = next + 1;
    }
}

// After the exec. Steps and filter hold the exec key.
int forget_everything(const Inside& inside) {
    wipe(inside.program.steps, inside.program.count * sizeof(Step));
    wipe(inside.filter.filter, inside.filter.len * sizeof(sock_filter));
    return close_the_rest(inside);
}

// ---- memory, once the program is one that stays

// Whole pages; what was in them is lost (madvise(2)).
void give_back(std::uintptr_t begin, std::uintptr_t end) {
    if (begin < end) raw_syscall(SYS_madvise, begin, end - begin, MADV_DONTNEED);
}

// Behind the image lie heap, stack and what the kernel has mapped. Without a stack there are no arguments for ps(1) to
// show, so init gets a name.
void unmap_all_but_the_image(const ReleasableMemory& releasable) {
    constexpr std::uintptr_t top = (std::uintptr_t{1} << 47) - 4096;  // of every address: TASK_SIZE_MAX of the kernel
    raw_syscall(SYS_munmap, releasable.image_end, top - releasable.image_end);
    raw_syscall(SYS_prctl, PR_SET_NAME, "ward-init", 0, 0, 0);
}

// Then the kernel writes nothing to this program's memory any more. False if it still does.
bool stop_rseq(const ReleasableMemory& releasable) {
    constexpr int unregister = 1;                    // RSEQ_FLAG_UNREGISTER
    constexpr std::uint32_t signature = 0x53053053;  // as the C library has registered it: RSEQ_SIG
    constexpr std::uint32_t size = 32;
    return raw_syscall(SYS_rseq, releasable.rseq, size, unregister, signature) == 0;
}

// Init's copy: as long as it is there, the supervisor cannot give its own back either. An error costs memory alone.
void tidy_up(const ReleasableMemory& releasable) {
    const auto work = reinterpret_cast<std::uintptr_t>(&workspace);
    const auto own = reinterpret_cast<std::uintptr_t>(&init_memory);
    give_back(work, work + sizeof workspace);
    give_back(releasable.heap, releasable.heap + releasable.heap_size);
    if (releasable.image_end == 0 || !stop_rseq(releasable)) return;
    give_back(releasable.variables, own);
    give_back(own + sizeof init_memory, releasable.image_end);
    unmap_all_but_the_image(releasable);
}

// ---- the rest of init's life

// What it needs for that, on its own stack: the rest of its memory is given back.
struct Life {
    int channel, signals, terminal;    // as in Inside
    int program;                       // pid ...
    bool leads_group;                  // ... and its process group
    ReleasableMemory releasable;       // until it is given back
    std::uint64_t peak_kilobytes = 0;  // of the largest process that was reaped
};

int signal_program(const Life& life, int number) {
    const int target = life.leads_group ? -life.program : life.program;
    return outcome(raw_syscall(SYS_kill, target, number));
}

void obey(const Life& life, const Order& order) {
    if (order.kind == Order::Kind::signal) {
        (void)signal_program(life, order.number);  // a program that has just ended is reaped next
    } else if (order.kind == Order::Kind::signal_all) {
        raw_syscall(SYS_kill, -1, order.number);  // all but init: kill(2)
    } else if (order.kind == Order::Kind::foreground && life.terminal >= 0) {
        raw_syscall(SYS_ioctl, life.terminal, TIOCSPGRP, &life.program);
        (void)signal_program(life, continue_signal);
    }
}

void take_order(const Life& life) {
    Order order;
    const long size = raw_syscall(SYS_recvfrom, life.channel, &order, sizeof order, MSG_DONTWAIT, nullptr, nullptr);
    if (size == 0) leave(1);  // the supervisor is gone
    if (size == sizeof order) obey(life, order);
}

void tell_change(const Life& life, const siginfo_t& change) {
    Message message;
    const bool stopped = change.si_code == CLD_STOPPED;
    message.kind = stopped ? Message::Kind::stopped : Message::Kind::ended;
    message.wait_code = change.si_code;
    message.wait_status = change.si_status;
    message.peak_kilobytes = life.peak_kilobytes;
    send(life.channel, message);
    if (!stopped) leave(0);
}

void reap(Life& life) {
    constexpr unsigned changes = WEXITED | WSTOPPED | WNOHANG | __WALL;
    for (;;) {
        siginfo_t change{};
        rusage usage{};
        const long result = raw_syscall(SYS_waitid, P_ALL, 0, &change, changes, &usage);
        if (result == -EINTR) continue;
        if (result != 0) leave(1);  // an init that cannot see the program's end would stay for ever
        if (change.si_pid == 0) return;
        const auto peak = static_cast<std::uint64_t>(usage.ru_maxrss);
        if (peak > life.peak_kilobytes) life.peak_kilobytes = peak;
        if (change.si_pid == life.program) tell_change(life, change);
    }
}

// The program's end, mostly the first thing that happens, leaves from reap(). After that the signal is taken,
// and what came before the taking is looked at: signals of one kind do not queue.
[[noreturn]] void stay(Life life) {
    timespec left = long_run;  // the kernel takes from it what was waited: ppoll(2)
    bool is_tidy = false;
    for (;;) {
        pollfd sources[2] = {{life.channel, POLLIN, 0}, {life.signals, POLLIN, 0}};
        const long ready = raw_syscall(SYS_ppoll, &sources[0], 2, is_tidy ? nullptr : &left, nullptr, 0);
        if (!is_tidy && (ready == 0 || (left.tv_sec == 0 && left.tv_nsec == 0))) {
            tidy_up(life.releasable);
            is_tidy = true;
        }
        if (sources[0].revents != 0) take_order(life);
        if (sources[1].revents == 0) continue;
        reap(life);
        signalfd_siginfo signal;
        raw_syscall(SYS_read, life.signals, &signal, sizeof signal);
        reap(life);
    }
}

// ---- the beginning

int begin(Inside& inside) {
    if (raw_syscall(SYS_getpid) != 1) return ECHILD;  // not in a PID namespace of its own
    if (const int error = outcome(raw_syscall(SYS_close, inside.supervisors_channel))) return error;
    const std::uint64_t children = std::uint64_t{1} << (child_signal - 1);
    const long signals = raw_syscall(SYS_signalfd4, -1, &children, sizeof children, SFD_CLOEXEC | SFD_NONBLOCK);
    return new_descriptor(signals, inside.signals);
}

}  // namespace

void run_init(Inside& inside) {
    int error = begin(inside);
    if (error != 0) fail(inside, failure_at(Phase::init, inside.init.count, error));
    const std::uint32_t step = run_init_steps(inside, &error);
    if (error != 0) fail(inside, failure_at(Phase::init, step, error));

    if (program_makes(inside, Operation::load_filter)) error = take_filter(inside);
    if (error != 0) fail(inside, failure_at(Phase::init, inside.init.count, error));

    // By now the memory is closed to everybody (Operation::set_dumpable): the program must never find it open
    // (proc_pid_mem(5), ptrace(2)).
    // What the policy keeps is the program's alone. All else was given up before the program's process is made.
    const bool keeps = program_makes(inside, Operation::set_capabilities);
    init_memory.privileges_dropped = keeps ? 0 : 1;
    const long program = start_program(inside);
    if (program <= 1)
        fail(inside,
             failure_at(Phase::program, inside.program.count, program < 0 ? static_cast<int>(-program) : EPROTO));
    if (keeps) error = drop_capabilities();
    if (error != 0) fail(inside, failure_at(Phase::init, inside.init.count, error));
    if (keeps) allow_exec();
    if (inside.verified) error = let_supervisor_look(inside, static_cast<int>(program));
    if (error != 0) fail(inside, failure_at(Phase::init, inside.init.count, error));
    wait_while(init_memory.memory_shared, 1);
    if (inside.failure.kind != Message::Kind::none) fail(inside, inside.failure);

    Message started;
    started.kind = Message::Kind::started;
    send(inside.channel, started, inside.listener);
    error = forget_everything(inside);
    if (error != 0) fail(inside, failure_at(Phase::init, inside.init.count, error));
    stay({.channel = inside.channel,
          .signals = inside.signals,
          .terminal = inside.terminal,
          .program = static_cast<int>(program),
          .leads_group = inside.own_session,
          .releasable = inside.releasable});
}

}  // namespace ward::sandbox
