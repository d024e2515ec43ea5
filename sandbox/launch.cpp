#include "sandbox/launch.hpp"

#include <fcntl.h>
#include <linux/sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <memory>
#include <vector>

#include "sandbox/cgroup.hpp"
#include "sandbox/channel.hpp"
#include "sandbox/child.hpp"
#include "sandbox/first_process.hpp"
#include "sandbox/handover.hpp"
#include "sandbox/id_map.hpp"
#include "sandbox/outcome_report.hpp"
#include "sandbox/raw_syscall.hpp"
#include "sandbox/setup_failure.hpp"
#include "sandbox/signals.hpp"
#include "sandbox/supervisor.hpp"
#include "sandbox/terminal.hpp"
#include "sandbox/verify.hpp"

namespace ward::sandbox {
namespace {

constexpr int not_set_up = 125;

// The diagnostics say why.
struct FilterRefused {};

// ---- before anything is made

void refuse_folders_as_streams(const Plan& plan) {
    constexpr std::array<const char*, 3> names{"standard input", "standard output", "standard error"};
    for (std::size_t stream = 0; stream < plan.streams.size(); ++stream) {
        if (!plan.streams[stream].is_folder) continue;
        throw SetupFailure(policy::slug::leaking_stream, std::string(names.at(stream)) + " is a folder of the host",
                           "redirect it from or to a file, a pipe or `/dev/null`");
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
    const bool any_terminal =
        std::any_of(plan.streams.begin(), plan.streams.end(), [](const Stream& stream) { return stream.is_terminal; });
    if (!plan.supervisor_maps_ids || !any_terminal) return {};
    return {host_id(plan, Operation::set_user, plan.uid_map, ::getuid()),
            host_id(plan, Operation::set_group, plan.gid_map, ::getgid())};
}

// ---- one launch

class Launch {
public:
    // `make_filter`: false after an error.
    Launch(Plan& plan, std::function<bool()> make_filter, std::optional<EarlyInit> early, std::function<void()> forget)
        : plan_(plan),
          make_filter_(std::move(make_filter)),
          early_(std::move(early)),
          forget_(std::move(forget)),
          signals_(plan.terminal == compiler::Terminal::inherit, plan.ignored_signals),
          terminal_(plan.terminal, owner_of_streams(plan), plan.streams),
          arguments_(pointers(plan.arguments)),
          environment_(pointers(plan.environment)) {}
    Launch(const Launch&) = delete;
    Launch& operator=(const Launch&) = delete;
    ~Launch() { close_slots(); }

    // Throws SetupFailure, JailDiffers, FilterRefused.
    [[nodiscard]] Outcome run();
    // Whether the kernel's view of the jail was compared with the plan, and equal.
    [[nodiscard]] bool verified() const { return verified_; }
    [[nodiscard]] CgroupUsage usage() const { return cgroups_ ? cgroups_->usage() : CgroupUsage(); }
    // After run(), which has seen init's end: gives back what others see, the terminal's modes and the cgroups.
    void end();

private:
    void fill_inside();
    [[nodiscard]] std::optional<Message> run_here(Phase phase, const std::vector<Step>& steps);
    void make_cgroups();
    void make_init();
    [[nodiscard]] std::optional<Message> admit();
    [[nodiscard]] std::optional<Message> failure_of_init() const;
    void send_filter() const;
    void look_at_streams();
    void verify();
    void forget();
    void close_slots();

    // In this order: init is killed before its cgroups are removed, signals come last.
    Plan& plan_;
    std::function<bool()> make_filter_;
    std::optional<EarlyInit> early_;  // absent: init is made when the plan is
    std::function<void()> forget_;    // of the caller
    Signals signals_;
    Terminal terminal_;
    std::vector<const char*> arguments_, environment_;
    Inside inside_;
    Channel channel_;
    std::optional<Cgroups> cgroups_;
    std::unique_ptr<JailProcess> jail_;
    LaunchView made_;  // with --verify
    bool verified_ = false;
};

Outcome Launch::run() {
    Outcome outcome;
    if (early_ && !early_->fits(plan_)) early_.reset();
    if (early_)
        channel_.own = std::move(early_->channel);
    else
        channel_ = open_channel();
    fill_inside();
    if (plan_.verify) look_at_streams();
    outcome.failure = run_here(Phase::prepare, plan_.prepare);
    if (outcome.failure) return outcome;
    make_cgroups();
    make_init();
    outcome.failure = admit();
    if (outcome.failure) return outcome;
    if (!make_filter_()) throw FilterRefused();
    if (has_step(plan_.program, Operation::load_filter)) send_filter();
    terminal_.resume();
    return Supervisor(plan_, *jail_, channel_.own.number(), signals_, terminal_,
                      {[this] { verify(); }, [this] { forget(); }})
        .run();
}

void Launch::fill_inside() {
    inside_.init = list(plan_.init);
    inside_.program = list(plan_.program);
    inside_.arguments = arguments_.data();
    inside_.environment = environment_.data();
    inside_.channel = channel_.far.number();
    inside_.supervisors_channel = channel_.own.number();
    std::copy(terminal_.inside().begin(), terminal_.inside().end(), std::begin(inside_.streams));
    inside_.background = terminal_.background();
    inside_.verified = plan_.verify;
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
            return "run `ward doctor`: it says what forbids user namespaces on this host, and how to allow them";
        case ENOSPC:
            return "raise the host's limit: `sysctl user.max_user_namespaces=10000`";
        case EAGAIN:
            return "raise the limit of processes: `ulimit -u`, or `pids.max` of its cgroup";
        default:
            return "run Linux 5.14 or newer, built with all namespaces";
    }
}

// Errors of CLONE_INTO_CGROUP alone: clone(2).
bool is_about_cgroups(int error) {
    return error == EACCES || error == EBUSY || error == EOPNOTSUPP || error == ENODEV;
}

[[noreturn]] void refuse_cgroup(int error) {
    throw SetupFailure(policy::slug::cgroup_failed, "cannot start the jail in its cgroup: " + error_words(error),
                       "run ward where a cgroup of version 2 is delegated to this user, with `cgroup.procs`");
}

void Launch::make_cgroups() {
    if (!plan_.cgroup.any()) return;
    for (const std::string& folder : plan_.other_cgroup_folders) remove_left_overs(folder);
    cgroups_.emplace(plan_.cgroup, plan_.cgroup_parents);
    for (const auto& [parent, slot] : plan_.cgroup_slots) inside_.slots[slot] = cgroups_->tasks_below(parent).release();
}

// An early init has begun already. A new one is made of everything that this process has by now.
void Launch::make_init() {
    if (early_) {
        jail_ = std::move(early_->process);
        return signals_.open();
    }
    copy_again();
    const Pages heap = heap_pages();
    inside_.releasable.heap = reinterpret_cast<std::uintptr_t>(heap.begin);
    inside_.releasable.heap_size = heap.size;
    Clone made = clone_init(plan_.namespaces, cgroups_ ? cgroups_->descriptor() : -1, inside_);
    if (made.result < 0) {
        const int error = static_cast<int>(-made.result);
        if (is_about_cgroups(error)) refuse_cgroup(error);
        throw SetupFailure(policy::slug::launch_failed, "cannot make the jail's namespaces: " + error_words(error),
                           remedy_of_clone(error));
    }
    jail_ = std::make_unique<JailProcess>(static_cast<pid_t>(made.result), std::move(made.handle));
    channel_.far.reset();
    terminal_.release_inside();
    signals_.open();
}

// Gives init its ids, and lets it go on. A failure of init itself is the better message.
std::optional<Message> Launch::admit() {
    try {
        if (plan_.supervisor_maps_ids) write_id_maps(jail_->pid(), plan_.uid_map, plan_.gid_map);
        if (plan_.helpers_map_ids) map_ids_by_helpers(jail_->pid(), plan_.uid_map, plan_.gid_map);
        if (plan_.map_namespace != no_slot) {
            Descriptor space = plan_.tree_uid_map.empty() ? user_namespace_of(jail_->pid())
                                                          : make_user_namespace(plan_.tree_uid_map, plan_.tree_gid_map);
            inside_.slots[plan_.map_namespace] = space.release();
        }
        if (auto failure = run_here(Phase::mapped, plan_.mapped)) return failure;
    } catch (const SetupFailure&) {
        if (auto failure = failure_of_init()) return failure;
        throw;
    }
    if (early_) {
        if (early_->moved_from) return_processors(jail_->pid(), *early_->moved_from);
        hand_over(inside_, channel_.own.number());
        terminal_.release_inside();
    }
    close_slots();
    if (!early_ && has_step(plan_.init, Operation::await_supervisor)) send_go(channel_.own.number());
    return std::nullopt;
}

std::optional<Message> Launch::failure_of_init() const {
    Message message;
    iovec part{&message, sizeof message};
    msghdr packet{};
    packet.msg_iov = &part;
    packet.msg_iovlen = 1;
    const ssize_t size = receive(channel_.own.number(), packet);
    if (size != sizeof message || message.kind != Message::Kind::step_failed) return std::nullopt;
    return message;
}

void Launch::send_filter() const {
    const std::size_t size = plan_.filter.size() * sizeof(sock_filter);
    if (size == 0) cannot("load a filter that is empty", EINVAL);
    send_packet(channel_.own.number(), plan_.filter.data(), size, "give the jail its filter");
}

// While this process has them: init gets them, and they are closed here.
void Launch::look_at_streams() {
    for (std::size_t stream = 0; stream < made_.streams.size(); ++stream)
        made_.streams.at(stream) = target_of_descriptor(inside_.streams[stream]);
    inside_.guarded_stream = guarded_stream(plan_, made_);
}

void Launch::verify() {
    if (cgroups_) {
        for (const auto& [file, text] : cgroups_->limits()) made_.limits.push_back({file, text});
        made_.groups = cgroups_->folders();
    }
    auto found = differences(plan_, made_, read_kernel_view(jail_->pid(), made_));
    if (!found.empty()) throw JailDiffers(std::move(found));
    verified_ = true;
}

// Empties it, and gives its memory back.
template <typename Container>
void drop(Container& container) {
    Container().swap(container);
}

// The program runs. Of its limits it is said later which of them ended it.
void Launch::forget() {
    for (auto* steps : {&plan_.prepare, &plan_.mapped, &plan_.init}) drop(*steps);
    std::erase_if(plan_.program, [](const Step& step) { return step.operation != Operation::set_rlimit; });
    plan_.program.shrink_to_fit();
    inside_ = Inside();
    for (auto* texts : {&plan_.arguments, &plan_.environment}) drop(*texts);
    for (auto* pointers : {&arguments_, &environment_}) drop(*pointers);
    for (auto* map : {&plan_.uid_map, &plan_.gid_map, &plan_.tree_uid_map, &plan_.tree_gid_map}) drop(*map);
    drop(plan_.filter);
    drop(plan_.reasons);
    made_ = LaunchView();
    plan_.texts.clear();
    early_.reset();
    if (forget_) forget_();
}

void Launch::end() {
    terminal_.suspend();
    cgroups_.reset();
}

// Init has its own copies. They were made one after the other, so a range of them takes one call.
void Launch::close_slots() {
    std::vector<unsigned> open;
    for (int& slot : inside_.slots) {
        if (slot >= 0) open.push_back(static_cast<unsigned>(slot));
        slot = -1;
    }
    std::sort(open.begin(), open.end());
    for (std::size_t i = 0; i < open.size();) {
        std::size_t end = i + 1;
        while (end < open.size() && open[end] == open[end - 1] + 1) ++end;
        raw_syscall(SYS_close_range, open[i], open[end - 1], 0);
        i = end;
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

Report launch(Plan& plan, policy::Diagnostics& diagnostics, LaunchOptions options) {
    Report report;
    report.status = not_set_up;
    try {
        refuse_folders_as_streams(plan);
        const auto has_filter = [&] { return !options.make_filter || options.make_filter(plan, diagnostics); };
        const auto launch =
            std::make_shared<Launch>(plan, has_filter, std::move(options.early), std::move(options.forget));
        const Outcome outcome = launch->run();
        report.verified = launch->verified();
        tell(report, plan, outcome, launch->usage(), diagnostics);
        if (options.rest != nullptr && !outcome.failure) {
            launch->end();
            *options.rest = launch;
        }
    } catch (const JailDiffers& found) {
        report_differences(found.differences, diagnostics);
    } catch (const SetupFailure& failure) {
        diagnostics.add(failure.kind(), std::nullopt, failure.what()).help(failure.help());
    } catch (const FilterRefused&) {
    }
    report.enforced = plan.enforced;
    report.notes = plan.notes;
    for (const Weaker& each : plan.weaker) report.notes.push_back(each.words);
    report.degraded = plan.degraded;
    return report;
}

}  // namespace ward::sandbox
