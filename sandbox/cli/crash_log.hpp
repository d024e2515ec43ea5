// What the hook of a fuzz target (profiles/fuzz-hook.c) writes when a call is refused, read from the log of its fuzzer.
//
// The log is what a jailed program says, which may have been taken over: nothing in it is believed beyond its own
// words, and whoever prints it escapes it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ward::cli {

struct Frame {
    struct Line {
        std::string function;
        std::string place;  // `reader.c:62`, or empty
    };
    std::string function;  // empty if the log has none
    std::string module;    // the file, absolute
    std::uint64_t offset = 0;
    std::vector<Line> lines{};  // of the source, once somebody has looked (source_lines.hpp); inlined functions first
};

struct RefusedCall {
    std::uint32_t number = 0;
    std::array<std::uint64_t, 6> arguments{};
    int error = 0;                   // how it failed; 0: the filter refused it
    std::vector<std::string> paths;  // absolute, as they were given
    std::string address;             // of connect(2): `192.0.2.1`
    unsigned port = 0;
    std::vector<Frame> stack;  // the innermost first
};

// In the order of the log; calls from the same place of the program once.
[[nodiscard]] std::vector<RefusedCall> read_crash_log(std::string_view text);

}  // namespace ward::cli
