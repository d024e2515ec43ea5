#include "sandbox/helper_program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>

#include "sandbox/descriptor.hpp"
#include "sandbox/setup_failure.hpp"

namespace ward::sandbox {
namespace {

std::vector<char*> pointers(std::vector<std::string>& words) {
    std::vector<char*> all;
    all.reserve(words.size() + 1);
    for (std::string& word : words) all.push_back(word.data());
    all.push_back(nullptr);
    return all;
}

// 0, or an errno. Its output and errors go into a pipe.
int start(std::vector<std::string>& words, std::vector<std::string>& variables, const Descriptor& output,
          pid_t& process) {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none;
    ::sigemptyset(&none);
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&files, output.number(), 1);
    ::posix_spawn_file_actions_adddup2(&files, output.number(), 2);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    const int error = ::posix_spawn(&process, words.front().c_str(), &files, &attributes, pointers(words).data(),
                                    pointers(variables).data());
    ::posix_spawn_file_actions_destroy(&files);
    ::posix_spawnattr_destroy(&attributes);
    return error;
}

class Deadline {
public:
    explicit Deadline(int milliseconds) : end_(now() + milliseconds) {}
    // False if nothing comes until then.
    [[nodiscard]] bool await(const Descriptor& source) const {
        pollfd wanted{source.number(), POLLIN, 0};
        int result = 0;
        do {
            const long rest = end_ - now();
            result = rest > 0 ? ::poll(&wanted, 1, static_cast<int>(rest)) : 0;
        } while (result < 0 && errno == EINTR);
        return result > 0;
    }

private:
    [[nodiscard]] static long now() {
        timespec time{};
        ::clock_gettime(CLOCK_MONOTONIC, &time);
        return time.tv_sec * 1000 + time.tv_nsec / 1'000'000;
    }
    long end_;
};

std::string read_to_end(const Descriptor& input, const Deadline& deadline) {
    std::string text;
    std::array<char, 512> piece{};
    ssize_t length = 1;
    while (length > 0 && deadline.await(input)) {
        length = ::read(input.number(), piece.data(), piece.size());
        if (length > 0) text.append(piece.data(), static_cast<std::size_t>(length));
    }
    return text;
}

}  // namespace

HelperEnd run_helper(std::vector<std::string> words, std::vector<std::string> variables, int patience) {
    int ends[2];
    must(::pipe2(&ends[0], O_CLOEXEC), "make a pipe");
    const Descriptor input(ends[0]);
    Descriptor output(ends[1]);
    pid_t process = -1;
    if (const int error = start(words, variables, output, process); error != 0)
        return {false, "cannot run " + words.front() + ": " + error_words(error)};
    output.reset();
    const Deadline deadline(patience);
    std::string said = read_to_end(input, deadline);
    // What it has started may hold the pipe open, and it may close the pipe and stay.
    const Descriptor handle(static_cast<int>(::syscall(SYS_pidfd_open, process, 0)));
    const bool ended = handle && deadline.await(handle);
    if (!ended) ::kill(process, SIGKILL);
    int status = 0;
    pid_t reaped = -1;
    do {
        reaped = ::waitpid(process, &status, 0);
    } while (reaped < 0 && errno == EINTR);
    // A caller who ignores SIGCHLD hears of no end: wait(2).
    if (reaped < 0) return {false, "cannot hear how " + words.front() + " ended: " + error_words(errno)};
    if (!ended) said = words.front() + " does not end";
    return {ended && WIFEXITED(status) && WEXITSTATUS(status) == 0, said.substr(0, said.find('\n'))};
}

}  // namespace ward::sandbox
