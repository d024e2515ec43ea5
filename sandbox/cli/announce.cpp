#include "sandbox/cli/announce.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "policy/render.hpp"
#include "sandbox/cli/caller.hpp"
#include "sandbox/cli/console.hpp"
#include "sandbox/cli/shim.hpp"
#include "sandbox/script.hpp"

namespace ward::cli {
namespace {

using policy::escaped;

void note(const std::string& words) {
    say("note: " + escaped(words));
}

std::string profile_in_words(const Request& request, const Reading& reading) {
    return "`" + escaped(request.profile) + "`" +
           (request.is_unknown ? std::string(": no network, no files of yours") : " (" + escaped(reading.origin) + ")");
}

// A weaker form of what a shipped policy asks for is in the report: nobody here has asked for more.
bool is_built_in(const std::optional<policy::Span>& place, const policy::Sources& sources) {
    return place && sources[place->file].name().starts_with("<built-in>");
}

// ---- arguments

std::string remedy_for(const sandbox::LostOutput& lost, const Request& request, const std::string& home) {
    // Nothing but words makes the home folder writable.
    if ((home + '/').starts_with(lost.folder + '/'))
        return "name a file in a folder below `" + lost.folder + "`, and grant that";
    const std::string grant = "--allow 'write " + lost.folder + "'";
    if (!request.profile_by_name || !request.allow.empty()) return "add `" + grant + "`";
    return "`ward run -p " + request.profile + " " + grant + " " + base_name(request.command.front()) + " ...`";
}

// Who could not write there without a jail either has no use for a note.
void note_lost_outputs(const Request& request, const Prepared& prepared) {
    for (const sandbox::LostOutput& lost : prepared.plan->lost) {
        if (access(lost.folder.c_str(), W_OK) != 0) continue;
        const std::string what =
            lost.is_private ? "`" + lost.path + "` is in a `" + lost.folder + "` of the jail's own, and gone with it"
                            : "the program cannot make `" + lost.path + "`";
        note(what + ": " + remedy_for(lost, request, prepared.compiled->facts.home));
    }
}

// `/dev/fd/63` is 63; -1 for anything else.
int descriptor_named(const std::string& word) {
    constexpr std::string_view names[] = {"/dev/stdin", "/dev/stdout", "/dev/stderr"};
    for (int i = 0; i < 3; ++i)
        if (word == names[i]) return i;
    for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/"}) {
        if (!word.starts_with(folder)) continue;
        int number = -1;
        const char* const end = word.data() + word.size();
        const auto [rest, error] = std::from_chars(word.data() + folder.size(), end, number);
        return error == std::errc() && rest == end ? number : -1;
    }
    return -1;
}

// To open a pipe again takes the right to: its owner is the one who made it (proc(5), /proc/pid/fd).
bool is_pipe_of_another(int descriptor) {
    struct stat status {};
    return geteuid() == 0 && fstat(descriptor, &status) == 0 && S_ISFIFO(status.st_mode);
}

// ---- scripts

bool grants_execution(const compiler::Jail& jail, const std::string& path) {
    return std::ranges::any_of(jail.files, [&](const compiler::FileRule& rule) {
        return rule.kind == compiler::FileRule::Kind::grant && (rule.access & compiler::execute_bit) != 0 &&
               (rule.is_glob || path == rule.path || path.starts_with(rule.path + "/"));
    });
}

// `#!/usr/bin/env node`: env(1) is in the jail, says that there is no `node`, and nobody knows who has said it.
void note_missing_interpreter(const Prepared& prepared) {
    if (!is_script(prepared.program)) return;
    const auto interpreter = sandbox::interpreter_of(prepared.program);
    if (!interpreter || base_name(interpreter->path) != "env" || interpreter->argument.find(' ') != std::string::npos)
        return;
    const std::string found = find_program(interpreter->argument, own_search_path(), "/").path;
    if (found.empty() || !prepared.compiled->jail.root.value.empty() ||
        grants_execution(prepared.compiled->jail, found))
        return;
    note("`" + base_name(prepared.program) + "` is a script for `" + interpreter->argument +
         "`, which the jail does not have: add `--allow 'execute " + found + "'`");
}

void note_descriptors(const Request& request) {
    for (std::size_t i = 1; i < request.command.size(); ++i) {
        const std::string& word = request.command[i];
        const int descriptor = descriptor_named(word);
        if (descriptor > STDERR_FILENO)
            note("`" + word +
                 "` is a descriptor of the shell's, and a jail has 0, 1 and 2 alone: pipe it into standard input");
        else if (descriptor >= 0 && is_pipe_of_another(descriptor))
            note("`" + word +
                 "` is a pipe of root's, which the program may use but not open: name `-`, or redirect a file");
    }
}

}  // namespace

void show_for_run(const Reading& reading) {
    const auto is_a_line = [](const policy::Diagnostic* each) { return &each->kind() == &policy::slug::home_left_out; };
    const auto all = reading.diagnostics.sorted();
    if (std::ranges::none_of(all, is_a_line)) return reading.show();
    policy::Diagnostics others;
    for (const policy::Diagnostic* each : all) {
        if (is_a_line(each))
            note(each->message() + ": " + each->helps().front());
        else
            others.add(each->kind(), std::nullopt, {}) = *each;
    }
    show(others, reading.sources);
}

void announce(const Request& request, const Reading& reading, const Prepared& prepared) {
    const sandbox::Plan& plan = *prepared.plan;
    const std::string program = escaped(base_name(request.command.front()));
    if (request.profile_by_name)
        say(program + " runs under " + (request.is_unknown ? "" : "the profile ") + profile_in_words(request, reading) +
            (request.allow.empty() ? "" : ", but for what `--allow` says"));
    if (request.save) say("`" + escaped(*request.save) + "` has the policy");
    for (const std::string& each : plan.notes) note(each);
    for (const sandbox::Weaker& each : plan.weaker)
        if (!is_built_in(each.asked_by, reading.sources)) note(each.words);
    note_missing_interpreter(prepared);
    note_lost_outputs(request, prepared);
    note_descriptors(request);
    for (const sandbox::Degraded& each : plan.degraded)
        say("degraded: " + each.feature + ": " + escaped(each.words), true);
}

}  // namespace ward::cli
