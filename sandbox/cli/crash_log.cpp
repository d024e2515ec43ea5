#include "sandbox/cli/crash_log.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace ward::cli {
namespace {

// Takes a log apart from the front. What is not there leaves the text as it is.
class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    bool word(std::string_view expected) {
        if (!rest_.starts_with(expected)) return false;
        rest_.remove_prefix(expected.size());
        return true;
    }

    template <typename Number>
    bool number(Number& value, int base = 10) {
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value, base);
        if (error != std::errc()) return false;
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        return true;
    }

    bool hexadecimal(std::uint64_t& value) { return word("0x") && number(value, 16); }

    std::string_view until(char end) {
        const std::string_view found = rest_.substr(0, rest_.find(end));
        rest_.remove_prefix(found.size());
        return found;
    }

    // In quotes, with `\xNN` for what is not plain.
    std::optional<std::string> quoted() {
        std::string text;
        if (!word("\"")) return std::nullopt;
        while (!rest_.empty() && !rest_.starts_with('"')) {
            auto byte = static_cast<unsigned char>(rest_.front());
            if (!word("\\x"))
                rest_.remove_prefix(1);
            else if (!two_digits(byte))
                return std::nullopt;
            text += static_cast<char>(byte);
        }
        return word("\"") ? std::optional(text) : std::nullopt;
    }

    [[nodiscard]] std::string_view rest() const { return rest_; }

private:
    bool two_digits(unsigned char& byte) {
        const auto [end, error] =
            std::from_chars(rest_.data(), rest_.data() + std::min<std::size_t>(rest_.size(), 2), byte, 16);
        if (error != std::errc() || end != rest_.data() + 2) return false;
        rest_.remove_prefix(2);
        return true;
    }

    std::string_view rest_;
};

// ` path "/a"`, ` address "192.0.2.1" port 80`, in any number.
void read_details(Reader line, RefusedCall& call) {
    for (;;) {
        if (line.word(" path ")) {
            auto path = line.quoted();
            if (!path || !path->starts_with('/')) return;
            call.paths.push_back(*std::move(path));
        } else if (line.word(" address ")) {
            call.address = line.quoted().value_or("");
            if (!line.word(" port ") || !line.number(call.port)) return;
        } else {
            return;
        }
    }
}

// `==17==WARD: refused call 257 openat arguments 0x3 ... error 2 path "/a"`
std::optional<RefusedCall> read_call(std::string_view text) {
    const std::size_t mark = text.find("==WARD: refused call ");
    if (mark == std::string_view::npos) return std::nullopt;
    Reader line(text.substr(mark));
    RefusedCall call;
    line.word("==WARD: refused call ");
    if (!line.number(call.number)) return std::nullopt;
    if (!line.word(" arguments")) {
        line.word(" ");
        line.until(' ');
        if (!line.word(" arguments")) return std::nullopt;
    }
    for (std::uint64_t& argument : call.arguments)
        if (!line.word(" ") || !line.hexadecimal(argument)) return std::nullopt;
    if (!line.word(" error ") || !line.number(call.error)) return std::nullopt;
    read_details(line, call);
    return call;
}

// `    #3 0x55d0 in connect (/lib/libc.so.6+0x10a7fb)`
std::optional<Frame> read_frame(std::string_view text) {
    Reader line(text.substr(std::min(text.find_first_not_of(' '), text.size())));
    Frame frame;
    unsigned position = 0;
    std::uint64_t address = 0;
    if (!line.word("#") || !line.number(position) || !line.word(" ") || !line.hexadecimal(address) || !line.word(" "))
        return std::nullopt;
    if (line.word("in ")) frame.function = line.until(' ');
    if (!line.word("(") && !line.word(" (")) return std::nullopt;
    const std::size_t plus = line.rest().rfind("+0x");
    if (plus == std::string_view::npos) return std::nullopt;
    frame.module = line.rest().substr(0, plus);
    Reader offset(line.rest().substr(plus + 1));
    if (!offset.hexadecimal(frame.offset) || !offset.word(")")) return std::nullopt;
    return frame;
}

bool is_same(const RefusedCall& one, const RefusedCall& other) {
    const auto is_same_frame = [](const Frame& a, const Frame& b) {
        return a.module == b.module && a.offset == b.offset;
    };
    return one.number == other.number && std::ranges::equal(one.stack, other.stack, is_same_frame);
}

}  // namespace

std::vector<RefusedCall> read_crash_log(std::string_view text) {
    std::vector<RefusedCall> calls;
    bool in_stack = false;
    const auto end_of_stack = [&] {
        if (in_stack &&
            std::any_of(calls.begin(), calls.end() - 1, [&](const auto& call) { return is_same(call, calls.back()); }))
            calls.pop_back();
        in_stack = false;
    };
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        auto frame = in_stack ? read_frame(line) : std::nullopt;
        if (frame) {
            calls.back().stack.push_back(*std::move(frame));
            continue;
        }
        end_of_stack();
        auto call = read_call(line);
        in_stack = call.has_value();
        if (call) calls.push_back(*std::move(call));
    }
    end_of_stack();
    return calls;
}

}  // namespace ward::cli
