// Runs a program as a given user and tells how it went. Nothing here knows about jails.
//
// It must never leave a process behind: what is started ends with its Running, or with the runner.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

namespace ward::test {

// Who runs it. `privileged`: the machine's root.
struct User {
    std::string name;
    uid_t uid = 0;
    gid_t gid = 0;

    [[nodiscard]] bool privileged() const { return uid == 0; }
};

// A program and how it is started: in a process group of its own.
struct Invocation {
    std::vector<std::string> arguments;    // [0] is the file
    std::vector<std::string> environment;  // NAME=value, all of it
    std::string folder = "/";
    User user;
    std::string input;            // standard input; then it ends
    bool open_input = false;      // it does not end, until the Running does
    std::string input_file;       // standard input is this file, opened for reading as the user
    int terminal = -1;            // becomes standard input and the controlling terminal
    std::vector<int> leaked;      // descriptors of the runner that become 3, 4, ...
    bool own_namespaces = false;  // root in a user and mount namespace of its own
};

struct Outcome {
    int status = 0;          // as a shell says it: exit status, or 128 + signal
    bool stopped = false;    // a signal stopped it; it was then killed
    bool timed_out = false;  // it was killed because it went on for too long
    std::string out, err;
};

// A started program.
class Running {
public:
    explicit Running(const Invocation& invocation);
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running();

    [[nodiscard]] pid_t process() const { return process_; }
    // Reads until standard output holds `text`. False if it ends before.
    [[nodiscard]] bool wait_for_output(const std::string& text);
    // What it has written on standard output until now.
    [[nodiscard]] const std::string& output() const { return outcome_.out; }
    void kill(int signal) const;
    // Waits until it has ended and its output is closed.
    [[nodiscard]] Outcome finish();

private:
    bool read_some();
    void kill_group() const;
    void watch_process();

    pid_t process_ = -1;
    int out_ = -1, err_ = -1, input_ = -1, end_ = -1;
    std::string pending_input_;
    bool open_input_ = false;
    bool ended_ = false;
    int wait_status_ = 0;
    Outcome outcome_;
    double deadline_ = 0;
};

[[nodiscard]] Outcome run(const Invocation& invocation);

// The text of a file, or as much of it as could be read; a process that ends takes its files with it.
[[nodiscard]] std::string read_file(const std::string& path);

// Processes of this machine with `marker` in their command line.
[[nodiscard]] std::vector<pid_t> processes_with(const std::string& marker);
// Waits for `done`, since the kernel finishes some things after a wait returns. False if it does not
// come within the time, which is far more than it needs.
[[nodiscard]] bool eventually(const std::function<bool()>& done);

}  // namespace ward::test
