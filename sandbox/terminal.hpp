// The jailed program's standard streams where the caller's are terminals: a terminal of its own
// (pty(7)), pipes, or the caller's own.
//
// The program never gets a descriptor of the caller's terminal unless the policy says `inherit`. The
// caller's terminal is put back as it was on every way out but SIGKILL.
#pragma once

#include <poll.h>
#include <sys/types.h>
#include <termios.h>

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "compiler/jail.hpp"
#include "sandbox/descriptor.hpp"
#include "sandbox/flow.hpp"
#include "sandbox/host.hpp"

namespace ward::sandbox {

class Terminal {
public:
    // Host ids; -1: the caller.
    struct Owner {
        uid_t user = ~uid_t{0};
        gid_t group = ~gid_t{0};
    };

    // `streams`: the caller's. Makes what `mode` asks for; `owner` may open it again through /proc. Throws
    // SetupFailure.
    Terminal(compiler::Terminal mode, Owner owner, const std::array<Stream, 3>& streams);
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;
    ~Terminal();

    // What becomes the program's standard streams.
    [[nodiscard]] const std::array<int, 3>& inside() const { return inside_; }
    // The program begins in the background of its terminal: its output goes elsewhere, so another
    // program may be reading the keyboard (`ward jq . file | less`). A read stops it (SIGTTIN).
    [[nodiscard]] bool background() const { return private_ && !keyboard_taken_; }
    // After init has its copies: without this there would never be an end of file.
    void release_inside();

    // From here on the caller's terminal is changed: raw while the program reads the keyboard.
    void resume();
    void suspend();
    // The program wants the keyboard.
    void take_keyboard();
    void copy_window_size() const;

    void add_sources(std::vector<pollfd>& sources) const;
    // True when the caller's terminal has hung up; told once.
    [[nodiscard]] bool pump(const std::vector<pollfd>& sources);

    // For the time after the last process of the jail: what is typed is for others, and output is
    // left as long as draining() is true.
    void release_keyboard();
    [[nodiscard]] bool draining();

private:
    void make_pty(Owner owner);
    void prepare_slave(int slave) const;
    void make_pipes(Owner owner);
    void make_pipe(int stream, Owner owner);
    int keep(int descriptor);
    int open_again(int stream, int access);
    [[nodiscard]] bool in_front() const;

    std::array<bool, 3> is_terminal_{};
    std::array<int, 3> inside_{0, 1, 2};
    int caller_ = -1;       // the caller's terminal that the modes belong to
    bool private_ = false;  // there is a pty
    bool keyboard_taken_ = false;
    std::optional<termios> saved_;  // the caller's modes
    bool raw_ = false;
    Descriptor master_, slave_;
    std::vector<Descriptor> kept_;         // what flows use
    std::vector<Descriptor> inside_ends_;  // of pipes, until release_inside()
    std::unique_ptr<Flow> keyboard_;       // its buffer would be much of the stack that every supervisor keeps
    Descriptor keyboard_sink_;             // of pipes: closed at the end of the keyboard
    std::vector<Flow> output_;
};

}  // namespace ward::sandbox
