#include "sandbox/launch.hpp"

#include <fcntl.h>
#include <linux/sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "sandbox/cgroup.hpp"
#include "sandbox/child.hpp"
#include "sandbox/id_map.hpp"
#include "sandbox/raw_syscall.hpp"
#include "sandbox/setup_failure.hpp"
#include "sandbox/signals.hpp"
#include "sandbox/supervisor.hpp"
#include "sandbox/terminal.hpp"

namespace ward::sandbox {
namespace {

constexpr int not_set_up = 125;

// ---- before anything is made

void refuse_folders_as_streams() {
    const char* const names[] = {"standard input", "standard output", "standard error"};
    for (int stream = 0; stream < 3; ++stream) {
        struct stat file {};
        if (::fstat(stream, &file) == 0 && S_ISDIR(file.st_mode)) {
            throw SetupFailure(policy::slug::leaking_stream, std::string(names[stream]) + " is a folder of the host",
                               "redirect it from or to a file, a pipe or `/dev/null`");
        }
    }
}

// ---- parts of the plan

bool has_step(const std::vector<Step>& steps, Operation operation) {
    return std::any_of(steps.begin(), steps.end(), [&](const Step& step) { return step.operation == operation; });
}

StepList list(const std::vector<Step>& steps) {
    return {steps.data(), static_cast<std::uint32_t>(steps.size())};
}

std::vector<const char*> pointers(const std::vector<std::string>& texts) {
    std::vector<const char*> all;
    all.reserve(texts.size() + 1);
    for (const std::string& text : texts) all.push_back(text.c_str());
    all.push_back(nullptr);
    return all;
}

// The host's id of the id that the program will have.
std::uint32_t host_id(const Plan& plan, Operation operation, const std::vector<IdRange>& map, std::uint32_t own) {
    std::uint32_t inside = own;
    for (const auto* steps : {&plan.init, &plan.program}) {
        for (const Step& step : *steps) {
            if (step.operation == operation) inside = static_cast<std::uint32_t>(step.number[0]);
        }
    }
    for (const IdRange& range : map) {
        if (inside >= range.inside && inside - range.inside < range.count)
            return range.outside + (inside - range.inside);
    }
    return own;
}

Terminal::Owner owner_of_streams(const Plan& plan) {
    if (!plan.supervisor_maps_ids) return {};
    return {host_id(plan, Operation::set_user, plan.uid_map, ::getuid()),
            host_id(plan, Operation::set_group, plan.gid_map, ::getgid())};
}

// ---- one launch

class Launch {
public:
    explicit Launch(const Plan& plan)
        : plan_(plan),
          signals_(plan.terminal == compiler::Terminal::inherit),
          terminal_(plan.terminal, owner_of_streams(plan)),
          arguments_(pointers(plan.arguments)),
          environment_(pointers(plan.environment)) {}
    Launch(const Launch&) = delete;
    Launch& operator=(const Launch&) = delete;
    ~Launch() { close_slots(); }

    // Throws SetupFailure.
    [[nodiscard]] Outcome run();
    [[nodiscard]] CgroupUsage usage() const { return cgroups_ ? cgroups_->usage() : CgroupUsage(); }

private:
    void open_channel();
    void fill_inside();
    [[nodiscard]] std::optional<Message> run_here(Phase phase, const std::vector<Step>& steps);
    void clone_init();
    [[nodiscard]] std::optional<Message> admit();
    [[nodiscard]] std::optional<Message> failure_of_init() const;
    void close_slots();

    // In this order: init is killed before its cgroups are removed, signals come last.
    const Plan& plan_;
    Signals signals_;
    Terminal terminal_;
    std::vector<const char*> arguments_, environment_;
    Inside inside_;
    Descriptor channel_, far_channel_;
    std::optional<Cgroups> cgroups_;
    std::optional<JailProcess> jail_;
};

Outcome Launch::run() {
    Outcome outcome;
    open_channel();
    fill_inside();
    outcome.failure = run_here(Phase::prepare, plan_.prepare);
    if (outcome.failure) return outcome;
    if (plan_.cgroup.any()) cgroups_.emplace(plan_.cgroup, plan_.cgroup_parents);
    clone_init();
    outcome.failure = admit();
    if (outcome.failure) return outcome;
    terminal_.resume();
    return Supervisor(plan_, *jail_, channel_.number(), signals_, terminal_).run();
}

void Launch::open_channel() {
    int ends[2];
    must(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, &ends[0]), "make a channel into the jail");
    channel_.reset(ends[0]);
    far_channel_.reset(ends[1]);
}

void Launch::fill_inside() {
    inside_.init = list(plan_.init);
    inside_.program = list(plan_.program);
    inside_.arguments = arguments_.data();
    inside_.environment = environment_.data();
    // The kernel's struct has no const; seccomp(2) only reads.
    inside_.filter = {static_cast<unsigned short>(plan_.filter.size()), const_cast<sock_filter*>(plan_.filter.data())};
    inside_.channel = far_channel_.number();
    inside_.supervisors_channel = channel_.number();
    std::copy(terminal_.inside().begin(), terminal_.inside().end(), std::begin(inside_.streams));
    inside_.background = terminal_.background();
}

std::optional<Message> Launch::run_here(Phase phase, const std::vector<Step>& steps) {
    int error = 0;
    const std::uint32_t step = run_steps(list(steps), inside_, &error);
    if (error == 0) return std::nullopt;
    Message failure;
    failure.kind = Message::Kind::step_failed;
    failure.phase = phase;
    failure.step = step;
    failure.error = error;
    return failure;
}

const char* remedy_of_clone(int error) {
    switch (error) {
        case EPERM:
            return "allow user namespaces on this host: `sysctl kernel.unprivileged_userns_clone=1`";
        case ENOSPC:
            return "raise the host's limit: `sysctl user.max_user_namespaces=10000`";
        case EAGAIN:
            return "raise the limit of processes: `ulimit -u`";
        default:
            return "run Linux 5.14 or newer, built with all namespaces";
    }
}

void Launch::clone_init() {
    int handle = -1;
    clone_args how{};
    how.flags = plan_.namespaces | CLONE_PIDFD;
    how.pidfd = reinterpret_cast<std::uint64_t>(&handle);
    how.exit_signal = SIGCHLD;
    const long result = raw_syscall(SYS_clone3, &how, sizeof how);
    if (result == 0) run_init(inside_);
    if (result < 0) {
        const int error = static_cast<int>(-result);
        throw SetupFailure(policy::slug::launch_failed, "cannot make the jail's namespaces: " + error_words(error),
                           remedy_of_clone(error));
    }
    jail_.emplace(static_cast<pid_t>(result), Descriptor(handle));
    far_channel_.reset();
    terminal_.release_inside();
    signals_.open();
}

// Gives init its ids and cgroups, and lets it go on. A failure of init itself is the better message.
std::optional<Message> Launch::admit() {
    try {
        if (plan_.supervisor_maps_ids) write_id_maps(jail_->pid(), plan_.uid_map, plan_.gid_map);
        if (plan_.map_namespace != no_slot) {
            Descriptor space = plan_.tree_uid_map.empty() ? user_namespace_of(jail_->pid())
                                                          : make_user_namespace(plan_.tree_uid_map, plan_.tree_gid_map);
            inside_.slots[plan_.map_namespace] = space.release();
        }
        if (auto failure = run_here(Phase::mapped, plan_.mapped)) return failure;
        if (cgroups_) cgroups_->enter(jail_->pid());
    } catch (const SetupFailure&) {
        if (auto failure = failure_of_init()) return failure;
        throw;
    }
    close_slots();
    const Order go{Order::Kind::go, 0};
    if (has_step(plan_.init, Operation::await_supervisor))
        (void)::send(channel_.number(), &go, sizeof go, MSG_NOSIGNAL);
    return std::nullopt;
}

std::optional<Message> Launch::failure_of_init() const {
    Message message;
    const ssize_t size = ::recv(channel_.number(), &message, sizeof message, MSG_DONTWAIT);
    if (size != sizeof message || message.kind != Message::Kind::step_failed) return std::nullopt;
    return message;
}

// Init has its own copies.
void Launch::close_slots() {
    for (int& slot : inside_.slots) {
        if (slot >= 0) ::close(slot);
        slot = -1;
    }
}

// ---- the report

void tell_end(Report& report, const Outcome& outcome, const CgroupUsage& usage) {
    const bool killed = !outcome.ended || outcome.ended->wait_code != CLD_EXITED;
    report.status = outcome.ended ? outcome.ended->wait_status : outcome.remains.status;
    report.end = killed ? Report::End::signalled : Report::End::exited;
    if (outcome.out_of_time) {
        report.end = Report::End::time_limit;
    } else if (outcome.violation) {
        report.end = Report::End::violation;
    } else if (killed && report.status == SIGKILL && usage.out_of_memory_kills != 0) {
        report.end = Report::End::memory_limit;
    } else if (!killed && report.status != 0 && usage.refused_forks != 0) {
        report.end = Report::End::tasks_limit;
    }
}

void tell_use(Report& report, const Outcome& outcome, const CgroupUsage& usage) {
    const std::uint64_t kilobytes = outcome.ended ? outcome.ended->peak_kilobytes : outcome.remains.peak_kilobytes;
    report.violation = outcome.violation;
    report.wall_seconds = outcome.wall_seconds;
    report.cpu_seconds = outcome.remains.cpu_seconds;
    report.peak_memory = usage.peak_memory.value_or(kilobytes * 1024);
    report.refused_forks = usage.refused_forks;
}

void tell(Report& report, const Plan& plan, const Outcome& outcome, const CgroupUsage& usage,
          policy::Diagnostics& diagnostics) {
    if (outcome.failure && !outcome.started) {
        report.status = report_failed_step(plan, *outcome.failure, diagnostics);
    } else if (outcome.interrupted != 0) {
        report.end = Report::End::signalled;
        report.status = outcome.interrupted;
    } else if (outcome.out_of_time && !outcome.started) {
        report.end = Report::End::time_limit;
    } else if (!outcome.started || outcome.listener_missing || outcome.failure) {
        diagnostics
            .add(policy::slug::launch_failed, std::nullopt, "the first process of the jail ended before its time")
            .help("run it again");
    } else {
        tell_end(report, outcome, usage);
        tell_use(report, outcome, usage);
    }
}

}  // namespace

bool fill_standard_streams() {
    for (;;) {
        const int descriptor = ::open("/dev/null", O_RDWR);  // NOLINT(android-cloexec-open): streams stay open
        if (descriptor < 0) return false;
        if (descriptor > 2) return ::close(descriptor) == 0;
    }
}

Report launch(const Plan& plan, policy::Diagnostics& diagnostics) {
    Report report;
    report.status = not_set_up;
    report.enforced = plan.enforced;
    report.notes = plan.notes;
    try {
        must(fill_standard_streams() ? 0 : -1, "open /dev/null");
        refuse_folders_as_streams();
        Launch launch(plan);
        const Outcome outcome = launch.run();
        tell(report, plan, outcome, launch.usage(), diagnostics);
    } catch (const SetupFailure& failure) {
        diagnostics.add(failure.kind(), std::nullopt, failure.what()).help(failure.help());
    }
    return report;
}

}  // namespace ward::sandbox
