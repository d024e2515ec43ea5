#include "sandbox/id_map.hpp"

#include <fcntl.h>
#include <linux/sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <utility>

#include "sandbox/helper_program.hpp"
#include "sandbox/id_subordinate.hpp"
#include "sandbox/raw_syscall.hpp"
#include "sandbox/setup_failure.hpp"

namespace ward::sandbox {
namespace {

std::string process_file(pid_t pid, const char* name) {
    return "/proc/" + std::to_string(pid) + "/" + name;
}

void write_map(const std::string& path, const std::vector<IdRange>& map) {
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    must(file.number(), "open the id map " + path);
    const std::string text = id_map_text(map);
    const ssize_t written = ::write(file.number(), text.data(), text.size());
    must(written, "write the id map `" + text.substr(0, text.size() - 1) + "`");
    if (static_cast<std::size_t>(written) != text.size()) cannot("write the whole id map", EIO);
}

// newuidmap(1): PID, then three numbers for each range.
void map_by_helper(const char* helper, pid_t pid, const std::vector<IdRange>& map) {
    std::vector<std::string> words{helper, std::to_string(pid)};
    for (const IdRange& range : map)
        for (const std::uint32_t number : {range.inside, range.outside, range.count})
            words.push_back(std::to_string(number));
    const HelperEnd end = run_helper(std::move(words), {});
    if (end.succeeded) return;
    throw SetupFailure(
        policy::slug::launch_failed,
        "`" + std::string(helper) + "` does not map the ids of the jail" + (end.said.empty() ? "" : ": " + end.said),
        "look whether `/etc/subuid` and `/etc/subgid` give you 65536 ids, and no other mount hides them");
}

// A process in a user namespace of its own. It reads a pipe and ends at its end of file: with this
// object, or with the supervisor, however that ends.
class Holder {
public:
    Holder() {
        // Its copy of this memory may have neither heap nor stack (first_process.hpp).
        alignas(16) static char stack[4096];
        static int ends[2];
        must(::pipe2(&ends[0], O_CLOEXEC), "make a pipe");
        const Descriptor read_end(ends[0]);
        write_end_.reset(ends[1]);
        clone_args how{};
        how.flags = CLONE_NEWUSER;
        how.exit_signal = SIGCHLD;
        how.stack = reinterpret_cast<std::uint64_t>(&stack[0]);
        how.stack_size = sizeof stack;
        const long result = raw_clone(how, wait_for_end, &ends[0]);
        if (result <= 0) cannot("make a user namespace", result < 0 ? static_cast<int>(-result) : EPROTO);
        pid_ = static_cast<pid_t>(result);
    }
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;
    ~Holder() {
        write_end_.reset();
        ::waitpid(pid_, nullptr, 0);
    }
    [[nodiscard]] pid_t pid() const { return pid_; }

private:
    [[noreturn]] static void wait_for_end(void* ends) {
        const int* const descriptors = static_cast<const int*>(ends);
        char nothing = 0;
        raw_syscall(SYS_close, descriptors[1]);
        raw_syscall(SYS_read, descriptors[0], &nothing, sizeof nothing);
        for (;;) raw_syscall(SYS_exit_group, 0);
    }

    Descriptor write_end_;
    pid_t pid_ = -1;
};

}  // namespace

std::string id_map_text(const std::vector<IdRange>& map) {
    std::string text;
    for (const IdRange& range : map) {
        text += std::to_string(range.inside) + " " + std::to_string(range.outside) + " " + std::to_string(range.count) +
                "\n";
    }
    return text;
}

void write_id_maps(pid_t pid, const std::vector<IdRange>& users, const std::vector<IdRange>& groups) {
    write_map(process_file(pid, "uid_map"), users);
    write_map(process_file(pid, "gid_map"), groups);
}

void map_ids_by_helpers(pid_t pid, const std::vector<IdRange>& users, const std::vector<IdRange>& groups) {
    map_by_helper(user_map_helper, pid, users);
    map_by_helper(group_map_helper, pid, groups);
}

Descriptor user_namespace_of(pid_t pid) {
    Descriptor space(::open(process_file(pid, "ns/user").c_str(), O_RDONLY | O_CLOEXEC));
    must(space.number(), "open the user namespace of the jail");
    return space;
}

Descriptor make_user_namespace(const std::vector<IdRange>& users, const std::vector<IdRange>& groups) {
    const Holder holder;
    write_id_maps(holder.pid(), users, groups);
    return user_namespace_of(holder.pid());
}

}  // namespace ward::sandbox
