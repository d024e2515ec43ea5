// `ward fmt`: policies in their canonical form.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "policy/format.hpp"
#include "policy/library.hpp"
#include "policy/render.hpp"
#include "sandbox/cli/console.hpp"
#include "sandbox/cli/operands.hpp"
#include "sandbox/cli/replace_file.hpp"
#include "sandbox/cli/subcommand.hpp"
#include "sandbox/json.hpp"

namespace ward::cli {
namespace {

// Behind all symlinks; a link to a policy stays a link.
bool rewrite(const std::string& path, std::string_view text) {
    const std::unique_ptr<char, void (*)(void*)> place(realpath(path.c_str(), nullptr), &std::free);
    struct stat status {};
    return place && stat(place.get(), &status) == 0 && replace_file(place.get(), status, text);
}

void report_unwritable(const std::string& path, policy::Diagnostics& diagnostics) {
    diagnostics
        .add(policy::slug::policy_unwritable, std::nullopt,
             "`" + path + "` cannot be replaced: " + strerrordesc_np(errno))
        .note("the new text is written beside the file, with its mode and owner, and then takes its place")
        .help("run `ward fmt - <" + path + "`, which writes to standard output");
}

// `fmt` writes files, so a name is not looked up; who writes one hears where its file is.
void report_missing(const std::string& path, policy::Diagnostics& diagnostics) {
    const auto policies = policy::Library(policy::SearchPath::from_environment()).list();
    const auto found = std::ranges::find(policies, path, &policy::Listed::name);
    if (found == policies.end()) {
        diagnostics.add(policy::slug::source_unreadable, std::nullopt, "there is no file `" + path + "`")
            .help("correct the path");
        return;
    }
    const bool is_built_in = found->origin == "built-in";
    diagnostics
        .add(policy::slug::source_unreadable, std::nullopt,
             "there is no file `" + path + "`; it is the name of a policy" + (is_built_in ? " that is built in" : ""))
        .help("write `ward fmt " + (is_built_in ? path + ".ward` for a file of your own" : found->origin + "`"));
}

// What became of one policy.
enum class State { canonical, rewritten, printed, differs, wrong };

std::string_view state_word(State state) {
    constexpr std::string_view words[] = {"canonical", "rewritten", "printed", "differs", "wrong"};
    return words[static_cast<std::size_t>(state)];
}

// One that is in its canonical form is not touched.
State format_one(const std::string& path, bool check, policy::Sources& sources, policy::Diagnostics& diagnostics) {
    if (path != "-" && access(path.c_str(), F_OK) != 0 && errno == ENOENT) {
        report_missing(path, diagnostics);
        return State::wrong;
    }
    const auto file = policy::read_source(path, sources, diagnostics);
    const auto formatted = file ? policy::format(sources, *file, diagnostics) : std::nullopt;
    if (!formatted) return State::wrong;
    if (path == "-" && !check) return answer(*formatted) == EXIT_SUCCESS ? State::printed : State::wrong;
    if (*formatted == sources[*file].text()) return State::canonical;
    if (check) return State::differs;
    if (rewrite(path, *formatted)) return State::rewritten;
    report_unwritable(path, diagnostics);
    return State::wrong;
}

}  // namespace

int fmt(const Words& words) {
    const auto [options, status] = begin_with_operands("fmt", words);
    if (!options) return status;
    const Words& files = options->rest;
    const bool check = options->has("check");
    if (files.empty()) return misuse("fmt", "no policy is named", "write `ward fmt FILE`");
    if (options->has("json") && !check && std::ranges::find(files, "-") != files.end())
        return misuse("fmt", "both `-` and `--json` need standard output", "add `--check`, which writes no policy");
    bool is_right = true;
    std::string differing;
    sandbox::Json list = sandbox::Json::list();
    for (const std::string& path : files) {
        policy::Sources sources;
        policy::Diagnostics diagnostics;
        const State state = format_one(path, check, sources, diagnostics);
        show(diagnostics, sources);
        is_right = is_right && state != State::differs && state != State::wrong;
        if (state == State::differs) differing += policy::escaped(path) + "\n";
        list.add(sandbox::Json::object().set("file", path).set("state", state_word(state)));
    }
    const int answered = answer(options->has("json") ? list.ascii_text() : differing);
    return is_right ? answered : failure_status;
}

}  // namespace ward::cli
