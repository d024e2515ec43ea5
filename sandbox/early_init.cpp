#include "sandbox/early_init.hpp"

#include <linux/magic.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/auxv.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <new>
#include <string_view>

#include "sandbox/channel.hpp"
#include "sandbox/first_process.hpp"
#include "sandbox/handover.hpp"
#include "sandbox/host.hpp"
#include "sandbox/raw_syscall.hpp"
#include "sandbox/setup_failure.hpp"

// Of the linker: where the variables of the program begin, and where all of it ends.
// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming): its names
extern "C" char __data_start, _end;

namespace ward::sandbox {
namespace {

bool is_one_of(const policy::Word& word, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), word.text) != names.end();
}

// What makes a jail that shares something with the host. Whether the statement holds is not known yet.
bool changes_the_beginning(const policy::Statement& statement) {
    const auto* process = std::get_if<policy::ProcessStatement>(&statement);
    return process != nullptr && is_one_of(process->name, {"share", "terminal"});
}

// A limit that a cgroup holds, where the host has it. `tasks?` alone is mostly counted without.
bool takes_cgroup(const policy::Statement& statement) {
    const auto* limit = std::get_if<policy::LimitStatement>(&statement);
    return limit != nullptr && (is_one_of(limit->name, {"memory", "swap", "cpu", "cpu-set", "io"}) ||
                                (is_one_of(limit->name, {"tasks"}) && !limit->optional));
}

// A cgroup namespace begins where init is when it is made: with limits, in cgroups that are not there yet.
bool limits_something(const policy::Statement& statement) {
    return std::holds_alternative<policy::LimitStatement>(statement);
}

// In those of version 2 init must be born, so it waits until they are there: to be moved into one takes milliseconds.
bool has_cgroups_of_version_2_alone() {
    struct statfs tree {};
    return ::statfs("/sys/fs/cgroup", &tree) == 0 && tree.f_type == CGROUP2_SUPER_MAGIC;
}

bool shares_the_network(const policy::Statement& statement) {
    const auto* network = std::get_if<policy::NetworkStatement>(&statement);
    return network != nullptr && network->permission == policy::Permission::allow && network->mode.text != "unix";
}

template <typename Test>
bool any(const policy::Block& block, Test test) {
    return std::any_of(block.statements.begin(), block.statements.end(), test) ||
           std::any_of(block.whens.begin(), block.whens.end(),
                       [&](const policy::When& when) { return any(when.then, test) || any(when.otherwise, test); });
}

template <typename Test>
bool any(const policy::PolicySet& set, Test test) {
    return std::any_of(set.members.begin(), set.members.end(),
                       [&](const policy::PolicySet::Member& member) { return any(member.policy.body, test); });
}

bool is_same(const Step& a, const Step& b) {
    return a.operation == b.operation && a.number[0] == b.number[0];
}

// A caller may have left SIGCHLD ignored (signal(7)): init would hear of no end, and this process not of init's.
void hear_of_ends() {
    struct sigaction plain {};
    plain.sa_handler = SIG_DFL;
    ::sigaction(SIGCHLD, &plain, nullptr);
}

std::optional<ProcessorMask> mask_of_process(pid_t process) {
    ProcessorMask all;
    const long bytes = raw_syscall(SYS_sched_getaffinity, process, sizeof all.bits, all.bits.data());
    if (bytes <= 0) return std::nullopt;
    all.bytes = static_cast<std::size_t>(bytes);
    return all;
}

// 0, or an errno.
int give_processors(pid_t process, const ProcessorMask& processors) {
    const long set = raw_syscall(SYS_sched_setaffinity, process, processors.bytes, processors.bits.data());
    return set < 0 ? static_cast<int>(-set) : 0;
}

std::size_t count_of(const ProcessorMask& processors) {
    std::size_t count = 0;
    for (const unsigned long word : processors.bits) count += static_cast<std::size_t>(std::popcount(word));
    return count;
}

// Processes that run or could, on the whole machine, this one too; 0 if the kernel does not say (proc(5)).
std::size_t running_processes() {
    const std::string load = read_record("/proc/loadavg");  // "0.20 0.18 0.12 1/80 11206"
    const auto slash = load.find('/');
    std::size_t running = 0;
    if (slash == std::string::npos) return running;
    const auto before = load.rfind(' ', slash) + 1;
    std::from_chars(load.data() + before, load.data() + slash, running);
    return running;
}

// A kernel may leave a new process on its maker's processor until that has nothing to do or a slice of time is over,
// even where another one idles (seen in virtual machines, nine times of ten): then the two would not run at the same
// time at all. So init is kept off this processor until it has its plan, but not where it would wait for a slice of
// another program's time. What it had, if it was moved; an error costs time alone.
std::optional<ProcessorMask> move_elsewhere(pid_t init) {
    const int here = ::sched_getcpu();
    auto all = mask_of_process(init);
    if (!all || here < 0) return std::nullopt;
    const std::size_t running = running_processes();
    if (running == 0 || running > count_of(*all)) return std::nullopt;  // this process and init among them
    const auto place = static_cast<std::size_t>(here) / bits_of_a_word;
    if (place >= all->bits.size()) return std::nullopt;
    ProcessorMask others = *all;
    others.bits.at(place) &= ~(1UL << static_cast<std::size_t>(here) % bits_of_a_word);
    return give_processors(init, others) == 0 ? all : std::nullopt;  // EINVAL: there is no other
}

// A shared library would be behind the image, and init may use none of this program but its own functions.
ReleasableMemory memory_of_a_static_program() {
    ReleasableMemory releasable;
    if (::getauxval(AT_BASE) != 0 || __rseq_size == 0) return releasable;
    constexpr std::uintptr_t page = 4096;
    releasable.variables = (reinterpret_cast<std::uintptr_t>(&__data_start) + page - 1) / page * page;
    releasable.image_end = (reinterpret_cast<std::uintptr_t>(&_end) + page - 1) / page * page;
    releasable.rseq =
        reinterpret_cast<std::uintptr_t>(__builtin_thread_pointer()) + static_cast<std::uintptr_t>(__rseq_offset);
    return releasable;
}

// Init begins with all signals blocked.
Clone clone_blocked(Inside& inside) {
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, &before);
    Clone made = clone_init(cloned_namespaces, -1, inside);
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    return made;
}

}  // namespace

std::vector<Step> first_steps(std::uint64_t namespaces) {
    std::vector<Step> steps(1);
    steps[0].operation = Operation::unshare;
    steps[0].number[0] = namespaces;
    if ((namespaces & CLONE_NEWNET) == 0) return steps;
    steps.emplace_back().operation = Operation::loopback_up;
    return steps;
}

std::optional<EarlyInit> EarlyInit::make(const policy::PolicySet& set) {
    if (any(set, changes_the_beginning) || (any(set, takes_cgroup) && has_cgroups_of_version_2_alone()))
        return std::nullopt;
    // Init's copy of this process's memory has that, but not its heap.
    auto* state = new (&init_memory.early) EarlyState;
    Inside& inside = state->inside;
    EarlyInit early;
    early.beginning =
        first_steps(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | (any(set, shares_the_network) ? 0U : CLONE_NEWNET) |
                    (any(set, limits_something) ? 0U : CLONE_NEWCGROUP));
    std::copy(early.beginning.begin(), early.beginning.end(), std::begin(state->steps));
    Channel channel;
    try {
        channel = open_channel();
    } catch (const SetupFailure&) {
        return std::nullopt;
    }
    inside.init = {&state->steps[0], static_cast<std::uint32_t>(early.beginning.size())};
    inside.channel = channel.far.number();
    inside.supervisors_channel = channel.own.number();
    inside.awaits_plan = true;
    inside.releasable = memory_of_a_static_program();
    hear_of_ends();
    leave_out_of_copies();
    Clone made = clone_blocked(inside);
    if (made.result < 0) return std::nullopt;
    early.moved_from = move_elsewhere(static_cast<pid_t>(made.result));
    early.process = std::make_unique<JailProcess>(static_cast<pid_t>(made.result), std::move(made.handle));
    early.channel = std::move(channel.own);
    return early;
}

// A mask of all processors restricts nothing, also not where the cpuset changes later (cpuset(7)); one of the caller's
// own is given as it is.
void return_processors(pid_t init, const ProcessorMask& had) {
    ProcessorMask every = had;
    every.bits.fill(~0UL);
    int error = 0;
    for (const ProcessorMask& mask : {every, had}) {
        error = give_processors(init, mask);
        const auto has = mask_of_process(init);
        if (error == 0 && has && has->bits == had.bits) return;
    }
    cannot("give the jail its processors back", error != 0 ? error : EPROTO);
}

// Without a filter nothing would wait for the processors.
bool EarlyInit::fits(const Plan& plan) const {
    const bool awaits_filter = std::any_of(plan.program.begin(), plan.program.end(),
                                           [](const Step& step) { return step.operation == Operation::load_filter; });
    return awaits_filter && plan.namespaces == cloned_namespaces && !plan.begins_in_cgroup() &&
           plan.init.size() > beginning.size() &&
           std::equal(beginning.begin(), beginning.end(), plan.init.begin(), is_same) && can_hand_over(plan);
}

}  // namespace ward::sandbox
