// Any bytes as a policy: no crash, no exception, a policy or errors and never both, and messages that
// can be drawn. The time is libFuzzer's -timeout and, for texts that are long enough, in proportion.
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>

#include "policy/library.hpp"
#include "policy/parser.hpp"
#include "policy/render.hpp"

using namespace ward::policy;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

// No byte of a message moves a cursor or hides text.
bool is_printable(std::string_view message) {
    for (const char c : message) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte < 0x20 && c != '\n') || byte == 0x7F) return false;
    }
    return true;
}

// Of the processor, in seconds: a busy machine is no finding.
double now() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double read_and_render(std::string text) {
    const double start = now();
    Sources sources;
    Diagnostics diagnostics;
    const FileId file = sources.add("fuzz.ward", std::move(text));
    const auto policy = parse(sources, file, diagnostics);
    require(policy.has_value() == !diagnostics.has_errors());
    static_cast<void>(check_text(sources, file, diagnostics));
    require(is_printable(render(diagnostics, sources)));
    return now() - start;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > max_source_bytes) return 0;
    std::string text(reinterpret_cast<const char*>(data), size);
    const double once = read_and_render(text);
    // Eight times the text in far less than 64 times the time, if the time can be measured at all.
    constexpr double measurable = 0.02;
    if (once < measurable) return 0;
    std::string eightfold;
    for (int i = 0; i < 8; ++i) eightfold += text;
    require(read_and_render(std::move(eightfold)) < 32 * once);
    return 0;
}
