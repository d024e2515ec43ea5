#include "compiler/call_forms.hpp"

#include <string>

#include "compiler/call_index.hpp"

namespace ward::compiler {
namespace {

// How the kernel has named the later form of a call: with a folder to begin at, flags, wider ids, offsets and times.
constexpr std::string_view suffixes[] = {"at", "1", "2", "3", "4", "32", "64", "_time64"};

using policy::quoted;

void report(const CallClaim& forbid, const std::string& later, policy::Diagnostics& diagnostics) {
    const std::string& word = forbid.word->text;
    diagnostics
        .add(policy::slug::forbid_leaves, forbid.span(),
             quoted(word) + " is forbidden, but not " + quoted(later) + ", which does the same")
        .label("leaves " + quoted(later))
        .help("write " + quoted("forbid " + word + ", " + later));
}

struct Older {
    std::string_view newer, older;
};

// Operations of multiplexers that a call with a number of its own stands for on other ABIs.
constexpr Older older_forms[] = {
    {"accept4", "accept"}, {"recvfrom", "recv"}, {"semtimedop_time64", "semtimedop"}, {"sendto", "send"}};

void check_older_form(const CallClaim& forbid, const CallSet& open, Abi abi, policy::Diagnostics& diagnostics) {
    for (const auto& [newer, older] : older_forms) {
        const auto call = call_index(abi, older);
        const bool has_number = call && *call < numbered_count(abi);
        if (newer == forbid.word->text && call && !has_number && open.test(*call))
            report(forbid, std::string(older), diagnostics);
    }
}

}  // namespace

void check_other_forms(const CallClaims& claims, const CallSet& open, Abi abi, policy::Diagnostics& diagnostics) {
    for (const CallClaim& forbid : claims.forbids) {
        if (forbid.word->text.starts_with('@')) continue;
        check_older_form(forbid, open, abi, diagnostics);
        for (const std::string& later : later_forms(abi, forbid.word->text))
            if (open.test(call_index(abi, later).value())) report(forbid, later, diagnostics);
    }
}

std::vector<std::string> later_forms(Abi abi, const std::string& call) {
    std::vector<std::string> forms;
    for (const std::string_view suffix : suffixes)
        if (call_index(abi, call + std::string(suffix))) forms.push_back(call + std::string(suffix));
    return forms;
}

}  // namespace ward::compiler
