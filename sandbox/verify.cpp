#include "sandbox/verify.hpp"

#include <linux/mount.h>
#include <linux/sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <set>
#include <string_view>

#include "policy/diagnostic.hpp"
#include "sandbox/id_map.hpp"
#include "sandbox/verify_mounts.hpp"

namespace ward::sandbox {
namespace {

struct NamedFlag {
    std::uint64_t flag;
    const char* name;
};

// As /proc/PID/ns names them. No jail has a time namespace of its own.
constexpr std::array<NamedFlag, 8> namespace_names{{{CLONE_NEWUSER, "user"},
                                                    {CLONE_NEWNS, "mnt"},
                                                    {CLONE_NEWPID, "pid"},
                                                    {CLONE_NEWIPC, "ipc"},
                                                    {CLONE_NEWUTS, "uts"},
                                                    {CLONE_NEWNET, "net"},
                                                    {CLONE_NEWCGROUP, "cgroup"},
                                                    {CLONE_NEWTIME, "time"}}};

constexpr std::array<const char*, RLIM_NLIMITS> limit_names{
    "cpu-time", "file-size", "data",  "stack",           "core",           "resident", "processes", "open-files",
    "locked",   "address",   "locks", "pending signals", "message queues", "nice",     "realtime",  "realtime time"};

const Step* find_step(const Plan& plan, Operation operation) {
    const Step* found = nullptr;
    for (const auto* steps : {&plan.init, &plan.program})
        for (const Step& step : *steps)
            if (step.operation == operation) found = &step;
    return found;
}

std::uint64_t number_of(const Plan& plan, Operation operation) {
    const Step* step = find_step(plan, operation);
    return step == nullptr ? 0 : step->number[0];
}

std::string hexadecimal(std::uint64_t set) {
    std::array<char, 20> text{};
    std::snprintf(text.data(), text.size(), "%016" PRIx64, set);
    return text.data();
}

std::string limit_text(const ProcessView::Limit& limit) {
    const auto one = [](std::uint64_t value) { return value == RLIM_INFINITY ? "unlimited" : std::to_string(value); };
    return one(limit.soft) + ", at most " + one(limit.hard);
}

template <typename K, typename V>
V value_of(const std::map<K, V>& map, const K& key) {
    const auto found = map.find(key);
    return found == map.end() ? V{} : found->second;
}

// The file's text in words, without double blanks: "0 1879048192 65536".
std::string words_of(std::string_view text) {
    std::string words;
    for (const char letter : text) {
        const bool blank = letter == ' ' || letter == '\t' || letter == '\n';
        if (!blank)
            words += letter;
        else if (!words.empty() && words.back() != ' ')
            words += ' ';
    }
    if (!words.empty() && words.back() == ' ') words.pop_back();
    return words;
}

class Comparison {
public:
    Comparison(const Plan& plan, const LaunchView& launch, const KernelView& view)
        : plan_(&plan), launch_(&launch), view_(&view) {}

    std::vector<Difference> run() {
        compare_namespaces();
        compare_id_maps();
        compare_init();
        compare_program();
        compare_mounts(*plan_, *view_, differences_);
        compare_files();
        compare_limits();
        compare_cgroups();
        return std::move(differences_);
    }

private:
    void same(const std::string& what, const std::string& expected, const std::string& found) {
        if (expected != found) differences_.push_back({what, expected, found.empty() ? "nothing" : found});
    }

    // ---- namespaces and ids

    void compare_namespaces() {
        std::uint64_t own = plan_->namespaces;
        for (const Step& step : plan_->init)
            if (step.operation == Operation::unshare) own |= step.number[0];
        for (const auto& [flag, name] : namespace_names) {
            const std::string ours = value_of(view_->supervisor.namespaces, std::string(name));
            const std::string inits = value_of(view_->init.namespaces, std::string(name));
            const std::string what = std::string("the ") + name + " namespace";
            const bool is_own = !inits.empty() && inits != ours;
            same(what, (own & flag) != 0 ? "the jail's own" : "the host's", is_own ? "the jail's own" : "the host's");
            same(what + " of the program", inits, value_of(view_->program.namespaces, std::string(name)));
        }
    }

    void compare_id_maps() {
        same("the user map", words_of(id_map_text(plan_->uid_map)), words_of(view_->init.uid_map));
        same("the group map", words_of(id_map_text(plan_->gid_map)), words_of(view_->init.gid_map));
    }

    // The four ids of a process as the host sees them: real, effective, saved, file system.
    [[nodiscard]] std::string ids(Operation operation, const std::vector<IdRange>& map, const char* field) const {
        if (!plan_->supervisor_maps_ids) return status(view_->supervisor, field);
        const auto inside = number_of(*plan_, operation);
        std::uint64_t outside = inside;
        for (const IdRange& range : map)
            if (inside >= range.inside && inside - range.inside < range.count)
                outside = range.outside + (inside - range.inside);
        const std::string one = std::to_string(outside);
        return one + ' ' + one + ' ' + one + ' ' + one;
    }

    [[nodiscard]] static std::string status(const ProcessView& process, const char* field) {
        return words_of(value_of(process.status, std::string(field)));
    }

    // ---- privileges

    void compare_privileges(const ProcessView& process, const std::string& who, std::uint64_t kept) {
        const auto field = [&](const char* name, const std::string& expected) {
            same('`' + std::string(name) + "` of " + who, expected, status(process, name));
        };
        field("Uid", ids(Operation::set_user, plan_->uid_map, "Uid"));
        field("Gid", ids(Operation::set_group, plan_->gid_map, "Gid"));
        field("Groups",
              plan_->supervisor_maps_ids || plan_->helpers_map_ids ? "" : status(view_->supervisor, "Groups"));
        field("CapInh", hexadecimal(kept));
        field("CapPrm", hexadecimal(kept));
        field("CapEff", hexadecimal(kept));
        field("NoNewPrivs", "1");
    }

    // It has given up everything, and never has a filter of its own.
    void compare_init() {
        compare_privileges(view_->init, "init", 0);
        same("`CapAmb` of init", hexadecimal(0), status(view_->init, "CapAmb"));
    }

    void compare_program() {
        const ProcessView& program = view_->program;
        const auto field = [&](const char* name, const std::string& expected) {
            same('`' + std::string(name) + "` of the program", expected, status(program, name));
        };
        const std::uint64_t kept = number_of(*plan_, Operation::set_capabilities);
        compare_privileges(program, "the program", kept);
        if (kept != 0) field("CapBnd", hexadecimal(number_of(*plan_, Operation::drop_bounding)));
        field("CapAmb", hexadecimal(number_of(*plan_, Operation::raise_ambient)));
        // A debugger of the launch may hold it as well.
        if (status(program, "State") != "t (tracing stop)") field("State", "T (stopped)");
        field("Seccomp", "2");  // SECCOMP_MODE_FILTER
        field("Seccomp_filters", std::to_string(filters_of_supervisor() + 1));
        field("SigBlk", hexadecimal(number_of(*plan_, Operation::restore_signals)));
        field("SigIgn", hexadecimal(0));
        std::array<char, 16> umask{};
        std::snprintf(umask.data(), umask.size(), "%04o", plan_->umask);
        field("Umask", umask.data());
        same("the root folder of the program", "/", program.root);
        if (const Step* step = find_step(*plan_, Operation::change_folder))
            same("the working folder of the program", step->path, program.folder);
    }

    [[nodiscard]] int filters_of_supervisor() const {
        const std::string text = status(view_->supervisor, "Seccomp_filters");
        int count = 0;
        std::from_chars(text.data(), text.data() + text.size(), count);
        return count;
    }

    // ---- descriptors

    void compare_files() {
        for (int stream = 0; stream < 3; ++stream)
            same("descriptor " + std::to_string(stream) + " of the program",
                 launch_->streams.at(static_cast<std::size_t>(stream)), value_of(view_->program.files, stream).target);
        for (const auto& [number, file] : view_->program.files)
            if (number > 2 && !file.closes_at_exec)
                same("descriptor " + std::to_string(number) + " of the program", "closed at exec",
                     file.target + ", which stays open");
    }

    // ---- limits

    void compare_limits() {
        for (const auto* steps : {&plan_->init, &plan_->program})
            for (const Step& step : *steps) compare_limit(step);
    }

    void compare_limit(const Step& step) {
        if (step.operation == Operation::set_rlimit) {
            const auto& limits = view_->program.limits;
            const auto resource = static_cast<std::size_t>(step.number[0]);
            same("the limit `" + std::string(limit_names.at(resource)) + '`',
                 limit_text({step.number[1], step.number[2]}),
                 resource < limits.size() ? limit_text(limits[resource]) : "");
        }
        if (step.operation == Operation::set_priority)
            same("the priority", std::to_string(step.number[0]), std::to_string(view_->program.nice));
        if (step.operation == Operation::set_processors)
            same("the processors", processor_mask(step), plain_mask(status(view_->program, "Cpus_allowed")));
    }

    // As "Cpus_allowed" of proc_pid_status(5), without its commas and leading zeros.
    static std::string processor_mask(const Step& step) {
        std::string digits;
        for (std::uint64_t byte = step.number[0]; byte-- > 0;) {
            std::array<char, 4> text{};
            std::snprintf(text.data(), text.size(), "%02x", static_cast<unsigned char>(step.text[byte]));
            digits += text.data();
        }
        return plain_mask(digits);
    }

    static std::string plain_mask(std::string digits) {
        std::erase(digits, ',');
        digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
        return digits;
    }

    // ---- cgroups

    // "0-2,5" -> "0,1,2,5"
    static std::string single_numbers(std::string_view list) {
        std::string all;
        while (!list.empty()) {
            unsigned first = 0;
            const std::string_view range = list.substr(0, list.find(','));
            list.remove_prefix(std::min(range.size() + 1, list.size()));
            const auto end = std::from_chars(range.data(), range.data() + range.size(), first);
            unsigned last = first;
            if (end.ptr != range.data() + range.size()) std::from_chars(end.ptr + 1, range.data() + range.size(), last);
            for (unsigned number = first; number <= last; ++number)
                all += (all.empty() ? "" : ",") + std::to_string(number);
        }
        return all;
    }

    // A file may show more than was written to it ("254:0 rbps=1 wbps=1 riops=max wiops=max"). Memory is
    // counted in pages.
    static bool same_setting(const CgroupFile& written, const std::string& found) {
        const auto is_file = [&](const char* name) { return written.path.find(name) != std::string::npos; };
        if (is_file("/cpuset.")) return single_numbers(words_of(written.text)) == single_numbers(words_of(found));
        if (!is_file("/memory."))
            return (' ' + words_of(found) + ' ').find(' ' + words_of(written.text) + ' ') != std::string::npos;
        constexpr std::uint64_t page = 4096;
        std::uint64_t wanted = 0;
        std::uint64_t there = 0;
        std::from_chars(written.text.data(), written.text.data() + written.text.size(), wanted);
        const auto end = std::from_chars(found.data(), found.data() + found.size(), there);
        return end.ec == std::errc() && there / page == wanted / page;
    }

    void compare_cgroups() {
        for (std::size_t i = 0; i < launch_->limits.size(); ++i) {
            const CgroupFile& written = launch_->limits[i];
            const std::string found = i < view_->limits.size() ? view_->limits[i].text : "";
            if (!same_setting(written, found)) same('`' + written.path + '`', written.text, words_of(found));
        }
        for (const CgroupFile& group : view_->members) {
            const std::string found = ' ' + words_of(group.text) + ' ';
            for (const ProcessView* process : {&view_->init, &view_->program})
                if (found.find(' ' + std::to_string(process->pid) + ' ') == std::string::npos)
                    same('`' + group.path + '`', "process " + std::to_string(process->pid), words_of(group.text));
        }
    }

    const Plan* plan_;
    const LaunchView* launch_;
    const KernelView* view_;
    std::vector<Difference> differences_;
};

}  // namespace

int guarded_stream(const Plan& plan, const LaunchView& launch) {
    std::vector<std::string> writable;
    std::set<std::uint64_t> allowed;
    for (const auto* steps : {&plan.prepare, &plan.init}) {
        for (const Step& step : *steps) {
            if (step.operation == Operation::allow_stream) allowed.insert(step.number[1]);
            if (step.operation == Operation::clone_tree && (step.number[4] & MOUNT_ATTR_RDONLY) == 0)
                writable.emplace_back(step.path);
        }
    }
    for (std::size_t stream = 0; stream < launch.streams.size(); ++stream) {
        const std::string& file = launch.streams.at(stream);
        const bool is_granted = std::any_of(writable.begin(), writable.end(), [&](const std::string& path) {
            return file == path || file.starts_with(path + '/');
        });
        if (!allowed.contains(stream) && !is_granted) return static_cast<int>(stream);
    }
    return -1;
}

std::vector<Difference> differences(const Plan& plan, const LaunchView& launch, const KernelView& view) {
    return Comparison(plan, launch, view).run();
}

void report_differences(const std::vector<Difference>& differences, policy::Diagnostics& diagnostics) {
    for (const Difference& each : differences)
        diagnostics
            .add(policy::slug::not_as_planned, std::nullopt, each.what + " is not as planned, so nothing has run")
            .note("planned: " + each.expected)
            .note("the kernel says: " + each.found)
            .help("look at the step for it in what `ward run --dry-run` shows, and run it on a kernel that does it");
}

}  // namespace ward::sandbox
