#include "sandbox/cli/shim.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "sandbox/descriptor.hpp"

namespace ward::cli {
namespace {

constexpr std::string_view shim_start = "#!/bin/sh\n# ward-shim: ";

constexpr std::string_view script_start = "#!";

// Empty of what is no script; O_NONBLOCK, since a FIFO would hang.
std::string read_beginning(const std::string& path) {
    const sandbox::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!file) return {};
    std::array<char, 256> bytes{};  // as much as the kernel reads of a first line (execve(2))
    const ssize_t length = ::read(file.number(), bytes.data(), bytes.size());
    const std::string_view text(bytes.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
    return std::string(text.starts_with(script_start) ? text : std::string_view());
}

// A start asks several times about one file.
const std::string& beginning_of_script(const std::string& path) {
    static std::string known_path;
    static std::string known_text;
    if (path != known_path) {
        known_text = read_beginning(path);
        known_path = path;
    }
    return known_text;
}

// For the shell: in quotes that nothing ends but their own.
std::string quoted(std::string_view text) {
    std::string result = "'";
    for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return result + '\'';
}

// The next word of a first line, which is taken from it.
std::string_view next_word(std::string_view& line) {
    const std::size_t begin = std::min(line.find_first_not_of(" \t"), line.size());
    const std::size_t end = std::min(line.find_first_of(" \t", begin), line.size());
    const std::string_view word = line.substr(begin, end - begin);
    line.remove_prefix(end);
    return word;
}

std::string_view name_of(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

}  // namespace

std::string shim_folder(const std::string& home) {
    return home + "/.local/share/ward/bin";
}

std::string shim_text(const std::string& ward, std::string_view program) {
    return std::string(shim_start) + std::string(program) + " in a jail; `ward wrap remove " + std::string(program) +
           "` takes it away\nexec " + quoted(ward) + " run -p " + quoted(program) + " -- " + quoted(program) +
           " \"$@\"\n";
}

bool is_shim(const std::string& path) {
    return beginning_of_script(path).starts_with(shim_start);
}

std::string without_shims(const std::string& search_path, const std::string& folder) {
    std::string kept;
    bool is_first = true;
    for (std::size_t at = 0; at <= search_path.size();) {
        const std::size_t end = std::min(search_path.find(':', at), search_path.size());
        const std::string_view part = std::string_view(search_path).substr(at, end - at);
        at = end + 1;
        if (part == folder || part == folder + '/') continue;
        if (!is_first) kept += ':';
        kept += part;
        is_first = false;
    }
    return kept;
}

bool is_script(const std::string& path) {
    return !beginning_of_script(path).empty();
}

bool is_script_of_ward(const std::string& path) {
    const std::string text = beginning_of_script(path);
    std::string_view line = std::string_view(text).substr(0, text.find('\n'));
    if (line.empty()) return false;
    line.remove_prefix(script_start.size());
    std::string_view word = next_word(line);
    if (name_of(word) == "env") {
        word = next_word(line);
        if (word == "-S") word = next_word(line);
    }
    return name_of(word) == "ward";
}

}  // namespace ward::cli
