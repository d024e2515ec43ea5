#include "tests/kernel/support/process.hpp"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <thread>

namespace ward::test {

namespace {

constexpr double patience_seconds = 120;  // far more than anything needs on a slow, busy machine

double now() {
    using namespace std::chrono;
    return duration<double>(steady_clock::now().time_since_epoch()).count();
}

struct Pipe {
    int read_end = -1, write_end = -1;

    Pipe() {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe2");
        read_end = ends[0];
        write_end = ends[1];
    }
};

[[noreturn]] void give_up(const char* step) {
    std::perror(step);
    _exit(99);
}

void must(bool fine, const char* step) {
    if (!fine) give_up(step);
}

void write_whole(const char* path, const std::string& text) {
    const int file = open(path, O_WRONLY);
    must(file >= 0 && write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()), path);
    close(file);
}

void become(const User& user) {
    if (geteuid() != 0 || user.privileged()) return;
    must(setgroups(0, nullptr) == 0, "setgroups");
    must(setresgid(user.gid, user.gid, user.gid) == 0, "setresgid");
    must(setresuid(user.uid, user.uid, user.uid) == 0, "setresuid");
    // The change of user made this process unreadable for itself, and with it its id maps.
    must(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0, "dumpable");
}

void enter_own_namespaces() {
    const std::string uid = std::to_string(geteuid());
    const std::string gid = std::to_string(getegid());
    must(unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0, "unshare");
    write_whole("/proc/self/setgroups", "deny");
    write_whole("/proc/self/uid_map", "0 " + uid + " 1");
    write_whole("/proc/self/gid_map", "0 " + gid + " 1");
}

// The leaked ones become 3, 4, ...: first out of the way, then to their places.
void place_descriptors(const std::vector<int>& leaked) {
    std::vector<int> parked;
    parked.reserve(leaked.size());
    for (const int descriptor : leaked) parked.push_back(fcntl(descriptor, F_DUPFD_CLOEXEC, 100));
    int place = 3;
    for (const int descriptor : parked) must(dup2(descriptor, place++) >= 0, "dup2");
}

void take_terminal(int terminal) {
    must(setsid() >= 0, "setsid");
    must(dup2(terminal, 0) == 0, "terminal");
    must(ioctl(0, TIOCSCTTY, 0) == 0, "TIOCSCTTY");
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> result;
    result.reserve(texts.size() + 1);
    for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));
    result.push_back(nullptr);
    return result;
}

[[noreturn]] void become_program(const Invocation& invocation) {
    std::vector<char*> arguments = pointers(invocation.arguments);
    std::vector<char*> environment = pointers(invocation.environment);
    signal(SIGPIPE, SIG_DFL);
    if (invocation.terminal >= 0) {
        take_terminal(invocation.terminal);
    } else {
        must(setpgid(0, 0) == 0, "setpgid");
    }
    place_descriptors(invocation.leaked);
    become(invocation.user);
    if (invocation.own_namespaces) enter_own_namespaces();
    must(chdir(invocation.folder.c_str()) == 0, "chdir");
    if (!invocation.input_file.empty()) {
        const int file = open(invocation.input_file.c_str(), O_RDONLY | O_CLOEXEC);
        must(file >= 0 && dup2(file, 0) == 0, "open the input");
    }
    execve(arguments[0], arguments.data(), environment.data());
    give_up(arguments[0]);
}

void close_if_open(int& descriptor) {
    if (descriptor >= 0) close(descriptor);
    descriptor = -1;
}

// False at the end of the stream.
bool read_from(int& descriptor, std::string& text) {
    char buffer[65536];
    const ssize_t size = read(descriptor, buffer, sizeof buffer);
    if (size > 0) {
        text.append(buffer, static_cast<std::size_t>(size));
    } else if (size == 0 || errno != EINTR) {
        close_if_open(descriptor);
    }
    return descriptor >= 0;
}

}  // namespace

Running::Running(const Invocation& invocation)
    : pending_input_(invocation.input), open_input_(invocation.open_input), deadline_(now() + patience_seconds) {
    const Pipe in;
    const Pipe out;
    const Pipe err;
    process_ = fork();
    if (process_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (process_ == 0) {
        must(dup2(in.read_end, 0) == 0 && dup2(out.write_end, 1) == 1 && dup2(err.write_end, 2) == 2, "dup2");
        become_program(invocation);
    }
    end_ = static_cast<int>(syscall(SYS_pidfd_open, process_, 0));
    close(in.read_end);
    close(out.write_end);
    close(err.write_end);
    out_ = out.read_end;
    err_ = err.read_end;
    input_ = in.write_end;
    fcntl(input_, F_SETFL, O_NONBLOCK);
    if (pending_input_.empty() && !open_input_) close_if_open(input_);
}

Running::~Running() {
    if (!ended_) {
        kill_group();
        waitpid(process_, nullptr, 0);
    }
    close_if_open(out_);
    close_if_open(err_);
    close_if_open(input_);
    close_if_open(end_);
}

void Running::kill(int signal) const {
    if (!ended_) ::kill(process_, signal);
}

// Both, since the program may not have come to make its group.
void Running::kill_group() const {
    ::kill(process_, SIGKILL);
    ::kill(-process_, SIGKILL);
}

void Running::watch_process() {
    if (ended_ || waitpid(process_, &wait_status_, WNOHANG | WUNTRACED) != process_) return;
    if (WIFSTOPPED(wait_status_)) {
        outcome_.stopped = true;
        kill_group();
        return;
    }
    ended_ = true;
    outcome_.status = WIFEXITED(wait_status_) ? WEXITSTATUS(wait_status_) : 128 + WTERMSIG(wait_status_);
}

// One turn of the loop: output, input, the end. False when there is nothing more to wait for.
bool Running::read_some() {
    if (now() > deadline_ && !outcome_.timed_out) {
        outcome_.timed_out = true;
        kill_group();
    }
    pollfd waits[] = {
        {out_, POLLIN, 0}, {err_, POLLIN, 0}, {pending_input_.empty() ? -1 : input_, POLLOUT, 0}, {end_, POLLIN, 0}};
    poll(waits, 4, 100);  // a stop wakes no descriptor
    if (waits[0].revents != 0) read_from(out_, outcome_.out);
    if (waits[1].revents != 0) read_from(err_, outcome_.err);
    if (waits[2].revents != 0) {
        const ssize_t size = write(input_, pending_input_.data(), pending_input_.size());
        if (size > 0) pending_input_.erase(0, static_cast<std::size_t>(size));
        if (size < 0 && errno != EAGAIN) pending_input_.clear();
        if (pending_input_.empty() && !open_input_) close_if_open(input_);
    }
    watch_process();
    return !ended_;
}

bool Running::wait_for_output(const std::string& text) {
    while (outcome_.out.find(text) == std::string::npos)
        if (!read_some()) return outcome_.out.find(text) != std::string::npos;
    return true;
}

Outcome Running::finish() {
    while (read_some()) {
    }
    // What is still in the pipes; a process that outlives the program may hold them open for ever.
    for (int* descriptor : {&out_, &err_}) {
        if (*descriptor < 0) continue;
        fcntl(*descriptor, F_SETFL, O_NONBLOCK);
        while (read_from(*descriptor, descriptor == &out_ ? outcome_.out : outcome_.err)) {
        }
    }
    return outcome_;
}

Outcome run(const Invocation& invocation) {
    return Running(invocation).finish();
}

std::string read_file(const std::string& path) {
    std::string text;
    int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    while (file >= 0 && read_from(file, text)) {
    }
    return text;
}

std::vector<pid_t> processes_with(const std::string& marker) {
    std::vector<pid_t> found;
    std::error_code gone;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", gone)) {
        const std::string name = entry.path().filename();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        if (read_file(entry.path() / "cmdline").find(marker) != std::string::npos) found.push_back(std::stoi(name));
    }
    return found;
}

bool eventually(const std::function<bool()>& done) {
    for (const double end = now() + 30; now() < end;) {
        if (done()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return done();
}

}  // namespace ward::test
