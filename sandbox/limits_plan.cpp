#include "sandbox/limits_plan.hpp"

#include <linux/capability.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>

#include "compiler/cpu_set.hpp"
#include "sandbox/disks.hpp"
#include "sandbox/processors.hpp"

namespace ward::sandbox {
namespace {

using compiler::Limit;
using compiler::LimitName;

// How a policy writes a limit that a resource limit of each process enforces.
struct ProcessLimit {
    LimitName limit;
    const char* name;
    int resource;
};
constexpr std::array<ProcessLimit, 5> process_limits{{{LimitName::cpu_time, "cpu-time", RLIMIT_CPU},
                                                      {LimitName::open_files, "open-files", RLIMIT_NOFILE},
                                                      {LimitName::file_size, "file-size", RLIMIT_FSIZE},
                                                      {LimitName::stack, "stack", RLIMIT_STACK},
                                                      {LimitName::core, "core", RLIMIT_CORE}}};

std::string size_in_words(std::uint64_t bytes) {
    constexpr std::array<const char*, 4> units{"", "K", "M", "G"};
    std::size_t unit = 0;
    for (; unit + 1 < units.size() && bytes != 0 && bytes % 1024 == 0; ++unit) bytes /= 1024;
    return std::to_string(bytes) + units[unit];
}

std::string cpu_in_words(std::uint64_t thousandths) {
    std::string words = std::to_string(thousandths / 1000);
    std::string rest = std::to_string(thousandths % 1000 + 1000).substr(1);
    while (!rest.empty() && rest.back() == '0') rest.pop_back();
    return rest.empty() ? words : words + '.' + rest;
}

std::optional<policy::Span> first_of(const compiler::Origins& origins) {
    if (origins.empty()) return {};
    return origins.front();
}

std::optional<policy::Span> place_of(const Limit& limit) {
    return first_of(limit.origins);
}

class LimitsPlanner {
public:
    LimitsPlanner(const LimitsRequest& request, PlanWriter& writer, policy::Diagnostics& diagnostics)
        : request_(&request), writer_(&writer), diagnostics_(&diagnostics) {}

    void plan() {
        plan_memory();
        plan_swap();
        plan_tasks();
        plan_cpu();
        plan_processors();
        plan_io();
        plan_priority();
        if (const auto& time = get(LimitName::time)) {
            writer_->plan.time_limit = time->value;
            enforced("time: supervisor");
        }
        for (const ProcessLimit& each : process_limits) plan_process_limit(each);
    }

private:
    [[nodiscard]] const std::optional<Limit>& get(LimitName name) const { return request_->jail.limit(name); }

    // The words for the report if a controller can be used; empty if not.
    [[nodiscard]] std::string cgroup_with(const std::string& controller) const {
        const auto found = request_->host.cgroups.find(controller);
        return found == request_->host.cgroups.end() ? "" : "cgroup-v" + std::to_string(found->second.version);
    }

    void enforced(std::string feature) { writer_->plan.enforced.push_back(std::move(feature)); }

    // Whether the nearest weaker form of a limit will do: its `?` says so, or the command line.
    [[nodiscard]] bool may_weaken(std::string_view name, bool optional) const {
        return optional || request_->allow_degraded.contains(name);
    }

    // `rest` goes on from the limit as it is written.
    template <typename Stated>
    void weakened(const std::string& name, const Stated& limit, const std::string& words, const std::string& rest) {
        std::string text = '`' + name + (limit.optional ? "? " : " ") + words + "` " + rest;
        if (limit.optional)
            writer_->plan.weaker.push_back({std::move(text), first_of(limit.origins)});
        else
            writer_->plan.degraded.push_back({name, std::move(text)});
    }

    // ---- limits of the whole jail

    void plan_memory() {
        const auto& memory = get(LimitName::memory);
        if (!memory) return;
        if (const std::string cgroup = cgroup_with("memory"); !cgroup.empty()) {
            writer_->plan.cgroup.memory = memory->value;
            return enforced("memory: " + cgroup);
        }
        const std::string words = size_in_words(memory->value);
        if (!may_weaken("memory", memory->optional)) return unavailable("memory", "memory", *memory, words);
        set_rlimit(*memory, "memory? " + words, RLIMIT_DATA, memory->value);
        enforced("memory: per-process");
        weakened("memory", *memory, words, "holds for each process alone: " + obstacle("memory"));
    }

    void plan_swap() {
        const auto& swap = get(LimitName::swap);
        if (!swap) return;
        const std::string words = size_in_words(swap->value);
        if (writer_->plan.cgroup.memory) {
            writer_->plan.cgroup.swap = swap->value;
            return enforced("swap: " + cgroup_with("memory"));
        }
        if (!may_weaken("swap", swap->optional)) return unavailable("swap", "memory", *swap, words);
        weakened("swap", *swap, words, "is not enforced: " + obstacle("memory"));
    }

    void plan_tasks() {
        const auto& tasks = get(LimitName::tasks);
        if (!tasks) return;
        const std::string words = std::to_string(tasks->value);
        const bool will_do = tasks->optional && !limits_more_by_cgroup() && is_exact_by_user();
        if (const std::string cgroup = cgroup_with("pids"); !cgroup.empty() && !will_do) {
            writer_->plan.cgroup.tasks = tasks->value;
            return enforced("tasks: " + cgroup);
        }
        const bool is_exact = is_exact_by_user();
        if (!is_exact && !may_weaken("tasks", tasks->optional)) return uncounted_tasks(*tasks, words);
        if (!process_count_is_enforced())
            return weakened("tasks", *tasks, words, "is not enforced: " + obstacle("pids"));
        // Init has the program's ids, and counts.
        set_rlimit(*tasks, "tasks " + words, RLIMIT_NPROC, tasks->value + 1);
        enforced(is_exact ? "tasks: rlimit" : "tasks: per-user");
        if (!is_exact) weakened("tasks", *tasks, words, "holds for each user of the jail alone: " + obstacle("pids"));
    }

    [[nodiscard]] bool limits_more_by_cgroup() const {
        const auto is_there = [this](LimitName name) { return get(name).has_value(); };
        return request_->jail.cpu_set || is_there(LimitName::memory) || is_there(LimitName::swap) ||
               is_there(LimitName::cpu) || is_there(LimitName::io);
    }

    void uncounted_tasks(const Limit& tasks, const std::string& words) {
        auto& error = report_unavailable("tasks", "pids", tasks.origins, words);
        if (process_count_is_enforced())
            error.note(
                "without a cgroup the kernel counts for each user, and what it keeps lets the program be several");
    }

    // The kernel counts for each user of a user namespace (Linux 5.14): exact as long as the program cannot be another
    // one, which takes a capability and a second id.
    [[nodiscard]] bool is_exact_by_user() const {
        constexpr std::uint64_t changes_users = (1ULL << CAP_SETUID) | (1ULL << CAP_SYS_ADMIN);
        const bool has_one_id = !request_->identity.supervisor_maps_ids && !request_->identity.helpers_map_ids;
        return process_count_is_enforced() && (has_one_id || (request_->jail.capabilities.kept & changes_users) == 0);
    }

    // The kernel does not count the processes of the host's root (getrlimit(2), RLIMIT_NPROC).
    [[nodiscard]] bool process_count_is_enforced() const {
        return request_->identity.supervisor_maps_ids || request_->host.uid != 0;
    }

    void plan_cpu() {
        const auto& cpu = get(LimitName::cpu);
        if (!cpu) return;
        const std::string words = cpu_in_words(cpu->value);
        if (const std::string cgroup = cgroup_with("cpu"); !cgroup.empty()) {
            writer_->plan.cgroup.cpu = cpu->value;
            return enforced("cpu: " + cgroup);
        }
        if (!may_weaken("cpu", cpu->optional)) return unavailable("cpu", "cpu", *cpu, words);
        weakened("cpu", *cpu, words, "is not enforced: " + obstacle("cpu"));
    }

    // ---- processors

    void plan_processors() {
        const auto& set = request_->jail.cpu_set;
        if (!set) return;
        const std::string words = compiler::format_cpu_set(*set);
        const ProcessorList usable = processors_of(*set, request_->host.read_text("/sys/devices/system/cpu/online"));
        if (usable.empty()) return no_processor(*set, words);
        if (const std::string cgroup = cgroup_with("cpuset"); !cgroup.empty()) {
            writer_->plan.cgroup.processors = text_of(usable);
            return enforced("cpu-set: " + cgroup);
        }
        if (!may_weaken("cpu-set", set->optional)) return unavailable("cpu-set", "cpuset", set->origins, words);
        writer_->because(set->origins, "`cpu-set? " + words + '`');
        const std::string mask = mask_of(usable);
        writer_->add(writer_->plan.program, Operation::set_processors, {.text = mask, .numbers = {mask.size()}});
        enforced("cpu-set: affinity");
        weakened("cpu-set", *set, words, "holds until the program widens it again: " + obstacle("cpuset"));
    }

    void no_processor(const compiler::CpuSet& set, const std::string& words) {
        diagnostics_
            ->add(policy::slug::limit_not_available, first_of(set.origins),
                  "this host has none of the processors of `cpu-set " + words + '`')
            .help("name some that it has: `cat /sys/devices/system/cpu/online`");
    }

    // ---- disks

    void plan_io() {
        const auto& io = get(LimitName::io);
        if (!io) return;
        const std::string words = size_in_words(io->value);
        const std::string cgroup = cgroup_with("io");
        const Disks disks = find_disks(request_->view, request_->host);
        const std::string weakness = cgroup.empty() ? obstacle("io") : weakness_of(disks);
        if (!weakness.empty() && !may_weaken("io", io->optional)) return inexact_io(*io, words, weakness);
        if (!weakness.empty()) weakened("io", *io, words, "is not exact: " + weakness);
        if (cgroup.empty()) return;
        writer_->plan.cgroup.io = io->value;
        writer_->plan.cgroup.disks = disks.numbers;
        enforced("io: " + cgroup);
    }

    // What is written goes to memory first, and to the disk later, by the kernel itself. Only version 2 then
    // knows whose it was, by the memory controller in the same cgroup. Empty if the limit is exact.
    [[nodiscard]] std::string weakness_of(const Disks& disks) const {
        const CgroupParent& io = request_->host.cgroups.at("io");
        const auto memory = request_->host.cgroups.find("memory");
        if (!disks.unknown.empty()) return "the disk behind `" + disks.unknown.front()->path + "` is not known";
        if (io.version != 2) return "cgroup-v1 does not count what is written later";
        if (memory == request_->host.cgroups.end() || memory->second.folder != io.folder)
            return "without the `memory` controller nobody counts what is written later";
        if (disks.unaccounted.empty()) return {};
        const Mount& mount = *disks.unaccounted.front();
        return "nobody counts what is written later to `" + mount.path + "`, which is of type `" + mount.type + '`';
    }

    void inexact_io(const Limit& io, const std::string& words, const std::string& weakness) {
        diagnostics_
            ->add(policy::slug::limit_not_available, place_of(io), "this host cannot enforce `io " + words + '`')
            .note(weakness)
            .note(degrading_note("io"))
            .help("write `io? " + words + "` to have what the host can do");
    }

    // ---- priority

    // A limit never raises: a launcher that was started with less has no more to give. RLIMIT_NICE is the way
    // back to a better priority, RLIMIT_RTPRIO the one around (getrlimit(2), sched(7)).
    void plan_priority() {
        const auto& priority = get(LimitName::priority);
        if (!priority) return;
        const std::uint64_t nice =
            std::max(priority->value, static_cast<std::uint64_t>(std::max(request_->host.nice, 0)));
        writer_->because(priority->origins, "`priority`");
        writer_->add(writer_->plan.program, Operation::set_priority, nice);
        set_rlimit(*priority, "priority", RLIMIT_NICE, 20 - nice);
        set_rlimit(*priority, "priority", RLIMIT_RTPRIO, 0);
        enforced("priority: nice " + std::to_string(nice));
    }

    [[nodiscard]] std::string obstacle(const std::string& controller) const {
        return "the `" + controller + "` controller cannot be used, " + request_->host.cgroup_obstacle;
    }

    void unavailable(const std::string& name, const std::string& controller, const Limit& limit,
                     const std::string& value) {
        unavailable(name, controller, limit.origins, value);
    }

    void unavailable(const std::string& name, const std::string& controller, const compiler::Origins& origins,
                     const std::string& value) {
        static_cast<void>(report_unavailable(name, controller, origins, value));
    }

    policy::Diagnostic& report_unavailable(const std::string& name, const std::string& controller,
                                           const compiler::Origins& origins, const std::string& value) {
        auto& error = diagnostics_->add(policy::slug::limit_not_available, first_of(origins),
                                        "this host cannot enforce `" + name + ' ' + value + '`');
        error.note(obstacle(controller));
        error.note(degrading_note(name));
        error.help("write `" + name + "? " + value + "` to have what the host can do");
        return error;
    }

    // ---- limits of each process

    void plan_process_limit(const ProcessLimit& each) {
        const auto& limit = get(each.limit);
        if (!limit) return;
        std::uint64_t value = limit->value;
        if (each.limit == LimitName::cpu_time) value = std::max<std::uint64_t>((value + 999) / 1000, 1);
        set_rlimit(*limit, each.name, each.resource, value);
        enforced(std::string(each.name) + ": rlimit");
    }

    // Never above the caller's own hard limit, which only the host's root could raise.
    void set_rlimit(const Limit& limit, const std::string& purpose, int resource, std::uint64_t value) {
        const auto hard = request_->host.hard_limits.find(resource);
        if (hard != request_->host.hard_limits.end()) value = std::min(value, hard->second);
        writer_->because(limit.origins, '`' + purpose + '`');
        writer_->add(writer_->plan.program, Operation::set_rlimit,
                     {.numbers = {static_cast<std::uint64_t>(resource), value, value}});
    }

    const LimitsRequest* request_;
    PlanWriter* writer_;
    policy::Diagnostics* diagnostics_;
};

}  // namespace

bool limits_anything(const compiler::Jail& jail) {
    return jail.cpu_set ||
           std::any_of(jail.limits.begin(), jail.limits.end(), [](const auto& limit) { return limit.has_value(); });
}

void plan_limits(const LimitsRequest& request, PlanWriter& writer, policy::Diagnostics& diagnostics) {
    LimitsPlanner(request, writer, diagnostics).plan();
}

}  // namespace ward::sandbox
