#include "sandbox/terminal.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <string>

#include "sandbox/setup_failure.hpp"

namespace ward::sandbox {

using Mode = compiler::Terminal;

Terminal::Terminal(Mode mode, Owner owner, const std::array<Stream, 3>& streams) {
    for (std::size_t stream = 0; stream < streams.size(); ++stream) {
        is_terminal_[stream] = streams[stream].is_terminal;
        if (is_terminal_[stream] && caller_ < 0) caller_ = static_cast<int>(stream);
    }
    if (caller_ < 0) return;
    if (mode == Mode::private_pty) make_pty(owner);
    if (mode == Mode::none) make_pipes(owner);
}

Terminal::~Terminal() {
    suspend();
}

int Terminal::keep(int descriptor) {
    return kept_.emplace_back(descriptor).number();
}

// A description of our own, so that O_NONBLOCK does not become the caller's shell's.
int Terminal::open_again(int stream, int access) {
    const std::string path = "/proc/self/fd/" + std::to_string(stream);
    const int own = ::open(path.c_str(), access | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    // A terminal of another user (after su(1)) cannot be opened; a Flow waits before each use of it.
    return keep(own >= 0 ? own : static_cast<int>(must(::fcntl(stream, F_DUPFD_CLOEXEC, 3), "copy a stream")));
}

// ---- a terminal of its own

void Terminal::make_pty(Owner owner) {
    master_.reset(static_cast<int>(
        must(::open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC), "open /dev/ptmx for a terminal")));
    const int unlocked = 0;
    must(::ioctl(master_.number(), TIOCSPTLCK, &unlocked), "unlock the new terminal");
    // By the master's descriptor, not by a path that another file system may lie over (4.13).
    slave_.reset(static_cast<int>(
        must(::ioctl(master_.number(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC), "open the new terminal")));
    must(::fchown(slave_.number(), owner.user, owner.group), "give the new terminal to the program");
    private_ = true;
    keyboard_taken_ = is_terminal_[0] && is_terminal_[1];
    termios modes{};
    must(::tcgetattr(caller_, &modes), "read the terminal's modes");
    saved_ = modes;
    prepare_slave(slave_.number());
    for (std::size_t stream = 0; stream < 3; ++stream) {
        if (is_terminal_[stream]) inside_[stream] = slave_.number();
    }
    if (is_terminal_[0]) keyboard_ = std::make_unique<Flow>(open_again(0, O_RDONLY), master_.number());
    const int screen = is_terminal_[1] ? 1 : caller_;
    output_.emplace_back(master_.number(), open_again(screen, O_WRONLY));
}

// One of the two terminals translates line ends: the caller's, as long as others write to it too.
void Terminal::prepare_slave(int slave) const {
    termios modes = *saved_;
    if (!keyboard_taken_) modes.c_oflag &= ~static_cast<tcflag_t>(OPOST);
    must(::tcsetattr(slave, TCSANOW, &modes), "set the new terminal's modes");
    copy_window_size();
}

void Terminal::copy_window_size() const {
    winsize size{};
    if (master_ && ::ioctl(caller_, TIOCGWINSZ, &size) == 0) ::ioctl(master_.number(), TIOCSWINSZ, &size);
}

// ---- pipes

void Terminal::make_pipes(Owner owner) {
    for (int stream = 0; stream < 3; ++stream) {
        if (is_terminal_[static_cast<std::size_t>(stream)]) make_pipe(stream, owner);
    }
}

void Terminal::make_pipe(int stream, Owner owner) {
    int ends[2];
    must(::pipe2(&ends[0], O_CLOEXEC), "make a pipe");
    Descriptor read_end(ends[0]);
    Descriptor write_end(ends[1]);
    must(::fchown(read_end.number(), owner.user, owner.group), "give a pipe to the program");
    Descriptor& own = stream == 0 ? write_end : read_end;
    Descriptor& inside = stream == 0 ? read_end : write_end;
    must(::fcntl(own.number(), F_SETFL, O_NONBLOCK), "make a pipe non-blocking");
    inside_[static_cast<std::size_t>(stream)] = inside.number();
    inside_ends_.push_back(std::move(inside));
    if (stream == 0) {
        keyboard_ = std::make_unique<Flow>(open_again(0, O_RDONLY), own.number());
        keyboard_sink_ = std::move(own);
        keyboard_taken_ = true;
    } else {
        output_.emplace_back(own.number(), open_again(stream, O_WRONLY));
        kept_.push_back(std::move(own));
    }
}

void Terminal::release_inside() {
    slave_.reset();
    inside_ends_.clear();
}

// ---- the caller's terminal

// True if there is no job control that says otherwise.
bool Terminal::in_front() const {
    const pid_t group = ::tcgetpgrp(caller_);
    return group < 0 || group == ::getpgrp();
}

void Terminal::resume() {
    if (!private_ || !keyboard_ || !keyboard_taken_ || raw_ || !in_front()) return;
    termios modes = *saved_;
    ::cfmakeraw(&modes);
    if (!is_terminal_[1]) modes.c_oflag = saved_->c_oflag;  // others write to this terminal
    raw_ = ::tcsetattr(caller_, TCSADRAIN, &modes) == 0;
    copy_window_size();
}

void Terminal::suspend() {
    if (!raw_) return;
    ::tcsetattr(caller_, TCSADRAIN, &*saved_);
    raw_ = false;
}

void Terminal::take_keyboard() {
    keyboard_taken_ = true;
    resume();
}

// ---- the relay

// A read from the background would stop us, or fail (tty_ioctl(4)); the keyboard is not ours then.
void Terminal::add_sources(std::vector<pollfd>& sources) const {
    if (keyboard_ && keyboard_taken_ && in_front()) keyboard_->add_sources(sources);
    for (const Flow& flow : output_) flow.add_sources(sources);
}

bool Terminal::pump(const std::vector<pollfd>& sources) {
    for (Flow& flow : output_) flow.pump(sources);
    if (!keyboard_) return false;
    keyboard_->pump(sources);
    if (keyboard_->open()) return false;
    keyboard_.reset();
    keyboard_sink_.reset();
    return private_;
}

void Terminal::release_keyboard() {
    keyboard_.reset();
}

bool Terminal::draining() {
    for (Flow& flow : output_) flow.finish();
    return std::any_of(output_.begin(), output_.end(), [](const Flow& flow) { return flow.open(); });
}

}  // namespace ward::sandbox
