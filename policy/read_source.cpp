// Reading a policy's text from the file system, without trusting what stands there.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "policy/library.hpp"
#include "policy/utf8.hpp"

namespace ward::policy {

namespace {

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ > STDERR_FILENO) ::close(number_);
    }
    [[nodiscard]] int number() const { return number_; }

private:
    int number_;
};

// "no such file or directory": the C library's words, without a locale, in our case.
std::string error_words(int error) {
    const char* text = ::strerrordesc_np(error);
    std::string words = text != nullptr ? text : "error " + std::to_string(error);
    words[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(words[0])));
    return words;
}

// What a file that is not regular is; empty for one that is.
std::string_view kind_words(mode_t mode) {
    if (S_ISDIR(mode)) return "a directory";
    if (S_ISFIFO(mode)) return "a pipe";
    if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
    return S_ISREG(mode) ? "" : "a socket";
}

// Who may change it besides the caller and root; empty if nobody may. An owner can give itself the right to write. A
// group that may write a file of the caller's or root's own was chosen by its owner.
std::string other_writer(const struct stat& status) {
    if ((status.st_mode & S_IWOTH) != 0) return "can be written by every user";
    if (status.st_uid == 0 || status.st_uid == ::geteuid()) return {};
    return "belongs to another user, " + std::to_string(status.st_uid);
}

// One reading of one file.
class Reading {
public:
    Reading(const std::string& path, Sources& sources, Diagnostics& diagnostics, std::optional<Span> asked_by)
        : path_(path), sources_(sources), diagnostics_(diagnostics), asked_by_(asked_by) {}

    std::optional<FileId> from_file() {
        // O_NONBLOCK: a pipe must not hang us before fstat says that it is one.
        const Descriptor file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
        if (file.number() < 0) return unreadable(errno);
        struct stat status {};
        if (::fstat(file.number(), &status) != 0) return unreadable(errno);
        const std::string_view kind = kind_words(status.st_mode);
        if (!kind.empty()) return not_a_file(kind);
        if (const std::string writer = other_writer(status); !writer.empty()) return writable_by_others(status, writer);
        return read(file.number(), path_, static_cast<std::size_t>(status.st_size));
    }

    std::optional<FileId> from_standard_input() { return read(STDIN_FILENO, "<stdin>", 0); }

private:
    // The size that fstat told saves the read that would find the end. It is not trusted: files of /proc say 0, and a
    // file may have become shorter.
    std::optional<FileId> read(int descriptor, std::string name, std::size_t size) {
        std::string text;
        char chunk[4096];  // a page, as the stack grows by: most policies are shorter
        while (text.size() <= max_source_bytes) {
            const ssize_t count = ::read(descriptor, chunk, sizeof chunk);
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) return unreadable(errno);
            text.append(chunk, static_cast<std::size_t>(count));
            const bool is_whole = count == 0 || text.size() == size;
            if (is_whole && text.size() <= max_source_bytes) return checked(std::move(name), std::move(text));
        }
        diagnostics_.add(slug::source_too_large, asked_by_, '`' + name + "` has more than 1 MiB")
            .note("a policy has at most 1 MiB")
            .help("divide it into policies that `use` each other");
        return std::nullopt;
    }

    std::optional<FileId> checked(std::string name, std::string text) {
        const FileId file = sources_.add(std::move(name), std::move(text));
        if (!check_text(sources_, file, diagnostics_)) return std::nullopt;
        return file;
    }

    std::optional<FileId> unreadable(int error) {
        Diagnostic& diagnostic =
            diagnostics_.add(slug::source_unreadable, asked_by_, "cannot read `" + path_ + "`: " + error_words(error));
        if (error != ENOENT) return std::nullopt;
        diagnostic.help(path_.ends_with(".ward") ? "correct the path, or write a name that `ward list` shows"
                                                 : "correct the path");
        return std::nullopt;
    }

    std::optional<FileId> not_a_file(std::string_view kind) {
        diagnostics_.add(slug::source_not_a_file, asked_by_, '`' + path_ + "` is " + std::string(kind))
            .note("a policy is a regular file, so that it can be read as a whole")
            .help(kind == "a directory" ? "name a file in it"
                  : kind == "a pipe"    ? "write `-`, and give the pipe as standard input"
                                        : "name a regular file");
        return std::nullopt;
    }

    std::optional<FileId> writable_by_others(const struct stat& status, const std::string& writer) {
        const bool everyone = (status.st_mode & S_IWOTH) != 0;
        diagnostics_.add(slug::policy_writable_by_others, asked_by_, '`' + path_ + "` " + writer)
            .note("who can write a policy decides what it allows")
            .help(everyone ? "run `chmod go-w " + path_ + '`'
                           : "read it, and make a copy of your own: `cp " + path_ + " ~/.config/ward/`");
        return std::nullopt;
    }

    const std::string& path_;
    Sources& sources_;
    Diagnostics& diagnostics_;
    std::optional<Span> asked_by_;
};

std::string hex_name(char32_t value) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string result;
    for (char32_t rest = value; rest != 0 || result.size() < 4; rest /= 16) {
        result.insert(result.begin(), digits[rest % 16]);
    }
    return "U+" + result;
}

void hidden_character(Span place, char32_t value, Diagnostics& diagnostics) {
    Diagnostic& diagnostic =
        diagnostics.add(slug::hidden_character, place, "the character " + hex_name(value) + " cannot be seen");
    if (value == 0xFEFF && place.begin == 0) {
        diagnostic.help("save the file as UTF-8 without a byte order mark");
    } else {
        diagnostic.note("such a character can make a policy look different from what it says")
            .help("remove it; in a quoted value, write its bytes as `\\xNN`");
    }
}

bool is_fine(std::string_view rest, char32_t value) {
    if (value == '\r') return rest.size() > 1 && rest[1] == '\n';
    return value == '\n' || value == '\t' || !(is_control(value) || is_hidden(value));
}

}  // namespace

bool check_text(const Sources& sources, FileId file, Diagnostics& diagnostics) {
    const std::string_view text = sources[file].text();
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] >= ' ' && text[at] <= '~') {
            ++at;
            continue;
        }
        const std::string_view rest = text.substr(at);
        const auto point = decode_utf8(rest);
        const auto begin = static_cast<std::uint32_t>(at);
        const auto end = static_cast<std::uint32_t>(at + (point ? point->bytes : 1));
        if (!point || point->value == 0) {
            diagnostics
                .add(slug::source_not_text, Span{file, begin, end},
                     point ? "the policy holds a NUL byte" : "the policy is not UTF-8 text")
                .note("a policy is UTF-8 text without NUL bytes")
                .help("save the file as UTF-8 text");
            return false;
        }
        if (!is_fine(rest, point->value)) {
            hidden_character({file, begin, end}, point->value, diagnostics);
            return false;
        }
        at = end;
    }
    return true;
}

std::optional<FileId> read_source(const std::string& path, Sources& sources, Diagnostics& diagnostics,
                                  std::optional<Span> asked_by) {
    Reading reading(path, sources, diagnostics, asked_by);
    return path == "-" ? reading.from_standard_input() : reading.from_file();
}

}  // namespace ward::policy
