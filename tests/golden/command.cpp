#include "tests/golden/command.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace ward::golden {

namespace {

namespace fs = std::filesystem;

constexpr unsigned max_seconds = 20;

class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string pattern = fs::temp_directory_path() / "ward-golden-XXXXXX";
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
        path_ = fs::canonical(pattern);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    [[nodiscard]] const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

std::string file_text(const fs::path& path) {
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

void append(const fs::path& path, const std::string& text) {
    fs::create_directories(path.parent_path());
    std::ofstream stream(path, std::ios::binary | std::ios::app);
    stream << text;
    if (!stream.flush()) throw std::runtime_error("cannot write " + path.string());
}

// `\xNN` replaced by the byte, and the last line end removed.
std::string bytes_of(std::string text) {
    if (text.ends_with('\n')) text.pop_back();
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.compare(i, 2, "\\x") == 0) {
            result += static_cast<char>(std::stoi(text.substr(i + 2, 2), nullptr, 16));
            i += 3;
        } else {
            result += text[i];
        }
    }
    return result;
}

void make_part(const Part& part, const fs::path& folder) {
    const std::string& kind = part.words[0];
    if (kind == "stdin" || kind == "environment") return;  // not in the folder
    const fs::path path = folder / part.words.at(1);
    if (kind == "file") {
        append(path, part.text);
    } else if (kind == "bytes") {
        append(path, bytes_of(part.text));
    } else if (kind == "repeat") {
        std::string text;
        for (int i = std::stoi(part.words.at(2)); i > 0; --i) text += part.text;
        append(path, text);
    } else if (kind == "folder") {
        fs::create_directories(path);
    } else if (kind == "pipe") {
        if (::mkfifo(path.c_str(), 0600) != 0) throw std::runtime_error("cannot make a pipe");
    } else if (kind == "link") {
        fs::create_symlink(part.words.at(2), path);
    } else if (kind == "mode") {
        fs::permissions(path, static_cast<fs::perms>(std::stoul(part.words.at(2), nullptr, 8)));
    } else {
        throw std::runtime_error("unknown part: " + kind);
    }
}

// The files that stand for the command's three streams; beside the folder, which is the case's own.
struct Streams {
    fs::path input, output, error;
};

[[noreturn]] void become(const Case& golden_case, const std::string& program, const fs::path& folder,
                         const Streams& streams) {
    std::vector<std::string> environment = {"PATH=/usr/bin:/bin", "HOME=" + (folder / "home").string()};
    for (const Part& part : golden_case.parts) {
        if (part.words[0] == "environment") environment.push_back(part.words.at(1));
    }
    std::vector<std::string> words = golden_case.words;
    std::vector<char*> arguments = {const_cast<char*>("ward")};
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    std::vector<char*> variables;
    for (std::string& variable : environment) variables.push_back(variable.data());
    variables.push_back(nullptr);
    ::umask(022);
    ::alarm(max_seconds);
    const bool ready = ::chdir(folder.c_str()) == 0 &&
                       ::dup2(::open(streams.input.c_str(), O_RDONLY), STDIN_FILENO) >= 0 &&
                       ::dup2(::open(streams.output.c_str(), O_WRONLY | O_CREAT, 0600), STDOUT_FILENO) >= 0 &&
                       ::dup2(::open(streams.error.c_str(), O_WRONLY | O_CREAT, 0600), STDERR_FILENO) >= 0;
    if (ready) ::execve(program.c_str(), arguments.data(), variables.data());
    ::_exit(127);
}

std::string without_folder(std::string text, const std::string& folder) {
    for (std::size_t at = 0; (at = text.find(folder, at)) != std::string::npos;)
        text.replace(at, folder.size(), "FOLDER");
    return text;
}

int wait_for(pid_t child) {
    int status = 0;
    if (::waitpid(child, &status, 0) != child) throw std::runtime_error("the command was lost");
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

Outcome run_case(const Case& golden_case, const std::string& program) {
    const TemporaryFolder temporary;
    const fs::path folder = temporary.path() / "case";
    const Streams streams{temporary.path() / "stdin", temporary.path() / "stdout", temporary.path() / "stderr"};
    fs::create_directories(folder / "home");
    append(streams.input, "");
    for (const Part& part : golden_case.parts) {
        make_part(part, folder);
        if (part.words[0] == "stdin") append(streams.input, part.text);
    }
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error("cannot fork");
    if (child == 0) become(golden_case, program, folder, streams);
    Outcome outcome;
    outcome.status = wait_for(child);
    outcome.standard_output = without_folder(file_text(streams.output), folder);
    outcome.standard_error = without_folder(file_text(streams.error), folder);
    return outcome;
}

}  // namespace ward::golden
