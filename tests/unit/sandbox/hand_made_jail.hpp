// Plans made by hand, and the machinery to launch them in a process of their own: the launcher's
// tests need no policy and no planner.
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/plan.hpp"
#include "sandbox/report.hpp"

namespace ward::sandbox::testing {

// Who starts the jail.
enum class Caller { root, user };

// Root becomes another user to start a jail as one; an ordinary user is one already.
struct Ids {
    uid_t user;
    gid_t group;
};
[[nodiscard]] inline Ids ordinary_ids() {
    return ::geteuid() == 0 ? Ids{1234, 1234} : Ids{::geteuid(), ::getegid()};
}
inline constexpr std::uint32_t id_base = 0x70010000;

// A real jail: /usr read-only, /proc, /dev/null, a writable /tmp, no capabilities, no_new_privs. Steps can be put
// into it before it runs.
class HandMadeJail {
public:
    HandMadeJail(Caller caller, std::vector<std::string> arguments);

    // As if the policy's line 1 asked for it; goes to the end of init's list.
    Step& add_init_step(Operation operation);
    // Before the last step, `execute`.
    Step& add_program_step(Operation operation);
    // `action` for one call, everything else allowed.
    void load_filter(std::uint32_t call, std::uint32_t action);

    // Until then the program leads a session without a terminal.
    void use_terminal(compiler::Terminal mode);

    Plan plan;
    Caller caller;

private:
    static void add_source(std::vector<Step>& steps, const char* path, Slot tree, std::uint64_t attributes);
    static void add_sources(std::vector<Step>& steps);
    void map_own_ids();
    void build_root();
    void become_program(const std::string& path);
};

[[nodiscard]] Step make_step(Operation operation);

// In SetUp(): only root can start a jail as root.
#define WARD_SKIP_UNLESS_POSSIBLE(caller)             \
    if ((caller) == Caller::root && ::geteuid() != 0) \
    GTEST_SKIP() << "only root can start a jail as root: run the tests as root too"

// What a launch left behind.
struct Seen {
    Report::End end = Report::End::not_started;
    int status = 0, exit_status = 0;
    std::optional<Violation> violation;
    double wall_seconds = 0, cpu_seconds = 0;
    std::uint64_t peak_memory = 0, refused_forks = 0;
    std::string output;       // of the program: standard output and error
    std::string diagnostics;  // rendered
};

// A supervisor in a process of its own, with the caller's ids.
class Launched {
public:
    // `prepare` runs in the supervisor, before the launch.
    explicit Launched(const HandMadeJail& jail, const std::function<void()>& prepare = nullptr);
    Launched(const Launched&) = delete;
    Launched& operator=(const Launched&) = delete;
    ~Launched();

    [[nodiscard]] pid_t supervisor() const { return pid_; }
    // Reads output until `text` is in it. False after ten seconds.
    [[nodiscard]] bool wait_for_output(const std::string& text);
    [[nodiscard]] Seen finish();

private:
    [[noreturn]] void supervise(const HandMadeJail& jail, const std::function<void()>& prepare);
    void read_output();

    pid_t pid_ = -1;
    int output_ = -1;
    std::string text_;
    struct Shared;
    Shared* shared_;
};

[[nodiscard]] Seen run(const HandMadeJail& jail, const std::function<void()>& prepare = nullptr);

// The direct children of a process.
[[nodiscard]] std::vector<pid_t> children_of(pid_t process);
// True when the process is gone (or a zombie) within ten seconds.
[[nodiscard]] bool vanishes(pid_t process);
// True when `condition` holds within ten seconds.
[[nodiscard]] bool eventually(const std::function<bool()>& condition);

}  // namespace ward::sandbox::testing
