#include "sandbox/supervisor.hpp"

#include <malloc.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstring>
#include <ctime>

#include "sandbox/channel.hpp"
#include "sandbox/first_process.hpp"
#include "sandbox/listener.hpp"
#include "sandbox/raw_syscall.hpp"
#include "sandbox/setup_failure.hpp"

// Of glibc (malloc/arena.c), which calls it when a thread ends. Only in a program that is linked statically.
// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming): its name
extern "C" [[gnu::weak]] void __malloc_arena_thread_freeres();

namespace ward::sandbox {
namespace {

double now() {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

bool ready(const std::vector<pollfd>& sources, int descriptor) {
    return std::any_of(sources.begin(), sources.end(),
                       [&](const pollfd& source) { return source.fd == descriptor && source.revents != 0; });
}

// Milliseconds that a signal waits for the program that it is meant for: the program may run already,
// and init's message be on its way.
constexpr int patience = 100;

// Milliseconds after which a program is one that stays.
constexpr int long_run = 1000;

// What malloc(3) keeps for the next calls, up to seven pieces of each size, holds many pages that are otherwise empty.
// From then on it keeps none.
void give_back_heap() {
    if (__malloc_arena_thread_freeres != nullptr) __malloc_arena_thread_freeres();
    ::malloc_trim(0);
}

bool ends_programs(int signal) {
    return signal == SIGHUP || signal == SIGINT || signal == SIGQUIT || signal == SIGTERM;
}

}  // namespace

// ---- init as a process

JailProcess::~JailProcess() {
    kill();
    wait();
}

// Processes in a PID namespace die with its init, before it can be waited for (pid_namespaces(7)).
void JailProcess::kill() const {
    if (!gone_) raw_syscall(SYS_pidfd_send_signal, handle_.number(), SIGKILL, nullptr, 0);
}

JailProcess::Remains JailProcess::wait() {
    Remains remains;
    if (gone_) return remains;
    siginfo_t end{};
    rusage usage{};
    long result = 0;
    do {
        result = raw_syscall(SYS_waitid, P_PIDFD, handle_.number(), &end, WEXITED, &usage);
    } while (result == -EINTR);
    gone_ = true;
    remains.code = end.si_code;
    remains.status = end.si_status;
    remains.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    remains.peak_kilobytes = static_cast<std::uint64_t>(usage.ru_maxrss);
    return remains;
}

// ---- the loop

Supervisor::Supervisor(const Plan& plan, JailProcess& jail, int channel, Signals& signals, Terminal& terminal,
                       Hooks hooks)
    : plan_(plan),
      jail_(jail),
      channel_(channel),
      signals_(signals),
      terminal_(terminal),
      hooks_(std::move(hooks)),
      begin_(now()) {
    start_timer();
}

// What init does of the set-up counts: a source on a file system that hangs must not hold the caller for ever.
void Supervisor::start_timer() {
    if (!plan_.time_limit) return;
    timer_.reset(static_cast<int>(
        must(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), "make a timer for the time limit")));
    itimerspec time{};
    time.it_value.tv_sec = static_cast<time_t>(*plan_.time_limit / 1000);
    time.it_value.tv_nsec = static_cast<long>(*plan_.time_limit % 1000 * 1'000'000);
    must(::timerfd_settime(timer_.number(), 0, &time, nullptr), "set the timer of the time limit");
}

Outcome Supervisor::run() {
    while (!jail_gone_ && channel_open_) wait_and_handle();
    while (channel_open_ && take_message()) {
    }
    outcome_.remains = jail_.wait();
    outcome_.wall_seconds = now() - begin_;
    drain();
    return std::move(outcome_);
}

std::vector<pollfd> Supervisor::sources() const {
    std::vector<pollfd> all{{jail_.handle(), POLLIN, 0}, {signals_.descriptor(), POLLIN, 0}};
    if (channel_open_) all.push_back({channel_, POLLIN, 0});
    if (timer_) all.push_back({timer_.number(), POLLIN, 0});
    if (listener_) all.push_back({listener_.number(), POLLIN, 0});
    terminal_.add_sources(all);
    return all;
}

void Supervisor::wait_and_handle() {
    std::vector<pollfd> all = sources();
    const int idle = outcome_.started && !is_tidy_ ? long_run : -1;
    const int count = ::poll(all.data(), all.size(), early_signals_.empty() ? idle : patience);
    if (count < 0) return;
    if (!is_tidy_ && outcome_.started && now() - start_ >= long_run / 1000.0) tidy_up();
    if (count == 0) interrupt_set_up();
    jail_gone_ = ready(all, jail_.handle());
    if (ready(all, channel_)) take_message();
    if (ready(all, listener_.number())) record_violation();
    if (ready(all, timer_.number())) {
        outcome_.out_of_time = true;
        timer_.reset();
        jail_.kill();
    }
    if (ready(all, signals_.descriptor())) take_signals();
    if (terminal_.pump(all)) pass_on(SIGHUP);
}

// What the policy was made into took memory that a jail which stays should not hold.
void Supervisor::tidy_up() {
    is_tidy_ = true;
    hooks_.forget();
    give_back_heap();
    const Pages stack = unused_stack_pages();
    ::madvise(stack.begin, stack.size, MADV_DONTNEED);
    ::madvise(&workspace, sizeof workspace, MADV_DONTNEED);
    ::madvise(&init_memory, sizeof init_memory, MADV_DONTNEED);  // init has a copy
}

// ---- messages of init

std::optional<Supervisor::Packet> Supervisor::next_packet() {
    Packet packet;
    iovec part{&packet.message, sizeof packet.message};
    alignas(cmsghdr) char space[CMSG_SPACE(sizeof(int))] = {};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = &space[0];
    header.msg_controllen = sizeof space;
    const ssize_t size = receive(channel_, header);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
    if (size != sizeof packet.message) {
        // Init has ended, or cannot be understood: a jail that nobody hears of must not go on.
        channel_open_ = false;
        jail_.kill();
        return std::nullopt;
    }
    const cmsghdr* carried = CMSG_FIRSTHDR(&header);
    if (carried != nullptr && carried->cmsg_type == SCM_RIGHTS) {
        int descriptor = -1;
        std::memcpy(&descriptor, CMSG_DATA(carried), sizeof descriptor);
        packet.carried.reset(descriptor);
    }
    return packet;
}

// False if there is none.
bool Supervisor::take_message() {
    auto packet = next_packet();
    if (!packet) return false;
    handle(std::move(*packet));
    return true;
}

void Supervisor::handle(Packet packet) {
    switch (packet.message.kind) {
        case Message::Kind::step_failed:
            outcome_.failure = packet.message;
            break;
        case Message::Kind::ready:
            program_ready();
            break;
        case Message::Kind::started:
            program_started(std::move(packet.carried));
            break;
        case Message::Kind::ended:
            outcome_.ended = packet.message;
            channel_open_ = false;  // init's last words
            break;
        case Message::Kind::stopped:
            program_stopped(packet.message.wait_status);
            break;
        case Message::Kind::none:
            break;
    }
}

void Supervisor::program_ready() const {
    hooks_.verify();
    send_go(channel_);
}

void Supervisor::program_started(Descriptor listener) {
    outcome_.started = true;
    start_ = now();
    listener_ = std::move(listener);
    outcome_.listener_missing = plan_.supervised_kill && !listener_;
    if (outcome_.listener_missing) jail_.kill();
    for (const int signal : early_signals_) order(Order::Kind::signal, signal);
    early_signals_.clear();
}

// In a shared terminal the signal that stopped the program has stopped us as well. While we are stopped
// nobody watches the time limit, so nothing of the jail goes on.
void Supervisor::program_stopped(int signal) {
    if (plan_.terminal == compiler::Terminal::inherit) return;
    const bool wants_keyboard = signal == SIGTTIN || signal == SIGTTOU;
    if (wants_keyboard && terminal_.background()) {
        terminal_.take_keyboard();
        order(Order::Kind::foreground);
        return;
    }
    order(Order::Kind::signal_all, SIGSTOP);
    terminal_.suspend();
    // With a private terminal Ctrl-Z came to the program alone; otherwise it came to our group as well.
    stop(plan_.terminal == compiler::Terminal::private_pty ? Stopped::process_group : Stopped::ourselves);
    terminal_.resume();
    order(Order::Kind::signal_all, SIGCONT);
}

// A jail that is about to be gone needs no orders.
void Supervisor::order(Order::Kind kind, int number) const {
    const Order order{kind, number};
    (void)::send(channel_, &order, sizeof order, MSG_NOSIGNAL | MSG_DONTWAIT);
}

// ---- signals

void Supervisor::take_signals() {
    while (const auto signal = signals_.next()) handle_signal(*signal);
}

void Supervisor::handle_signal(const signalfd_siginfo& signal) {
    const bool from_terminal = signal.ssi_code == SI_KERNEL;
    if (from_terminal && plan_.terminal == compiler::Terminal::inherit) return;  // the program has it as well
    if (signal.ssi_signo == SIGWINCH) terminal_.copy_window_size();
    if (signal.ssi_signo == SIGCONT) terminal_.resume();
    pass_on(static_cast<int>(signal.ssi_signo));
}

// To the program, once there is one.
void Supervisor::pass_on(int signal) {
    if (outcome_.started)
        order(Order::Kind::signal, signal);
    else
        early_signals_.push_back(signal);
}

// The set-up takes its time, and a signal that ends programs came a while ago.
void Supervisor::interrupt_set_up() {
    const auto end = std::find_if(early_signals_.begin(), early_signals_.end(), ends_programs);
    if (end == early_signals_.end()) return early_signals_.clear();
    outcome_.interrupted = *end;
    jail_.kill();
}

// ---- the end

// Without POLLIN nobody uses the filter any more (POLLHUP). Then to ask for a notification would wait for ever
// before Linux 6.6, where it is ENOENT.
void Supervisor::record_violation() {
    pollfd listener{listener_.number(), POLLIN, 0};
    if (::poll(&listener, 1, 0) > 0 && (listener.revents & POLLIN) == 0) return listener_.reset();
    if ((listener.revents & POLLIN) == 0) return;
    const auto violation = read_violation(listener_.number());
    if (!violation || outcome_.violation) return;
    outcome_.violation = violation;
    jail_.kill();
}

void Supervisor::drain() {
    terminal_.release_keyboard();
    while (terminal_.draining()) {
        std::vector<pollfd> all{{signals_.descriptor(), POLLIN, 0}};
        terminal_.add_sources(all);
        if (::poll(all.data(), all.size(), -1) < 0) return;
        if (terminal_.pump(all)) return;
        while (const auto signal = signals_.next()) {
            if (ends_programs(static_cast<int>(signal->ssi_signo))) return;
        }
    }
}

}  // namespace ward::sandbox
