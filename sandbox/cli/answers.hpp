// Answers about a policy, as text and as JSON: what `ward why` and `ward test` have in common.
#pragma once

#include <string>

#include "compiler/question.hpp"
#include "policy/source.hpp"
#include "sandbox/json.hpp"

namespace ward::cli {

// "allowed", "denied" or "depends".
[[nodiscard]] std::string_view verdict_word(const compiler::Answer& answer);

// "`read /etc/shadow` fails with EACCES: `hide /etc/shadow` hides it"
[[nodiscard]] std::string sentence(const compiler::ResolvedQuestion& question, const compiler::Answer& answer);

// One thing to do, and what for: "to allow it, write ..."; empty if there is none.
[[nodiscard]] std::string advice(const compiler::Answer& answer);

// Drawn like a diagnostic, with the lines that decide.
[[nodiscard]] std::string as_text(const compiler::ResolvedQuestion& question, const compiler::Answer& answer,
                                  const policy::Sources& sources, bool colour);

// {"question", "verdict", "failure", "reason", "rule", "places", "notes", "examples", "change"}: members
// that do not apply are null. Lines and columns count from 1.
[[nodiscard]] sandbox::Json as_json(const compiler::ResolvedQuestion& question, const compiler::Answer& answer,
                                    const policy::Sources& sources);

// {"file", "line", "column", "text"}
[[nodiscard]] sandbox::Json as_json(policy::Span place, const policy::Sources& sources);

}  // namespace ward::cli
