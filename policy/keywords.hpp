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
    bool supported = true;  // false: part of the language, not of this version
};

inline constexpr StatementWord statement_words[] = {
    {"", "policy"},
    {"", "use"},
    {"", "let"},
    {"", "param"},
    {"", "when", false},
    {"", "else", false},
    {"", "group", false},
    {"", "test", false},
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
    {"files", "overlay", false},
    {"files", "directory", false},
    {"files", "root", false},
    {"network", "host"},
    {"network", "unix"},
    {"network", "connect", false},
    {"network", "listen", false},
    {"network", "resolve", false},
    {"network", "forbid", false},
    {"syscalls", "allow"},
    {"syscalls", "forbid"},
    {"syscalls", "refuse"},
    {"syscalls", "abi", false},
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
    {"limits", "cpu-set", false},
    {"limits", "io", false},
    {"limits", "priority", false},
    {"environment", "keep"},
    {"environment", "set"},
    {"process", "hostname"},
    {"process", "user"},
    {"process", "terminal"},
    {"process", "group", false},
    {"process", "directory", false},
    {"process", "share", false},
    {"process", "nested", false},
    {"process", "debug", false},
};

}  // namespace ward::policy
