#include "sandbox/systemd_scope.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <vector>

#include "sandbox/descriptor.hpp"
#include "sandbox/host.hpp"
#include "sandbox/host_cgroups.hpp"
#include "sandbox/setup_failure.hpp"

namespace ward::sandbox {
namespace {

constexpr int patience = 10'000;  // milliseconds

[[noreturn]] void give_up(const std::string& why) {
    throw SetupFailure(policy::slug::cgroup_failed, "systemd gave ward no cgroup of its own: " + why,
                       "add `?` behind the names of the limits to accept a weaker form, or see what `systemd-run " +
                           std::string(::geteuid() == 0 ? "" : "--user ") + "--scope true` says");
}

// What the bus client is called with: the signature of the method, and its arguments one by one.
std::vector<std::string> request() {
    return {bus_client,
            ::geteuid() == 0 ? "--system" : "--user",
            "--timeout=5",
            "call",
            "org.freedesktop.systemd1",
            "/org/freedesktop/systemd1",
            "org.freedesktop.systemd1.Manager",
            "StartTransientUnit",
            "ssa(sv)a(sa(sv))",
            own_scope(),
            "fail",
            "4",
            "Description",
            "s",
            "a jail of ward",
            "PIDs",
            "au",
            "1",
            std::to_string(::getpid()),
            "Delegate",
            "b",
            "true",
            "CollectMode",
            "s",
            "inactive-or-failed",
            "0"};
}

// Nothing of the caller's environment: it could name another bus.
std::vector<std::string> environment() {
    return {"LC_ALL=C", "XDG_RUNTIME_DIR=/run/user/" + std::to_string(::geteuid())};
}

std::vector<char*> pointers(std::vector<std::string>& words) {
    std::vector<char*> all;
    all.reserve(words.size() + 1);
    for (std::string& word : words) all.push_back(word.data());
    all.push_back(nullptr);
    return all;
}

// The client with its output and errors in a pipe.
pid_t start_client(const Descriptor& output) {
    std::vector<std::string> words = request();
    std::vector<std::string> variables = environment();
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
    pid_t client = -1;
    const int error =
        ::posix_spawn(&client, bus_client, &files, &attributes, pointers(words).data(), pointers(variables).data());
    ::posix_spawn_file_actions_destroy(&files);
    ::posix_spawnattr_destroy(&attributes);
    if (error != 0) give_up("cannot run " + std::string(bus_client) + ": " + error_words(error));
    return client;
}

// What the client says until it ends. It has a time limit of its own, for the answer; this is for all else.
std::string read_answer(const Descriptor& input, pid_t client) {
    std::string text;
    std::array<char, 512> piece{};
    pollfd source{input.number(), POLLIN, 0};
    ssize_t length = 1;
    while (length > 0) {
        if (::poll(&source, 1, patience) == 0) {
            ::kill(client, SIGKILL);
            break;  // what it has started may hold the pipe open
        }
        length = ::read(input.number(), piece.data(), piece.size());
        if (length > 0) text.append(piece.data(), static_cast<std::size_t>(length));
    }
    return text.substr(0, text.find('\n'));
}

void ask() {
    int ends[2];
    must(::pipe2(&ends[0], O_CLOEXEC), "make a pipe");
    const Descriptor input(ends[0]);
    Descriptor output(ends[1]);
    const pid_t client = start_client(output);
    output.reset();
    const std::string answer = read_answer(input, client);
    int status = 0;
    while (::waitpid(client, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) give_up(answer.empty() ? "no answer" : answer);
}

bool ends_with(const std::string& text, const std::string& end) {
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

}  // namespace

std::string own_scope() {
    return "ward-" + std::to_string(::getpid()) + ".scope";
}

// systemd answers before it has moved the process.
std::string enter_scope() {
    ask();
    for (int waited = 0; waited < patience; ++waited) {
        std::string path = own_cgroup(read_record("/proc/self/cgroup"), "");
        if (ends_with(path, "/" + own_scope())) return path;
        const timespec pause{0, 1'000'000};
        ::nanosleep(&pause, nullptr);
    }
    give_up("it has not moved ward into " + own_scope());
}

}  // namespace ward::sandbox
