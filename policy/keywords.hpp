// The words that begin sections and statements, in one table: for messages about misplaced and
// unknown words, and for tools that list the language. The grammar decides; nothing is parsed here.
#pragma once

#include <string_view>

namespace ward::policy {

inline constexpr std::string_view section_words[] = {
    "files", "network", "syscalls", "capabilities", "limits", "environment", "process",
};

struct StatementWord {
    std::string_view section;  // empty: outside every section
    std::string_view word;
};

inline constexpr StatementWord statement_words[] = {
    {"", "policy"},
    {"", "use"},
    {"", "let"},
    {"", "param"},
    {"", "when"},
    {"", "else"},
    {"", "group"},
    {"", "test"},
    {"files", "read"},
    {"files", "write"},
    {"files", "execute"},
    {"files", "hide"},
    {"files", "protect"},
    {"files", "private"},
    {"files", "device"},
    {"files", "link"},
    {"files", "file"},
    {"files", "setuid"},
    {"files", "overlay"},
    {"files", "directory"},
    {"files", "root"},
    {"network", "host"},
    {"network", "unix"},
    {"network", "connect"},
    {"network", "listen"},
    {"network", "resolve"},
    {"network", "forbid"},
    {"syscalls", "allow"},
    {"syscalls", "forbid"},
    {"syscalls", "refuse"},
    {"syscalls", "abi"},
    {"capabilities", "keep"},
    {"limits", "memory"},
    {"limits", "swap"},
    {"limits", "tasks"},
    {"limits", "cpu"},
    {"limits", "time"},
    {"limits", "cpu-time"},
    {"limits", "open-files"},
    {"limits", "file-size"},
    {"limits", "stack"},
    {"limits", "core"},
    {"limits", "cpu-set"},
    {"limits", "io"},
    {"limits", "priority"},
    {"environment", "keep"},
    {"environment", "set"},
    {"process", "hostname"},
    {"process", "user"},
    {"process", "terminal"},
    {"process", "group"},
    {"process", "directory"},
    {"process", "share"},
    {"process", "nested"},
    {"process", "debug"},
};

// In `test "TITLE" { ... }`.
inline constexpr std::string_view expectation_words[] = {"allow", "deny"};

// What a question begins with.
inline constexpr std::string_view question_words[] = {
    "read", "write", "execute", "connect", "listen", "resolve", "syscall", "capability", "device", "variable",
};

}  // namespace ward::policy
