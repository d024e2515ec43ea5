// Questions about files: by the rules alone. The files' own modes count as well, as everywhere.
#include <fcntl.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <span>

#include "compiler/file_rules.hpp"
#include "compiler/paths.hpp"
#include "compiler/question_parts.hpp"
#include "compiler/question_paths.hpp"

namespace ward::compiler {
namespace {

using policy::Access;
using Kind = PathDecision::Kind;
using Rule = FileRule::Kind;

std::string_view word_of(Access access) {
    switch (access) {
        case Access::read:
            return "read";
        case Access::write:
            return "write";
        case Access::execute:
            return "execute";
    }
    return "read";
}

std::string words_of(const FileRule& rule) {
    std::string words = std::string(statement_word(rule)) + (rule.optional ? "? " : " ") + rule.path;
    if (!rule.from.empty()) words += " from " + rule.from;
    return words;
}

// `root`, which is a grant of everything, in the words of its statement.
std::string words_of(const PathDecision& decision) {
    const FileRule& rule = *decision.rules.front();
    return rule.kind == Rule::grant && rule.path == "/" && !rule.from.empty() ? "root " + rule.from : words_of(rule);
}

// Of the rules that give the access first, since they are asked about.
Origins origins_of(const PathDecision& decision, AccessBits wanted) {
    Origins origins;
    for (const bool gives : {true, false}) {
        for (const FileRule* rule : decision.rules)
            if (((rule->access & wanted) == wanted) == gives)
                origins.insert(origins.end(), rule->origins.begin(), rule->origins.end());
    }
    return origins;
}

Change grant_line(const FileQuestion& question) {
    return write_line(std::string(word_of(question.access)) + ' ' + question.written, "files");
}

// What takes an access away again. A more specific grant with less would do for a path below.
std::vector<Change> denying_lines(const FileQuestion& question, const PathDecision& decision, const Origins& origins) {
    const Change hide = write_line("hide " + question.written, "files");
    const std::string all = origins.size() == 1 ? quoted(words_of(decision)) : "all lines that grant it";
    const Change remove = remove_statements("remove " + all, origins);
    const Change read = write_line("read " + question.written, "files");
    const bool is_at = decision.at == decision.path;
    if (question.access == Access::write) return {write_line("protect " + question.written, "files"), remove};
    if (question.access == Access::read) return {hide, remove};
    if (is_at) return {{"write `read` in place of `execute`", read.added, origins}, hide};
    return {read, hide};
}

int read_only_or_not_executable(Access access) {
    return access == Access::write ? EROFS : EACCES;
}

// ---- what decides

Answer in_tree(const FileQuestion& question, const PathDecision& decision) {
    const AccessBits wanted = bit_of(question.access);
    const Origins origins = origins_of(decision, wanted);
    if ((decision.access & wanted) != 0) {
        Answer answer = allowed(quoted(words_of(decision)) + " grants it", origins);
        answer.candidates = denying_lines(question, decision, origins);
        return answer;
    }
    const bool is_granted = std::any_of(decision.rules.begin(), decision.rules.end(),
                                        [&](const FileRule* rule) { return (rule->access & wanted) != 0; });
    if (question.access == Access::write && decision.protection != nullptr) {
        const FileRule& protection = *decision.protection;
        Answer answer = denied(EROFS, quoted(words_of(protection)) + " keeps it read-only", protection.origins);
        const Change remove = remove_statements("remove " + quoted(words_of(protection)), protection.origins);
        answer.candidates = {remove};
        if (!is_granted) answer.candidates.push_back(grant_line(question));
        answer.lasting = "a `protect` has no exception";
        return answer;
    }
    Answer answer = denied(read_only_or_not_executable(question.access),
                           quoted(words_of(decision)) + " does not grant " + quoted(word_of(question.access)), origins);
    answer.candidates = {grant_line(question)};
    return answer;
}

constexpr std::string_view hide_is_last = "at one path a `hide` comes before every grant";

Change remove_hide(const FileRule& hide) {
    return remove_statements("remove " + quoted(words_of(hide)), hide.origins);
}

Answer in_hidden(const FileQuestion& question, const PathDecision& decision) {
    const FileRule& hide = *decision.rules.front();
    const bool is_below = decision.at != decision.path;
    const bool is_gone = is_below && !decision.leads_to.empty();
    Answer answer = denied(is_gone ? ENOENT : EACCES, quoted(words_of(hide)) + " hides it", hide.origins);
    answer.candidates = {is_below ? grant_line(question) : remove_hide(hide)};
    if (!is_below) answer.lasting = hide_is_last;
    return answer;
}

Answer in_private(const FileQuestion& question, const PathDecision& decision) {
    const FileRule& rule = *decision.rules.front();
    if (question.access == Access::execute) {
        Answer answer =
            denied(EACCES, quoted(words_of(rule)) + " gives a folder where nothing is executable", rule.origins);
        if (decision.at != decision.path) answer.candidates = {grant_line(question)};
        return answer;
    }
    Answer answer = allowed(quoted(words_of(rule)) + " gives a folder of the jail's own", rule.origins);
    if (question.access == Access::write && !decision.leads_to.empty()) {
        answer.verdict = Answer::Verdict::depends;
        answer.reason += ", with another on the way to " + quoted(decision.leads_to);
        answer.notes.emplace_back("that one is root's if root starts the jail, and then nothing can be made in it");
        return answer;
    }
    answer.notes.emplace_back("nothing of the host is in it, and it is gone at the end");
    answer.candidates = {remove_statements("remove " + quoted(words_of(rule)), rule.origins),
                         write_line("hide " + rule.path, "files")};
    return answer;
}

Answer in_overlay(const FileQuestion& question, const PathDecision& decision) {
    Answer answer = in_tree(question, decision);
    const bool is_kept = !decision.rules.front()->into.empty();
    if (answer.verdict == Answer::Verdict::allowed && question.access == Access::write)
        answer.notes.emplace_back(is_kept ? "what is written goes to a layer: the host's files stay as they are"
                                          : "what is written is gone at the end: the host's files stay as they are");
    return answer;
}

// An empty folder, or a file with a text.
Answer in_made(const FileQuestion& question, const PathDecision& decision) {
    const FileRule& rule = *decision.rules.front();
    const bool is_text = rule.kind == Rule::text_file;
    if (decision.at != decision.path) {
        Answer answer = denied(is_text ? ENOTDIR : ENOENT,
                               quoted(words_of(rule)) + (is_text ? " is a file" : " is an empty folder"), rule.origins);
        if (!is_text) answer.candidates = {grant_line(question)};
        return answer;
    }
    if (question.access == Access::read) return allowed(quoted(words_of(rule)) + " makes it", rule.origins);
    const bool is_executed = question.access == Access::execute;
    const int error = is_text || is_executed ? EACCES : EROFS;
    return denied(error, "what " + quoted(words_of(rule)) + " makes can only be read", rule.origins);
}

Answer nothing_executable(std::string_view folder) {
    Answer answer = denied(EACCES, "nothing in " + quoted(folder) + " is executable", {});
    answer.lasting = "this is so in every jail";
    return answer;
}

Answer in_proc(const FileQuestion& question, const PathDecision& decision) {
    if (question.access == Access::execute) return nothing_executable("/proc");
    Answer answer{.verdict = Answer::Verdict::depends};
    answer.reason = "every jail has a `/proc` of its own, where the kernel decides file by file";
    answer.notes.emplace_back("it shows the jail's own processes and no others");
    if (question.access == Access::read && decision.path == "/proc") answer.verdict = Answer::Verdict::allowed;
    return answer;
}

Answer in_dev(const Jail& jail, const FileQuestion& question, const PathDecision& decision) {
    if (question.access == Access::execute) return nothing_executable("/dev");
    const bool is_device = std::any_of(jail.devices.begin(), jail.devices.end(),
                                       [&](const auto& device) { return decision.path == "/dev/" + device.value; });
    if (is_device) return answer_device(jail, {decision.path.substr(5)});
    if (decision.path == "/dev" && question.access == Access::write)
        return denied(EROFS, "`/dev` is the jail's own, and read-only", {});
    if (decision.path == "/dev") return allowed("`/dev` is the jail's own", {});
    Answer answer{.verdict = Answer::Verdict::depends};
    answer.reason = "it is a link to a file that the program has open";
    return answer;
}

// A grant of the very path of a `hide` is not in the jail: the compiler has kept the one that counts.
void explain_hide(const FileQuestion& question, const FileRule& hide, Answer& answer) {
    answer.reason = quoted(words_of(hide)) + " hides it";
    answer.origins = hide.origins;
    answer.candidates = {remove_hide(hide), grant_line(question)};
    answer.lasting = hide_is_last;
}

Answer not_there(const FileQuestion& question, const PathDecision& decision) {
    const bool is_device = decision.path.starts_with("/dev/");
    Answer answer = denied(ENOENT, "nothing grants it, so it is not there", {});
    if (decision.kind == Kind::folder && question.access == Access::write) answer = denied(EROFS, "", {});
    if (decision.kind == Kind::folder) {
        answer.reason = "nothing grants it: in its place is an empty folder";
        if (!decision.leads_to.empty()) answer.reason += " that leads to " + quoted(decision.leads_to);
        if (question.access == Access::read) answer.failure.reset();
    }
    if (decision.path == "/") answer.lasting = "the root folder itself is no policy's to grant";
    if (decision.path == "/") return answer;
    answer.candidates = {is_device ? write_line("device " + decision.path.substr(5), "files") : grant_line(question)};
    if (decision.unneeded_hide != nullptr && decision.at == decision.path)
        explain_hide(question, *decision.unneeded_hide, answer);
    return answer;
}

Answer by_rules(const Jail& jail, const FileQuestion& question, const PathDecision& decision) {
    switch (decision.kind) {
        case Kind::nothing:
        case Kind::folder:
            return not_there(question, decision);
        case Kind::hidden:
            return in_hidden(question, decision);
        case Kind::tree:
            return in_tree(question, decision);
        case Kind::proc:
            return in_proc(question, decision);
        case Kind::dev:
            return in_dev(jail, question, decision);
        case Kind::made:
            break;
    }
    const Rule kind = decision.rules.front()->kind;
    if (kind == Rule::private_folder) return in_private(question, decision);
    return kind == Rule::overlay ? in_overlay(question, decision) : in_made(question, decision);
}

// ---- whether the program has a call for it

// Opening for both directions reads only what may be written too.
std::vector<NeededCall> reading_calls(bool may_write) {
    constexpr std::uint32_t mode = O_ACCMODE;
    std::vector<NeededCall> calls{{"openat", {{2, mode, O_RDONLY}}},
                                  {"open", {{1, mode, O_RDONLY}}},
                                  {"openat2"},
                                  {"open_by_handle_at"},
                                  {"io_uring_setup"}};
    if (!may_write) return calls;
    calls.push_back({"openat", {{2, mode, O_RDWR}}});
    calls.push_back({"open", {{1, mode, O_RDWR}}});
    return calls;
}

std::vector<NeededCall> writing_calls() {
    constexpr std::uint32_t mode = O_ACCMODE;
    std::vector<NeededCall> calls{{"openat", {{2, mode, O_WRONLY}}},
                                  {"openat", {{2, mode, O_RDWR}}},
                                  {"open", {{1, mode, O_WRONLY}}},
                                  {"open", {{1, mode, O_RDWR}}}};
    for (const std::string_view name :
         {"creat", "openat2", "truncate", "rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat",
          "unlink", "unlinkat", "mkdir", "mkdirat", "mknod", "mknodat", "open_by_handle_at", "io_uring_setup"})
        calls.push_back({name});
    return calls;
}

// By an io_uring it could open files without any of the others.
std::optional<Answer> refused_by_filter(const Jail& jail, Access access, bool may_write) {
    switch (access) {
        case Access::read:
            return refused_calls(jail, reading_calls(may_write), "reading");
        case Access::write:
            return refused_calls(jail, writing_calls(), "writing");
        case Access::execute:
            break;
    }
    return refused_calls(jail, {{"execve"}, {"execveat"}}, "executing");
}

bool may_be_written(const Jail& jail, FileQuestion question, const PathDecision& decision) {
    question.access = Access::write;
    return by_rules(jail, question, decision).verdict != Answer::Verdict::denied;
}

void add_notes(const FileQuestion& question, const PathDecision& decision, Answer& answer) {
    if (decision.link != nullptr) answer.notes.push_back("the path goes by " + quoted(words_of(*decision.link)));
    const bool is_half_hidden = decision.kind == Kind::hidden && decision.rules.front()->optional;
    if (is_half_hidden) answer.notes.emplace_back("this holds for what is there when the program starts");
    if (question.access == Access::execute && question.is_program && answer.verdict == Answer::Verdict::allowed)
        answer.notes.emplace_back("ward executes it once; whether the program can do so again is up to `execve`");
}

}  // namespace

Answer answer_file(const Jail& jail, const FileQuestion& asked) {
    const PathDecision decision = PathModel(jail).decide(asked.path);
    FileQuestion question = asked;
    if (decision.link != nullptr) question.written = decision.path;  // rules are about where it leads
    Answer answer = by_rules(jail, question, decision);
    add_notes(question, decision, answer);
    if (answer.verdict == Answer::Verdict::denied || (question.access == Access::execute && question.is_program))
        return answer;
    if (auto refused = refused_by_filter(jail, question.access, may_be_written(jail, question, decision))) {
        if (question.access == Access::execute)
            refused->notes.emplace_back("its code may still be mapped, as that of a library is");
        return *std::move(refused);
    }
    return answer;
}

}  // namespace ward::compiler
