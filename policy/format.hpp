// The canonical form of a policy text: the same statements and comments, laid out in one way.
//
// A statement stands on one line; the words behind the verbs of a section stand below each other, and
// so do the comments behind neighbouring statements. Nothing is sorted, and no word is changed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "policy/diagnostic.hpp"
#include "policy/policy.hpp"
#include "policy/source.hpp"

namespace ward::policy {

// Of a text that parses. Linear in its length.
[[nodiscard]] std::string canonical_form(std::string_view text);

// Whether a canonical form says the same as its policy and holds the same comments; otherwise false,
// and an error.
[[nodiscard]] bool is_faithful(const std::string& formatted, const Policy& policy, const Sources& sources,
                               Diagnostics& diagnostics);

// The canonical form, once it is known to be faithful. Absent after an error in the text.
[[nodiscard]] std::optional<std::string> format(const Sources& sources, FileId file, Diagnostics& diagnostics);

}  // namespace ward::policy
