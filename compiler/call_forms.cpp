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

}  // namespace

void check_later_forms(const CallClaims& claims, const CallSet& open, Abi abi, policy::Diagnostics& diagnostics) {
    for (const CallClaim& forbid : claims.forbids) {
        if (forbid.word->text.starts_with('@')) continue;
        for (const std::string_view suffix : suffixes) {
            const std::string later = forbid.word->text + std::string(suffix);
            const auto call = call_index(abi, later);
            if (call && open.test(*call)) report(forbid, later, diagnostics);
        }
    }
}

}  // namespace ward::compiler
