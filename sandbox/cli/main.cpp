// ward: a Linux sandbox with a policy language. Finds the subcommand and hands over.
#include <sys/auxv.h>
#include <unistd.h>

#include <cstdlib>

#include "sandbox/cli/console.hpp"
#include "sandbox/cli/first_heap.hpp"
#include "sandbox/cli/standard_output.hpp"
#include "sandbox/cli/subcommand.hpp"
#include "sandbox/launch.hpp"

namespace {

int dispatch(const ward::cli::Words& words) {
    using namespace ward::cli;
    if (words.empty()) {
        static_cast<void>(print(STDERR_FILENO, help_text()));
        return usage_status;
    }
    if (words.front() == "--help" || words.front() == "-h") return answer(help_text());
    if (words.front() == "--version") return answer(version_text());
    const Subcommand* subcommand = find_subcommand(words.front());
    // Anything else is `ward run` with the two words left out: options, or a program.
    return subcommand == nullptr ? run(words) : subcommand->function({words.begin() + 1, words.end()});
}

}  // namespace

int main(int count, char** words) {
    // ward gives nobody rights that the caller lacks; with the rights of a setuid file it would.
    if (getauxval(AT_SECURE) != 0) {
        ward::cli::say("this file is setuid or has file capabilities, and ward refuses to run with them");
        return ward::cli::nothing_ran_status;
    }
    ward::cli::take_heap_in_one_piece();  // again, where the start has done so (static_start.cpp)
    // Before anything else is opened.
    if (!ward::cli::are_streams_open() && !ward::sandbox::fill_standard_streams()) {
        ward::cli::say("a standard stream is closed, and /dev/null cannot be opened in its place");
        return ward::cli::nothing_ran_status;
    }
    // Everything is written when it is said, and what others see has been given back: the rest is the kernel's work.
    std::quick_exit(dispatch({words + 1, words + (count < 1 ? 1 : count)}));
}
