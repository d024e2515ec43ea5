// A policy as its author wrote it: the statements of one text, each with its place.
//
// Nothing is decided here: names are not looked up, paths not expanded, numbers not read. A statement
// is one struct; the compiler has one lowering function for each.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "policy/source.hpp"

namespace ward::policy {

// One operand as written, quotes and escapes already removed. `$name` stays in the text; a quoted
// word has no globs (the compiler asks).
struct Word {
    std::string text;
    Span span;
    bool quoted = false;
};

// ---- files { ... }

enum class Access : unsigned { read = 1, write = 2, execute = 4 };

// read|write|execute[?] PATH, ... [from HOST-PATH]
struct GrantStatement {
    Access access;
    bool optional = false;  // `read?`: granted if it exists
    std::vector<Word> paths;
    std::optional<Word> from;
    Span span;
};

// hide[?] PATH, ...
struct HideStatement {
    bool optional = false;
    std::vector<Word> paths;
    Span span;
};

// protect[?] PATH, ...: never writable, whatever grants it; grants nothing itself
struct ProtectStatement {
    bool optional = false;
    std::vector<Word> paths;
    Span span;
};

// private PATH, ... [size SIZE] [mode OCTAL]
struct PrivateStatement {
    std::vector<Word> paths;
    std::optional<Word> size;
    std::optional<Word> mode;
    Span span;
};

// device NAME, ...
struct DeviceStatement {
    std::vector<Word> names;
    Span span;
};

// link PATH -> TARGET
struct LinkStatement {
    Word path;
    Word target;
    Span span;
};

// file PATH "text"
struct TextFileStatement {
    Word path;
    Word text;
    Span span;
};

// setuid allow: the program may set setuid and setgid bits
struct SetuidStatement {
    Span span;
};

// ---- network { ... }

// host | unix
struct NetworkStatement {
    Word mode;
    Span span;
};

// ---- syscalls { ... }

enum class Permission { allow, forbid };

// allow|forbid NAME, @GROUP, ... [except NAME, ...]
struct CallStatement {
    Permission permission;
    std::vector<Word> calls;
    std::vector<Word> except;
    Span span;
};

// refuse [NAME, ...] with RESPONSE; without names: every call that is not allowed
struct RefuseStatement {
    std::vector<Word> calls;
    Word response;
    Span span;
};

// ---- the other sections

// keep NAME, ... in capabilities { ... }
struct CapabilityStatement {
    std::vector<Word> names;
    Span span;
};

// NAME[?] VALUE in limits { ... }
struct LimitStatement {
    Word name;
    bool optional = false;  // `memory? 1G`: exactly where the host can, else the nearest weaker form
    Word value;
    Span span;
};

// keep PATTERN, ... in environment { ... }
struct KeepVariableStatement {
    std::vector<Word> patterns;
    Span span;
};

// set NAME "value" in environment { ... }
struct SetVariableStatement {
    Word name;
    Word value;
    Span span;
};

// NAME VALUE in process { ... }: hostname, user, terminal
struct ProcessStatement {
    Word name;
    Word value;
    Span span;
};

using Statement =
    std::variant<GrantStatement, HideStatement, ProtectStatement, PrivateStatement, DeviceStatement, LinkStatement,
                 TextFileStatement, SetuidStatement, NetworkStatement, CallStatement, RefuseStatement,
                 CapabilityStatement, LimitStatement, KeepVariableStatement, SetVariableStatement, ProcessStatement>;

// use NAME
struct Use {
    Word name;
    Span span;
};

// let NAME = VALUE
struct Let {
    Word name;
    Word value;
    Span span;
};

// param NAME: TYPE [= DEFAULT]
struct Param {
    Word name;
    Word type;
    std::optional<Word> fallback;
    Span span;
};

struct Policy {
    FileId file = 0;
    Word name;
    std::optional<Word> description;
    std::vector<Use> uses;
    std::vector<Let> lets;
    std::vector<Param> params;
    std::vector<Statement> statements;
};

}  // namespace ward::policy
