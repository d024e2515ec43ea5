#include "sandbox/setup_failure.hpp"

#include <string.h>  // NOLINT(modernize-deprecated-headers): strerrorname_np is not in <cstring>
#include <sys/sysmacros.h>

#include <cctype>
#include <cerrno>
#include <vector>

#include "sandbox/script.hpp"

namespace ward::sandbox {
namespace {

// What to do about an error of an operation. The first row that fits is used; `any` fits every error.
constexpr int any = 0;

struct Remedy {
    Operation operation;
    int error;
    const char* help;
};

constexpr const char* no_room =
    "make room on the file system of this line's folder: `df` and `df -i` say whether it lacks space or inodes";

constexpr Remedy remedies[] = {
    {Operation::clone_tree, ESTALE, "run it again: the file was replaced after ward had looked at it"},
    {Operation::clone_tree, ENOENT, "run it again: the file was removed after ward had looked at it"},
    {Operation::clone_tree, ELOOP, "run it again: a part of the path was replaced by a symbolic link"},
    {Operation::clone_tree, EACCES, "grant a path that this user can reach"},
    {Operation::clone_tree, EINVAL,
     "grant the folders below it one by one: a mount in it is not to be copied (unbindable)"},
    {Operation::clone_device, EPERM, "remove this device: its mount is locked as nodev for ordinary users"},
    {Operation::map_tree_ids, EINVAL,
     "grant the path with `read`, or run ward as an ordinary user: its file system cannot map ids"},
    {Operation::map_tree_ids, EPERM,
     "grant the path with `read`, or run ward as an ordinary user: its file system cannot map ids"},
    {Operation::enter_cgroup, ENOSPC,
     "make sure that its cpuset has processors: `cat cpuset.cpus` of the folder above"},
    {Operation::enter_cgroup, any, "run it again; if it fails again, remove the limit, or add `?` behind its name"},
    {Operation::unshare, EPERM,
     "run `ward doctor`: it says what forbids user namespaces on this host, and how to allow them"},
    {Operation::unshare, ENOSPC, "raise the host's limit: `sysctl user.max_user_namespaces=10000`"},
    {Operation::write_file, EPERM,
     "run `ward doctor`: it says what forbids user namespaces on this host, and how to allow them"},
    {Operation::set_rlimit, EPERM, "lower the limit to at most the caller's hard limit (`ulimit -H -a`)"},
    {Operation::make_folder, ENOSPC, no_room},
    {Operation::new_filesystem, ENOSPC, no_room},
    {Operation::new_filesystem, EROFS, no_room},
    {Operation::new_filesystem, EPERM,
     "run `ward doctor`: it says what forbids mounts in user namespaces on this host, and how to allow them"},
    {Operation::take_terminal, any, "say `terminal none` in `process`"},
    {Operation::execute, ENOENT,
     "grant the program and its interpreter with `execute`: the loader of a dynamic program, or the first line of a "
     "script"},
    {Operation::execute, EACCES, "grant the program with `execute`, and make sure that its file is executable"},
    {Operation::execute, ENOEXEC,
     "run it through its interpreter: the file is neither a program of this machine nor a script that begins with "
     "`#!`"},
    {Operation::execute, EPERM, "allow `execve` in `syscalls`, or run another program"},
    {Operation::execute, E2BIG, "pass fewer arguments or a smaller environment"},
};

struct CommonRemedy {
    int error;
    const char* help;
};

constexpr CommonRemedy common_remedies[] = {
    {EMFILE, "raise the limit of open files: `ulimit -n 4096`"},
    {ENFILE, "close files on this host: its table of open files is full"},
    {ENOMEM, "free memory on this host"},
    {ENOSPC, "raise the host's limit of mounts: `sysctl fs.mount-max`"},
    {ENOSYS, "run Linux 5.14 or newer"},
    {EPERM, "run `ward doctor`: it says what this host forbids, and what to do about it"},
};

std::string help_for(Operation operation, int error) {
    for (const Remedy& remedy : remedies) {
        if (remedy.operation == operation && (remedy.error == error || remedy.error == any)) return remedy.help;
    }
    for (const CommonRemedy& remedy : common_remedies) {
        if (remedy.error == error) return remedy.help;
    }
    return "run `ward run --dry-run` to see the step among the others";
}

const std::vector<Step>& steps_of(const Plan& plan, Phase phase) {
    switch (phase) {
        case Phase::prepare:
            return plan.prepare;
        case Phase::mapped:
            return plan.mapped;
        case Phase::init:
            return plan.init;
        case Phase::program:
            break;
    }
    return plan.program;
}

int shell_status(int error) {
    return error == ENOENT ? 127 : 126;
}

int report_unexecuted(const Plan& plan, const Step& step, int error, policy::Diagnostics& diagnostics) {
    const auto interpreter = interpreter_of(step.path);
    if (interpreter && (error == ENOENT || error == EACCES)) {
        diagnostics
            .add(policy::slug::cannot_execute, plan.reasons[step.reason].origin,
                 "cannot execute `" + std::string(step.path) + "`: its first line names `" + interpreter->path +
                     "`, which " + (error == ENOENT ? "is not in the jail" : "may not be executed in the jail"))
            .help("add `--allow 'execute " + interpreter->path + "'`");
        return shell_status(error);
    }
    diagnostics
        .add(policy::slug::cannot_execute, plan.reasons[step.reason].origin,
             "cannot execute `" + std::string(step.path) + "`: " + error_words(error))
        .help(help_for(Operation::execute, error));
    return shell_status(error);
}

}  // namespace

std::string error_words(int error) {
    const char* name = strerrorname_np(error);
    const char* description = strerrordesc_np(error);
    if (name == nullptr || description == nullptr) return "error " + std::to_string(error);
    std::string words = description;
    // Abbreviations ("RPC ...") keep their capitals.
    if (words.size() > 1 && std::islower(static_cast<unsigned char>(words[1])) != 0) {
        words[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(words[0])));
    }
    return words + " (" + name + ")";
}

void cannot(const std::string& what, int error) {
    const std::string message = "cannot " + what + ": " + error_words(error);
    for (const CommonRemedy& remedy : common_remedies) {
        if (remedy.error == error) throw SetupFailure(policy::slug::launch_failed, message, remedy.help);
    }
    throw SetupFailure(policy::slug::launch_failed, message, "run `ward doctor` to see what this host allows");
}

long must(long result, const std::string& what) {
    const int error = errno;
    if (result < 0) cannot(what, error);
    return result;
}

namespace {

// Known devices are not looked at before (find_devices()).
bool is_about_a_device(const Step& step, int error) {
    return step.operation == Operation::clone_device && (error == ENOENT || error == ESTALE);
}

void report_device(const Plan& plan, const Step& step, policy::Diagnostics& diagnostics) {
    const std::string path = step.path;
    const std::string number = std::to_string(major(step.number[0])) + ' ' + std::to_string(minor(step.number[0]));
    diagnostics
        .add(policy::slug::device_not_found, plan.reasons[step.reason].origin,
             "this host has no character device `" + path + "` with the number " + number)
        .help("make it again: `rm -f " + path + "; mknod -m 666 " + path + " c " + number + "` as root");
}

}  // namespace

int report_failed_step(const Plan& plan, const Message& failure, policy::Diagnostics& diagnostics) {
    const std::vector<Step>& steps = steps_of(plan, failure.phase);
    if (failure.step >= steps.size()) {
        diagnostics
            .add(policy::slug::launch_failed, std::nullopt,
                 "the first process of the jail cannot go on: " + error_words(failure.error))
            .help("run it again");
        return 125;
    }
    const Step& step = steps[failure.step];
    if (step.operation == Operation::execute) return report_unexecuted(plan, step, failure.error, diagnostics);
    if (is_about_a_device(step, failure.error)) {
        report_device(plan, step, diagnostics);
        return 125;
    }
    const Reason& reason = plan.reasons[step.reason];
    auto& diagnostic = diagnostics.add(policy::slug::step_failed, reason.origin,
                                       "the step `" + describe(step, plan) + "` failed: " + error_words(failure.error));
    if (!reason.purpose.empty()) diagnostic.note("this step is there for " + reason.purpose);
    diagnostic.help(help_for(step.operation, failure.error));
    return 125;
}

}  // namespace ward::sandbox
