#include "sandbox/cli/source_lines.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <string>

#include "sandbox/descriptor.hpp"

namespace ward::cli {
namespace {

using sandbox::Descriptor;

// The files of distributions have no lines.
bool may_have_lines(const Frame& frame) {
    return frame.module.starts_with('/') && !frame.module.starts_with("/lib") && !frame.module.starts_with("/usr/lib");
}

// A return address is behind the call, which may be the last of its line.
std::string address_of_call(const Frame& frame) {
    std::array<char, 24> text{};
    std::snprintf(text.data(), text.size(), "0x%llx", static_cast<unsigned long long>(frame.offset - 1));
    return text.data();
}

std::vector<std::string> command_for(const char* program, const std::string& module,
                                     const std::vector<Frame*>& frames) {
    std::vector<std::string> words{"ward", "run", "-p", "objdump", "--", program, "-aifC", "-e", module};
    words.reserve(words.size() + frames.size());
    for (const Frame* frame : frames) words.push_back(address_of_call(*frame));
    return words;
}

bool start(std::vector<std::string> words, const Descriptor& output, pid_t& child) {
    std::vector<char*> pointers;
    pointers.reserve(words.size() + 1);
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    posix_spawn_file_actions_t files;
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&files, output.number(), 1);
    ::posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
    const int error = ::posix_spawn(&child, "/proc/self/exe", &files, nullptr, pointers.data(), environ);
    ::posix_spawn_file_actions_destroy(&files);
    return error == 0;
}

// Empty if it fails.
std::string output_of(std::vector<std::string> words) {
    int ends[2];
    if (::pipe2(&ends[0], O_CLOEXEC) != 0) return {};
    const Descriptor input(ends[0]);
    Descriptor output(ends[1]);
    pid_t child = -1;
    if (!start(std::move(words), output, child)) return {};
    output.reset();
    std::string text;
    std::array<char, 4096> piece{};
    for (ssize_t length = 1; length > 0;) {
        length = ::read(input.number(), piece.data(), piece.size());
        if (length > 0) text.append(piece.data(), static_cast<std::size_t>(length));
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? text : std::string();
}

std::string take_line(std::string& text) {
    std::string line = text.substr(0, text.find('\n'));
    text.erase(0, line.size() + 1);
    return line;
}

// LLVM's knows which functions clang inlined.
std::string lines_in(const std::string& module, const std::vector<Frame*>& frames) {
    std::string text = output_of(command_for("llvm-addr2line", module, frames));
    return text.empty() ? output_of(command_for("addr2line", module, frames)) : text;
}

// addr2line says, for each address: the address, and two lines for each function that it is in, of which all but the
// last were inlined: the name, and `FILE:LINE`, with `??` for what it does not know.
void fill(const std::vector<Frame*>& frames, std::string text) {
    for (Frame* frame : frames) {
        take_line(text);
        frame->lines.clear();
        while (!text.empty() && !text.starts_with("0x")) {
            std::string function = take_line(text);
            std::string place = take_line(text);
            place.erase(std::min(place.find(" (discriminator"), place.size()));
            const bool is_known = !place.starts_with("??") && !place.ends_with(":?");
            if (function == "??") function = frame->function;
            frame->lines.push_back({std::move(function), is_known ? place.substr(place.rfind('/') + 1) : ""});
        }
    }
}

}  // namespace

bool find_source_lines(std::vector<Frame>& stack) {
    bool is_complete = true;
    std::vector<Frame*> open;
    for (Frame& frame : stack)
        if (may_have_lines(frame)) open.push_back(&frame);
    while (!open.empty()) {
        const std::string module = open.front()->module;
        const auto others = std::stable_partition(open.begin(), open.end(),
                                                  [&](const Frame* frame) { return frame->module == module; });
        const std::vector<Frame*> frames(open.begin(), others);
        const std::string text = lines_in(module, frames);
        if (text.empty()) is_complete = false;
        fill(frames, text);
        open.erase(open.begin(), others);
    }
    return is_complete;
}

}  // namespace ward::cli
