// `ward explain-crash`: what a fuzz target was refused, from the log of its fuzzer: the call, the line of the policy
// that refuses it, what would allow it, and the lines of the source that lead to it.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "compiler/compile.hpp"
#include "compiler/diff_calls.hpp"
#include "policy/parser.hpp"
#include "policy/render.hpp"
#include "sandbox/cli/answers.hpp"
#include "sandbox/cli/caller.hpp"
#include "sandbox/cli/console.hpp"
#include "sandbox/cli/crash_log.hpp"
#include "sandbox/cli/fuzz_hook.hpp"
#include "sandbox/cli/operands.hpp"
#include "sandbox/cli/reading.hpp"
#include "sandbox/cli/source_lines.hpp"
#include "sandbox/cli/subcommand.hpp"
#include "sandbox/descriptor.hpp"

namespace ward::cli {
namespace {

using compiler::Abi;
using compiler::ResolvedQuestion;
using policy::Access;
using policy::escaped;
using sandbox::Json;

constexpr Abi abi = Abi::x86_64;  // the hook's

// ---- the call

std::string_view name_of(const RefusedCall& call) {
    return compiler::name_of_call(abi, call.number);
}

bool is_address(const compiler::Argument& argument) {
    return argument.kind == compiler::Kind::pointer || argument.kind == compiler::Kind::address;
}

// Without pointers: an address of a process that is gone tells nobody anything.
std::string in_words(const RefusedCall& call) {
    const compiler::Prototype* prototype = compiler::find_prototype(abi, name_of(call));
    unsigned matters = 0;
    if (prototype != nullptr)
        for (const compiler::Argument& argument : prototype->arguments)
            if (!is_address(argument)) matters |= 1U << argument.position;
    return compiler::call_in_words(abi, call.number, call.arguments, matters);
}

std::string title(const RefusedCall& call) {
    std::string text = "the target called `" + in_words(call) + '`';
    for (const std::string& path : call.paths)
        text += (&path == &call.paths.front() ? " for `" : " and `") + escaped(absolute_path(path, "/")) + '`';
    if (!call.address.empty()) text += " for `" + escaped(call.address) + "` port " + std::to_string(call.port);
    const char* error = call.error == 0 ? nullptr : strerrorname_np(call.error);
    if (error != nullptr) text += std::string(", which failed with ") + error;
    return text;
}

// ---- what the policy says to it

bool only_reads(const RefusedCall& call) {
    const std::string_view name = name_of(call);
    const std::size_t flags = name == "open" ? 1 : 2;
    return (name == "open" || name == "openat") && (call.arguments[flags] & (O_ACCMODE | O_CREAT | O_TRUNC)) == 0;
}

// A path that the call may have failed for is asked about as one, all else as a call.
std::optional<ResolvedQuestion> question_about(const RefusedCall& call, const policy::PolicySet& set,
                                               const compiler::Facts& facts, Reading& reading) {
    if (call.error != 0 && !call.paths.empty()) {
        const Access access = only_reads(call) ? Access::read : Access::write;
        const std::string path = absolute_path(call.paths.back(), "/");
        const std::string written = compiler::as_word(path);
        const std::string words = (access == Access::read ? "read " : "write ") + written;
        return ResolvedQuestion{words, compiler::FileQuestion{access, path, written, false}};
    }
    const policy::FileId text = reading.sources.add("log", in_words(call));
    const auto question = policy::parse_question(reading.sources, text, reading.diagnostics);
    return question ? compiler::resolve_question(*question, set, facts, reading.diagnostics) : std::nullopt;
}

struct Explained {
    RefusedCall call;
    // Absent of a call that ward does not know.
    std::optional<ResolvedQuestion> question{};
    compiler::Answer answer{};
};

std::optional<std::vector<Explained>> explain_all(std::vector<RefusedCall> calls, const Options& options,
                                                  const std::map<std::string, std::string>& parameters,
                                                  Reading& reading) {
    auto facts = facts_about_caller(reading.diagnostics);
    const auto set = reading.load(options.value("policy").value_or("fuzz-target"));
    if (!facts || !set) return std::nullopt;
    facts->parameters = parameters;
    const auto jail = compiler::compile(*set, *facts, reading.diagnostics);
    if (!jail) return std::nullopt;
    std::vector<Explained> all;
    for (RefusedCall& call : calls) {
        if (name_of(call).empty()) {
            all.push_back({std::move(call)});
            continue;
        }
        auto question = question_about(call, *set, *facts, reading);
        if (!question) return std::nullopt;
        compiler::Answer answer = compiler::tried_answer(*jail, {*set, *facts, *question, reading.sources});
        all.push_back({std::move(call), *std::move(question), std::move(answer)});
    }
    return all;
}

// ---- the answer

// A frame is one function or, where some were inlined, several.
std::vector<Frame::Line> lines_of(const std::vector<Frame>& stack) {
    std::vector<Frame::Line> lines;
    for (const Frame& frame : stack) {
        const std::string module = frame.module.substr(frame.module.rfind('/') + 1);
        if (frame.lines.empty()) lines.push_back({frame.function, module});
        for (const Frame::Line& line : frame.lines)
            lines.push_back({line.function, line.place.empty() ? module : line.place});
    }
    // What is below the target's own function is the fuzzer.
    const auto last = std::ranges::find_if(lines, [](const Frame::Line& line) {
        return line.function == "LLVMFuzzerTestOneInput" || line.function == "main";
    });
    if (last != lines.end()) lines.erase(last + 1, lines.end());
    return lines;
}

std::string stack_in_words(const std::vector<Frame>& stack) {
    std::string text;
    std::size_t number = 0;
    for (const Frame::Line& line : lines_of(stack))
        text += "  #" + std::to_string(number++) + ' ' + (line.function.empty() ? "?" : escaped(line.function)) +
                " in " + escaped(line.place) + '\n';
    return text;
}

std::string as_text(const Explained& crash, const Reading& reading) {
    std::string text = title(crash.call) + '\n';
    if (crash.question)
        text += cli::as_text(*crash.question, crash.answer, reading.sources, wants_colour(STDOUT_FILENO));
    if (crash.question && crash.answer.verdict == compiler::Answer::Verdict::allowed)
        text += "  note: the host itself refuses it, or the target ran under another policy (`--policy`)\n";
    return text + stack_in_words(crash.call.stack);
}

Json as_json(const Explained& crash, const Reading& reading) {
    Json json = Json::object();
    Json stack = Json::list();
    for (const Frame::Line& line : lines_of(crash.call.stack)) {
        Json frame = Json::object();
        frame.set("function", line.function);
        frame.set("place", line.place);
        stack.add(std::move(frame));
    }
    json.set("call", in_words(crash.call));
    json.set("paths", Json::list_of(crash.call.paths));
    json.set("address", crash.call.address);
    json.set("port", crash.call.port);
    json.set("answer", crash.question ? cli::as_json(*crash.question, crash.answer, reading.sources) : Json());
    json.set("stack", std::move(stack));
    return json;
}

int tell(const std::vector<Explained>& all, const Reading& reading, bool as_machine) {
    std::string text;
    Json list = Json::list();
    for (const Explained& crash : all) {
        text += (text.empty() ? "" : "\n") + as_text(crash, reading);
        list.add(as_json(crash, reading));
    }
    return cli::answer(as_machine ? list.ascii_text() : text);
}

// ---- the log

std::optional<std::string> read_log(const std::string& name) {
    const sandbox::Descriptor file(name == "-" ? ::dup(STDIN_FILENO) : ::open(name.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return std::nullopt;
    std::string text;
    std::array<char, 65536> piece;
    for (;;) {
        const ssize_t length = ::read(file.number(), piece.data(), piece.size());
        if (length < 0) return std::nullopt;
        if (length == 0) return text;
        text.append(piece.data(), static_cast<std::size_t>(length));
    }
}

int no_crash(const std::string& log) {
    say("no call was refused in `" + escaped(log) + "`: is the target compiled with `ward explain-crash --hook`?");
    return failure_status;
}

int explain_log(const Options& options, const std::map<std::string, std::string>& parameters) {
    const std::string& name = options.rest.front();
    const auto text = read_log(name);
    if (!text)
        return misuse("explain-crash", "`" + name + "` cannot be read: " + strerrordesc_np(errno),
                      "name the file with what the fuzzer said, or `-` for standard input");
    std::vector<RefusedCall> calls = read_crash_log(*text);
    if (calls.empty()) return no_crash(name);
    bool has_lines = true;
    for (RefusedCall& call : calls) has_lines &= find_source_lines(call.stack);
    Reading reading;
    const auto all = explain_all(std::move(calls), options, parameters, reading);
    reading.show();
    if (!all) return usage_status;
    if (!has_lines) say("note: `ward run -p objdump -- addr2line` does not tell the lines of the source");
    return tell(*all, reading, options.has("json"));
}

}  // namespace

int explain_crash(const Words& words) {
    const auto [options, status] = begin_with_operands("explain-crash", words);
    if (!options) return status;
    if (options->has("hook")) return answer(fuzz_hook);
    if (options->rest.size() != 1)
        return misuse("explain-crash", options->rest.empty() ? "no log is named" : "more than one log is named",
                      "write `ward explain-crash FILE`, with what the fuzzer said; `-` is standard input");
    std::map<std::string, std::string> parameters;
    if (const int wrong = read_settings("explain-crash", *options, parameters); wrong != 0) return wrong;
    return explain_log(*options, parameters);
}

}  // namespace ward::cli
