// The attempts that take namespaces: a process goes the way that the first process of a jail goes.
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <new>

#include "sandbox/descriptor.hpp"
#include "sandbox/doctor_probe.hpp"
#include "sandbox/id_map.hpp"
#include "sandbox/raw_syscall.hpp"
#include "sandbox/setup_failure.hpp"

namespace ward::sandbox {
namespace {

constexpr unsigned patience = 5;                     // seconds
constexpr std::uint32_t first_host_id = 0x70000000;  // as id_range.hpp: nobody's
constexpr const char* place = "/proc";               // there on every host; what is mounted on it is this process's own

// <sys/mount.h> and <linux/mount.h> exclude each other.
constexpr unsigned long legacy_recursive = 1UL << 14;  // MS_REC
constexpr unsigned long legacy_private = 1UL << 18;    // MS_PRIVATE

int outcome(long result) {
    return result < 0 ? static_cast<int>(-result) : 0;
}

int write_file(const char* path, const std::string& text) {
    const Descriptor file(::open(path, O_WRONLY | O_CLOEXEC));
    if (!file) return errno;
    return ::write(file.number(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : errno;
}

// What the process and its parent share.
struct Board {
    std::array<int, attempt_count> results{};
};

// Memory of two processes.
class SharedBoard {
public:
    SharedBoard() : memory_(::mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {
        if (memory_ == MAP_FAILED) cannot("share memory with another process", errno);
        (new (memory_) Board)->results.fill(not_tried);
    }
    SharedBoard(const SharedBoard&) = delete;
    SharedBoard& operator=(const SharedBoard&) = delete;
    ~SharedBoard() { ::munmap(memory_, sizeof(Board)); }

    [[nodiscard]] Board& operator*() const { return *std::launder(static_cast<Board*>(memory_)); }

private:
    void* memory_;
};

class Traveller {
public:
    Traveller(Board& board, const Host& host, int ready, int maps_written)
        : board_(board), host_(host), ready_(ready), maps_written_(maps_written) {}

    // In a process of its own, which ends then.
    void go() {
        if (!tried(Attempt::user_namespace, ::unshare(CLONE_NEWUSER) == 0 ? 0 : errno)) return;
        if (!tried(Attempt::id_maps, host_.privileged ? wait_for_maps() : write_own_maps())) return;
        try_namespace(Attempt::ipc_namespace, CLONE_NEWIPC);
        try_namespace(Attempt::uts_namespace, CLONE_NEWUTS);
        try_namespace(Attempt::cgroup_namespace, CLONE_NEWCGROUP);
        try_namespace(Attempt::network_namespace, CLONE_NEWNET);
        try_namespace(Attempt::pid_namespace, CLONE_NEWPID);
        try_namespace(Attempt::mount_namespace, CLONE_NEWNS);
        if (result(Attempt::mount_namespace) == 0) try_mounts();
    }

private:
    [[nodiscard]] int& result(Attempt attempt) { return board_.results[static_cast<std::size_t>(attempt)]; }
    bool tried(Attempt attempt, int error) {
        result(attempt) = error;
        return error == 0;
    }
    void try_namespace(Attempt attempt, int kind) { tried(attempt, ::unshare(kind) == 0 ? 0 : errno); }

    // user_namespaces(7): without privilege outside, gid_map needs setgroups to be denied first.
    int write_own_maps() const {
        const auto one = [](std::uint32_t id) { return std::to_string(id) + ' ' + std::to_string(id) + " 1\n"; };
        if (const int error = write_file("/proc/self/setgroups", "deny")) return error;
        if (const int error = write_file("/proc/self/gid_map", one(host_.gid))) return error;
        return write_file("/proc/self/uid_map", one(host_.uid));
    }

    int wait_for_maps() const {
        char error = 0;
        if (::write(ready_, "", 1) != 1 || ::read(maps_written_, &error, 1) != 1) return EIO;
        if (error != 0) return error;
        return ::setresgid(0, 0, 0) == 0 && ::setresuid(0, 0, 0) == 0 ? 0 : errno;
    }

    void try_mounts() {
        raw_syscall(SYS_mount, nullptr, "/", nullptr, legacy_recursive | legacy_private, nullptr);
        // Before anything lies over /proc: a new one must see that the old one is whole.
        if (result(Attempt::pid_namespace) == 0) try_proc();
        Descriptor tree;
        if (tried(Attempt::clone_tree, copy_of("/", tree))) tried(Attempt::restrict_tree, restrict(tree));
        if (!tried(Attempt::new_mount, mount_new("tmpfs"))) return;
        if (::chdir(place) == 0) {
            try_overlay();
            tried(Attempt::pivot_root, outcome(raw_syscall(SYS_pivot_root, ".", ".")));
        }
    }

    static int copy_of(const char* path, Descriptor& tree) {
        const long copied = raw_syscall(SYS_open_tree, AT_FDCWD, path,
                                        static_cast<unsigned>(OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE));
        if (copied >= 0) tree.reset(static_cast<int>(copied));
        return outcome(copied);
    }

    static int restrict(const Descriptor& tree) {
        mount_attr attributes{};
        attributes.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
        return outcome(raw_syscall(SYS_mount_setattr, tree.number(), "",
                                   static_cast<unsigned>(AT_EMPTY_PATH | AT_RECURSIVE), &attributes,
                                   sizeof attributes));
    }

    static int mount_new(const char* type) {
        const Descriptor context(static_cast<int>(raw_syscall(SYS_fsopen, type, FSOPEN_CLOEXEC)));
        if (!context) return -context.number();
        const int made = outcome(raw_syscall(SYS_fsconfig, context.number(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0));
        if (made != 0) return made;
        const Descriptor tree(static_cast<int>(raw_syscall(SYS_fsmount, context.number(), FSMOUNT_CLOEXEC, 0)));
        if (!tree) return -tree.number();
        return outcome(raw_syscall(SYS_move_mount, tree.number(), "", AT_FDCWD, place, MOVE_MOUNT_F_EMPTY_PATH));
    }

    void try_overlay() {
        for (const char* folder : {"lower", "upper", "work", "merged"}) ::mkdir(folder, 0755);
        tried(Attempt::overlay, outcome(raw_syscall(SYS_mount, "overlay", "merged", "overlay", 0,
                                                    "lowerdir=lower,upperdir=upper,workdir=work,userxattr")));
    }

    // The first process of the new PID namespace mounts its /proc.
    void try_proc() {
        const pid_t child = ::fork();
        if (child == 0) {
            ::alarm(patience);
            if (::unshare(CLONE_NEWNS) == 0) result(Attempt::proc) = mount_new("proc");
            ::_exit(0);
        }
        if (child < 0) result(Attempt::pid_namespace) = errno;
        while (child > 0 && ::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
        }
    }

    Board& board_;
    const Host& host_;
    int ready_, maps_written_;
};

struct Pipe {
    Pipe() {
        int ends[2];
        must(::pipe2(&ends[0], O_CLOEXEC), "make a pipe");
        out.reset(ends[0]);
        in.reset(ends[1]);
    }
    Descriptor out, in;
};

// Root writes the maps of the process, as the supervisor of a jail does.
int write_maps_of(pid_t child) {
    const std::vector<IdRange> map{{0, first_host_id, 65536}};
    try {
        write_id_maps(child, map, map);
        return 0;
    } catch (const SetupFailure&) {
        return errno != 0 ? errno : EPERM;
    }
}

}  // namespace

void try_namespaces(Probe& probe, const Host& host) {
    const SharedBoard board;
    Pipe ready;
    Pipe maps;
    const pid_t child = ::fork();
    if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::alarm(patience);
        ready.out.reset();
        maps.in.reset();
        Traveller(*board, host, ready.in.number(), maps.out.number()).go();
        ::_exit(0);
    }
    ready.in.reset();
    char nothing = 0;
    if (host.privileged && child > 0 && ::read(ready.out.number(), &nothing, 1) == 1) {
        const char error = static_cast<char>(write_maps_of(child));
        // Without the byte the traveller ends by itself.
        if (::write(maps.in.number(), &error, 1) != 1) ::kill(child, SIGKILL);
    }
    while (child > 0 && ::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
    for (std::size_t i = 0; i < attempt_count; ++i)
        if ((*board).results[i] != not_tried) probe.results[i] = (*board).results[i];
}

}  // namespace ward::sandbox
