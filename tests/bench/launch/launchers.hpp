// Ways to start the same program in the same jail, and one run of each.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/bench/copied_programs.hpp"

namespace ward::bench {

using Words = std::vector<std::string>;

struct Launcher {
    std::string name;
    Words words;
    bool terminal = false;  // standard streams are a terminal of their own, not /dev/null
};

struct Run {
    double microseconds = 0;  // from the making of the process to its reaped end
    int status = -1;          // of the shell: 128 + the number of a signal
};

// The folder of everything that a run needs.
class Place {
public:
    Place();

    [[nodiscard]] const std::string& folder() const { return programs_.folder(); }
    // Of `ward`, `floor`, `nothing` and `sleeper`.
    [[nodiscard]] std::string program(const std::string& name) const { return programs_.program(name); }
    // The policy `bench` with more statements behind it, under another name.
    [[nodiscard]] std::string policy(const std::string& name, const std::string& more) const;

private:
    CopiedPrograms programs_;
};

// What is measured: WARD_BENCH_BINARY of the environment, or the ward of this build.
[[nodiscard]] std::string ward_binary();
// ward with the policy at `policy`, before the program.
[[nodiscard]] Words ward_words(const Place& place, const std::string& policy, const Words& options = {});
// Absent where it is not installed.
[[nodiscard]] std::optional<Launcher> bubblewrap(const Place& place, const std::string& program);
// Absent where the build had no musl.
[[nodiscard]] std::optional<Launcher> floor_launcher(const Place& place, const std::string& program);

// Starts it as that user (if this is root); descriptor 10 is the filter.
[[nodiscard]] pid_t start(const Place& place, const Words& words, uid_t user, int streams);
[[nodiscard]] Run run(const Place& place, const Launcher& launcher, uid_t user = 0);
// What it writes to standard output and error.
[[nodiscard]] std::string output_of(const Words& words);

}  // namespace ward::bench
