// A policy as its author wrote it: the statements of one text, each with its place.
//
// Nothing is decided here: names are not looked up, paths not expanded, numbers not read. A statement
// is one struct; the compiler has one lowering function for each.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "policy/one_or_more.hpp"
#include "policy/source.hpp"

namespace ward::policy {

// One operand as written, quotes and escapes already removed. `$name` stays in the text; a quoted
// word has no globs (the compiler asks).
struct Word {
    std::string text;
    Span span;
    bool quoted = false;
};

// What may be missing. Apart, since it mostly is: it would make every statement as large as those that have it.
using OptionalWord = std::shared_ptr<const Word>;

// A condition as written: comparisons joined by `and`, `or`, `not` and parentheses. In a call statement
// it is about arguments, after `when` about the machine.
struct Expression {
    enum class Kind { comparison, all, any, negation } kind = Kind::comparison;
    std::vector<Expression> parts;  // all, any: two or more; negation: one
    // comparison:
    Word subject;              // an argument, `kernel`, `arch`, `exists` or `$flag`
    std::vector<Word> mask;    // `subject & A|B`: empty without `&`
    Word relation;             // == != < <= > >= has lacks within in; empty after `exists` and `$flag`
    std::vector<Word> values;  // one, or those of `A|B` or of `(A, B)`
    Span span;
};

// ---- files { ... }

enum class Access : unsigned { read = 1, write = 2, execute = 4 };

// read|write|execute[?] PATH, ... [from HOST-PATH]
struct GrantStatement {
    Access access;
    bool optional = false;  // `read?`: granted if it exists
    std::vector<Word> paths;
    OptionalWord from;
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
    OptionalWord size;
    OptionalWord mode;
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

// overlay PATH, ... [into HOST-FOLDER]: what is written goes to a layer of its own
struct OverlayStatement {
    std::vector<Word> paths;
    OptionalWord into;  // absent: thrown away at the end
    Span span;
};

// root HOST-FOLDER: the root folder is this one, read-only
struct RootStatement {
    Word path;
    Span span;
};

// directory PATH, ...: an empty folder
struct DirectoryStatement {
    std::vector<Word> paths;
    Span span;
};

// setuid allow: the program may set setuid and setgid bits
struct SetuidStatement {
    Span span;
};

// ---- network { ... }

enum class Permission { allow, forbid };

// [forbid] host | unix [PATH, ...] | resolve | connect tcp PORT, ... | connect NAME:PORT, ... |
// listen tcp PORT, ...
struct NetworkStatement {
    Permission permission = Permission::allow;
    Word mode;                   // the word that says what it is about
    OptionalWord protocol;       // connect, listen: `tcp`
    std::vector<Word> operands;  // ports, ranges `8000..8100`, NAME:PORT, paths
    Span span;
};

// ---- syscalls { ... }

// NAME or NAME(argument, _, ...)
struct CallPattern {
    // Names for the arguments, by position; `_` for one that is not named.
    struct Arguments {
        std::vector<Word> names;
        Span span;  // of the name of the call and of the parentheses
    };
    Word name;
    std::shared_ptr<const Arguments> arguments;  // null without parentheses; apart, as above
};

// allow|forbid CALL, @GROUP, ... [except NAME, ...] [if CONDITION]
struct CallStatement {
    OneOrMore<CallPattern> calls;
    std::vector<Word> except;
    std::shared_ptr<const Expression> condition;  // null without `if`; apart, since few statements have one
    Span span;
    Permission permission = Permission::allow;
};

// refuse [NAME, ...] with RESPONSE; without names: every call that is not allowed
struct RefuseStatement {
    std::vector<Word> calls;
    Word response;
    Span span;
};

// abi NAME, ...: those that the program may use; without this statement, `native`
struct AbiStatement {
    std::vector<Word> names;
    Span span;
};

// ---- the other sections

// keep NAME, ... in capabilities { ... }
struct CapabilityStatement {
    std::vector<Word> names;
    Span span;
};

// NAME[?] VALUE in limits { ... }; `cpu-set` has a list
struct LimitStatement {
    Word name;
    bool optional = false;     // `memory? 1G`: exactly where the host can, else the nearest weaker form
    std::vector<Word> values;  // one or more
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

// NAME VALUE in process { ... }: user, group, hostname, directory, terminal, nested, debug; `share` has
// a list
struct ProcessStatement {
    Word name;
    std::vector<Word> values;  // one or more
    Span span;
};

using Statement =
    std::variant<GrantStatement, HideStatement, ProtectStatement, PrivateStatement, OverlayStatement, RootStatement,
                 DirectoryStatement, DeviceStatement, LinkStatement, TextFileStatement, SetuidStatement,
                 NetworkStatement, CallStatement, RefuseStatement, AbiStatement, CapabilityStatement, LimitStatement,
                 KeepVariableStatement, SetVariableStatement, ProcessStatement>;

// ---- what stands outside of sections

struct When;

// Statements that hold together: a whole policy, or a branch of a `when`.
struct Block {
    std::vector<Statement> statements;
    std::vector<When> whens;
};

// when CONDITION { ... } [else { ... }]
struct When {
    Expression condition;
    Block then;
    Block otherwise;
    Span span;  // from `when` to the end of the condition
};

// A value that is stated for a name: `memory = 1G`.
struct Binding {
    Word name;
    Word value;
    Span span;
};

// use NAME [(PARAMETER = VALUE, ...)]
struct Use {
    Word name;
    std::vector<Binding> arguments;
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
    OptionalWord fallback;
    Span span;
};

// group @NAME { CALL, ... [except CALL, ...] }; commas and line ends both separate
struct Group {
    Word name;  // with the `@`
    std::vector<Word> calls;
    std::vector<Word> except;
    Span span;
};

// What may be asked of a policy, in a `test` block and by `ward why`:
//   read|write|execute PATH; connect|listen tcp PORT; connect NAME:PORT; resolve;
//   syscall NAME [(VALUE, _, ...)]; capability NAME; device NAME; variable NAME
struct Question {
    Word subject;                // the first word
    std::vector<Word> operands;  // `tcp` and the port; the path; the name
    // syscall: a value for each argument, `_` for any. Values are constants, `A|B`, or numbers.
    std::optional<std::vector<std::vector<Word>>> arguments;
    Span span;
};

// allow QUESTION | deny QUESTION
struct Expectation {
    Permission expected;  // forbid: `deny`
    Question question;
    Span span;
};

// test "TITLE" [with NAME = VALUE, ...] { ... }; a name may be given several times: `arguments`
struct Test {
    Word title;
    std::vector<Binding> environment;
    std::vector<Expectation> expectations;
    Span span;  // of the line it begins on, without the block
};

struct Policy {
    FileId file = 0;
    Word name;
    OptionalWord description;
    std::vector<Use> uses;
    std::vector<Let> lets;
    std::vector<Param> params;
    std::vector<Group> groups;
    std::vector<Test> tests;
    Block body;
};

}  // namespace ward::policy
