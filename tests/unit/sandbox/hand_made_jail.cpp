#include "hand_made_jail.hpp"

#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <linux/mount.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <sstream>

#include "policy/render.hpp"
#include "sandbox/launch.hpp"

namespace ward::sandbox::testing {
namespace {

constexpr Slot usr_tree = 1, proc = 3, scratch = 4, null_tree = 6;
constexpr std::uint64_t read_only = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;

Step pathed(Operation operation, const char* path, const char* text = nullptr, std::uint64_t number = 0) {
    Step step = make_step(operation);
    step.path = path;
    step.text = text;
    step.number[0] = number;
    return step;
}

Step numbered(Operation operation, std::uint64_t number) {
    Step step = make_step(operation);
    step.number[0] = number;
    return step;
}

Step slotted(Operation operation, Slot slot, Slot into, const char* path = nullptr, std::uint64_t number = 0) {
    Step step = make_step(operation);
    step.slot = slot;
    step.into = into;
    step.path = path;
    step.number[0] = number;
    return step;
}

Step filesystem(const char* type, Slot into, std::uint64_t attributes, const char* options) {
    Step step = pathed(Operation::new_filesystem, type, options, attributes);
    step.into = into;
    return step;
}

Step attached_root(std::uint64_t attributes, const char* options) {
    return pathed(Operation::attach_root, "/tmp", options, attributes);
}

}  // namespace

Step make_step(Operation operation) {
    Step step;
    step.operation = operation;
    step.reason = 1;
    return step;
}

HandMadeJail::HandMadeJail(Caller who, std::vector<std::string> arguments) : caller(who) {
    plan.reasons = {Reason{}, Reason{policy::Span{0, 0, 4}, "`read /usr`"}};
    plan.namespaces = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET;
    plan.init.push_back(make_step(Operation::await_supervisor));
    if (who == Caller::root) {
        plan.supervisor_maps_ids = true;
        plan.uid_map = plan.gid_map = {{0, id_base, 65536}};
        add_sources(plan.prepare);
        plan.init.push_back(numbered(Operation::set_group, 0));
        plan.init.push_back(numbered(Operation::set_user, 0));
        plan.init.push_back(numbered(Operation::parent_death_signal, SIGKILL));
    } else {
        map_own_ids();
        plan.init.push_back(numbered(Operation::parent_death_signal, SIGKILL));
        add_sources(plan.init);
    }
    build_root();
    become_program(arguments.front());
    plan.arguments = std::move(arguments);
    plan.environment = {"PATH=/usr/bin"};
}

void HandMadeJail::map_own_ids() {
    const auto map = [this](std::uint32_t id) {
        return plan.keep(std::to_string(id) + " " + std::to_string(id) + " 1");
    };
    plan.init.push_back(pathed(Operation::write_file, "/proc/self/uid_map", map(ordinary_ids().user)));
    plan.init.push_back(pathed(Operation::write_file, "/proc/self/setgroups", "deny"));
    plan.init.push_back(pathed(Operation::write_file, "/proc/self/gid_map", map(ordinary_ids().group)));
}

void HandMadeJail::add_source(std::vector<Step>& steps, const char* path, Slot tree, std::uint64_t attributes) {
    struct stat file {};
    ASSERT_EQ(::stat(path, &file), 0);
    Step clone = slotted(Operation::clone_tree, no_slot, tree, path, file.st_dev);
    clone.number[1] = file.st_ino;
    clone.number[2] = file.st_mode & S_IFMT;
    clone.number[3] = 1;
    clone.number[4] = attributes;
    steps.push_back(clone);
}

void HandMadeJail::add_sources(std::vector<Step>& steps) {
    add_source(steps, "/usr", usr_tree, read_only);
    add_source(steps, "/dev/null", null_tree, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
}

void HandMadeJail::build_root() {
    const std::uint64_t plain = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
    for (const Step& step : {
             make_step(Operation::private_propagation),
             numbered(Operation::set_umask, 0),
             attached_root(plain, "mode=0755,size=1m"),
             pathed(Operation::make_folder, "usr", nullptr, 0755),
             pathed(Operation::make_folder, "proc", nullptr, 0755),
             pathed(Operation::make_folder, "tmp", nullptr, 01777),
             pathed(Operation::make_folder, "dev", nullptr, 0755),
             pathed(Operation::make_file, "dev/null", nullptr, 0666),
             pathed(Operation::make_link, "bin", "usr/bin"),
             pathed(Operation::make_link, "lib", "usr/lib"),
             pathed(Operation::make_link, "lib64", "usr/lib64"),
             pathed(Operation::make_file, "name", "ward\n", 0444),
             slotted(Operation::mount_tree, usr_tree, no_slot, "usr"),
             slotted(Operation::mount_tree, null_tree, no_slot, "dev/null"),
             filesystem("proc", proc, plain | MOUNT_ATTR_NOEXEC, nullptr),
             slotted(Operation::mount_tree, proc, no_slot, "proc"),
             filesystem("tmpfs", scratch, plain, "mode=1777"),
             slotted(Operation::mount_tree, scratch, no_slot, "tmp"),
             make_step(Operation::pivot_root),
             numbered(Operation::seal_root, read_only),
             pathed(Operation::set_hostname, nullptr, "jail"),
             make_step(Operation::loopback_up),
             numbered(Operation::unshare, CLONE_NEWCGROUP),
             make_step(Operation::new_session),
             numbered(Operation::set_umask, 022),
         }) {
        plan.init.push_back(step);
    }
}

void HandMadeJail::become_program(const std::string& path) {
    const Ids inside = caller == Caller::root ? Ids{1000, 1000} : ordinary_ids();
    if (caller == Caller::root) plan.init.push_back(make_step(Operation::set_groups));
    plan.init.push_back(numbered(Operation::set_securebits, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED));
    plan.init.push_back(numbered(Operation::set_group, inside.group));
    plan.init.push_back(numbered(Operation::set_user, inside.user));
    plan.init.push_back(numbered(Operation::set_capabilities, 0));
    plan.init.push_back(numbered(Operation::parent_death_signal, SIGKILL));
    plan.init.push_back(make_step(Operation::check_parent));
    plan.init.push_back(numbered(Operation::set_dumpable, 0));
    plan.init.push_back(make_step(Operation::no_new_privileges));
    plan.program.push_back(numbered(Operation::close_descriptors, 3));
    plan.program.push_back(numbered(Operation::restore_signals, 0));
    plan.program.back().number[1] = ~(1ULL << (SIGKILL - 1) | 1ULL << (SIGSTOP - 1));
    plan.program.push_back(pathed(Operation::execute, plan.keep(path)));
}

Step& HandMadeJail::add_init_step(Operation operation) {
    return plan.init.emplace_back(make_step(operation));
}

Step& HandMadeJail::add_program_step(Operation operation) {
    return *plan.program.insert(plan.program.end() - 1, make_step(operation));
}

void HandMadeJail::load_filter(std::uint32_t call, std::uint32_t action) {
    plan.filter = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                   BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1), BPF_STMT(BPF_RET | BPF_K, action),
                   BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    plan.supervised_kill = action == SECCOMP_RET_USER_NOTIF;
    add_program_step(Operation::load_filter).number[0] = plan.supervised_kill ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0;
}

void HandMadeJail::use_terminal(compiler::Terminal mode) {
    plan.terminal = mode;
    if (mode == compiler::Terminal::inherit)
        std::erase_if(plan.init, [](const Step& step) { return step.operation == Operation::new_session; });
    if (mode == compiler::Terminal::private_pty) add_init_step(Operation::take_terminal).number[0] = 0;
}

// ---- launching

struct Launched::Shared {
    Report::End end;
    int status, exit_status;
    bool violated;
    std::uint32_t number;
    char call[32];
    std::uint64_t arguments[6];
    double wall_seconds, cpu_seconds;
    std::uint64_t peak_memory, refused_forks;
    char diagnostics[8192];
};

Launched::Launched(const HandMadeJail& jail, const std::function<void()>& prepare)
    : shared_(static_cast<Shared*>(
          ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {
    int ends[2];
    EXPECT_EQ(::pipe2(&ends[0], O_CLOEXEC), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
        ::dup2(ends[1], 1);
        ::dup2(ends[1], 2);
        supervise(jail, prepare);
    }
    ::close(ends[1]);
    output_ = ends[0];
}

void Launched::supervise(const HandMadeJail& jail, const std::function<void()>& prepare) {
    const auto [user, group] = ordinary_ids();
    if (jail.caller == Caller::user && ::geteuid() == 0 &&
        (::setgroups(0, nullptr) != 0 || ::setresgid(group, group, group) != 0 || ::setresuid(user, user, user) != 0))
        ::_exit(99);
    ::prctl(PR_SET_DUMPABLE, 1);  // as after the exec of a fresh program
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (prepare) prepare();
    policy::Sources sources;
    sources.add("jail.ward", "read /usr\n");
    policy::Diagnostics diagnostics;
    const bool are_open = fill_standard_streams();
    const Host host = read_host(*host_files(), {.limits = false});
    Plan plan = jail.plan;  // steps point to the texts of the jail's
    plan.streams = host.streams;
    plan.ignored_signals = host.ignored_signals;
    const Report report = are_open ? launch(plan, diagnostics) : Report();
    shared_->end = report.end;
    shared_->status = report.status;
    shared_->exit_status = report.exit_status();
    shared_->violated = report.violation.has_value();
    if (report.violation) {
        shared_->number = report.violation->number;
        report.violation->call.copy(&shared_->call[0], sizeof shared_->call - 1);
        std::memcpy(&shared_->arguments[0], &report.violation->arguments[0], sizeof shared_->arguments);
    }
    shared_->wall_seconds = report.wall_seconds;
    shared_->cpu_seconds = report.cpu_seconds;
    shared_->peak_memory = report.peak_memory;
    shared_->refused_forks = report.refused_forks.value_or(0);
    policy::render(diagnostics, sources).copy(&shared_->diagnostics[0], sizeof shared_->diagnostics - 1);
    ::_exit(0);
}

Launched::~Launched() {
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    ::close(output_);
    ::munmap(shared_, sizeof *shared_);
}

void Launched::read_output() {
    char bytes[65536];
    const ssize_t count = ::read(output_, &bytes[0], sizeof bytes);
    if (count > 0) text_.append(&bytes[0], static_cast<std::size_t>(count));
}

bool Launched::wait_for_output(const std::string& text) {
    for (;;) {
        if (text_.find(text) != std::string::npos) return true;
        pollfd source{output_, POLLIN, 0};
        if (::poll(&source, 1, 10'000) <= 0 || (source.revents & POLLIN) == 0) return false;
        read_output();
    }
}

Seen Launched::finish() {
    for (std::size_t before = text_.size() + 1; before != text_.size();) {
        before = text_.size();
        read_output();
    }
    int status = 0;
    EXPECT_EQ(::waitpid(pid_, &status, 0), pid_);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "the supervisor ended with " << status;
    pid_ = -1;
    Seen seen;
    seen.end = shared_->end;
    seen.status = shared_->status;
    seen.exit_status = shared_->exit_status;
    if (shared_->violated) {
        seen.violation.emplace();
        seen.violation->number = shared_->number;
        seen.violation->call = &shared_->call[0];
        std::memcpy(&seen.violation->arguments[0], &shared_->arguments[0], sizeof shared_->arguments);
    }
    seen.wall_seconds = shared_->wall_seconds;
    seen.cpu_seconds = shared_->cpu_seconds;
    seen.peak_memory = shared_->peak_memory;
    seen.refused_forks = shared_->refused_forks;
    seen.output = text_;
    seen.diagnostics = &shared_->diagnostics[0];
    return seen;
}

Seen run(const HandMadeJail& jail, const std::function<void()>& prepare) {
    return Launched(jail, prepare).finish();
}

// ---- looking at processes

std::vector<pid_t> children_of(pid_t process) {
    const std::string id = std::to_string(process);
    std::ifstream file("/proc/" + id + "/task/" + id + "/children");
    std::vector<pid_t> children;
    for (pid_t child = 0; file >> child;) children.push_back(child);
    return children;
}

bool eventually(const std::function<bool()>& condition) {
    for (int i = 0; i < 1000; ++i) {
        if (condition()) return true;
        ::usleep(10'000);
    }
    return false;
}

bool vanishes(pid_t process) {
    return eventually([&] {
        std::ifstream file("/proc/" + std::to_string(process) + "/stat");
        std::stringstream text;
        text << file.rdbuf();
        return text.str().empty() || text.str().find(") Z ") != std::string::npos;
    });
}

}  // namespace ward::sandbox::testing
