#include "sandbox/script.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "sandbox/descriptor.hpp"

namespace ward::sandbox {

std::optional<Interpreter> interpreter_of(const std::string& file) {
    const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    std::array<char, 256> start{};  // BINPRM_BUF_SIZE: the kernel reads no more
    const ssize_t length = opened ? ::read(opened.number(), start.data(), start.size()) : -1;
    if (length < 2 || start[0] != '#' || start[1] != '!') return std::nullopt;
    std::string_view line(start.data() + 2, static_cast<std::size_t>(length) - 2);
    line = line.substr(0, line.find('\n'));
    constexpr std::string_view blanks = " \t";
    line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
    line = line.substr(0, line.find_last_not_of(blanks) + 1);
    const std::string_view path = line.substr(0, line.find_first_of(blanks));
    if (path.empty()) return std::nullopt;
    line.remove_prefix(path.size());
    line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
    return Interpreter{std::string(path), std::string(line)};
}

}  // namespace ward::sandbox
