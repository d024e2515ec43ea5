// Text to Policy. The only door to the grammar; PEGTL stays behind it.
#pragma once

#include <optional>

#include "policy/diagnostic.hpp"
#include "policy/policy.hpp"
#include "policy/source.hpp"

namespace ward::policy {

// Parses one text. Errors go to `diagnostics` and the parser goes on at the next statement, so that
// one run shows many. The result is absent exactly if this text added an error; the statements without one are
// then in `unfinished`, for further errors, and to be compiled for nothing else.
[[nodiscard]] std::optional<Policy> parse(const Sources& sources, FileId file, Diagnostics& diagnostics,
                                          Policy* unfinished = nullptr);

// Parses a text that is one question. There `NAME(VALUE, ...)` asks about a system call without the word
// `syscall` too; its subject is `syscall` all the same. The result is absent exactly if this text added
// an error.
[[nodiscard]] std::optional<Question> parse_question(const Sources& sources, FileId file, Diagnostics& diagnostics);

// Parses a text of statements that may stand without their section: `read ~/data`, `connect tcp 443`. Their
// section is that of their first word. Sections may stand there too. Absent exactly if this text
// added an error.
[[nodiscard]] std::optional<Block> parse_statements(const Sources& sources, FileId file, Diagnostics& diagnostics);

}  // namespace ward::policy
