// Diagnostics as text for people. The only place that draws source lines and underlines.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/diagnostic.hpp"
#include "policy/source.hpp"

namespace ward::policy {

struct RenderOptions {
    bool colour = false;  // the caller decides: only on a terminal
};

// One diagnostic, ending in a newline.
[[nodiscard]] std::string render(const Diagnostic& diagnostic, const Sources& sources, RenderOptions options = {});

// What is said of a policy without being a diagnostic: an answer. Drawn in the same way.
struct Remark {
    std::string verdict;  // in place of `error[slug]`
    bool is_good = true;  // of the colours
    std::string message;
    std::vector<Label> places;  // the first is what it is about; may be empty
    std::vector<std::string> notes;
    std::vector<std::string> helps;
};
[[nodiscard]] std::string render(const Remark& remark, const Sources& sources, RenderOptions options = {});

// All of them in order, blank lines between, and a last line that counts what was not shown.
[[nodiscard]] std::string render(const Diagnostics& diagnostics, const Sources& sources, RenderOptions options = {});

// Control characters, terminal escapes, bidirectional overrides and invalid UTF-8 made visible
// (`\x1b`, `\u{202e}`), so that text from a policy, a path or a program cannot drive the terminal.
[[nodiscard]] std::string escaped(std::string_view text);

}  // namespace ward::policy
