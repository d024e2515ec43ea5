#include "sandbox/cli/console.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "policy/render.hpp"
#include "sandbox/cli/standard_output.hpp"

namespace ward::cli {
namespace {

// Standard error that cannot be written is nothing to act on: the exit status says the same.
void complain(std::string_view text) {
    static_cast<void>(print(STDERR_FILENO, text));
}

}  // namespace

bool wants_colour(int descriptor) {
    const char* refused = std::getenv("NO_COLOR");
    return (refused == nullptr || *refused == '\0') && isatty(descriptor) == 1;
}

bool print(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

int answer(std::string_view text) {
    if (!was_output_closed() && print(STDOUT_FILENO, text)) return EXIT_SUCCESS;
    say(std::string("standard output cannot be written: ") +
        (was_output_closed() ? "it is closed" : strerrordesc_np(errno)));
    return EXIT_FAILURE;
}

void say(std::string_view words, bool alarming) {
    const bool colour = alarming && wants_colour(STDERR_FILENO);
    complain(std::string(colour ? "\033[31m" : "") + "ward: " + std::string(words) + (colour ? "\033[0m" : "") + "\n");
}

void show(const policy::Diagnostics& diagnostics, const policy::Sources& sources) {
    if (diagnostics.all().empty()) return;
    const policy::RenderOptions options{.colour = wants_colour(STDERR_FILENO)};
    // One alone needs no line that counts.
    if (diagnostics.all().size() == 1 && diagnostics.suppressed() == 0)
        complain(policy::render(diagnostics.all().front(), sources, options));
    else
        complain(policy::render(diagnostics, sources, options));
}

}  // namespace ward::cli
