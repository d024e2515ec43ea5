// Questions about a jail, and the answers: what the program may do, which line decides, and what one
// line would change it.
//
// Pure: no file is looked at, so a path is taken as it is written, and everything that the question or an
// optional rule names is taken to be there. An answer never claims more than the jail enforces: `denied`
// holds for every way to ask the kernel, `allowed` for each of them; all else `depends`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "compiler/facts.hpp"
#include "compiler/jail.hpp"
#include "policy/diagnostic.hpp"
#include "policy/library.hpp"
#include "policy/policy.hpp"

namespace ward::compiler {

// read|write|execute PATH
struct FileQuestion {
    policy::Access access = policy::Access::read;
    std::string path;         // absolute, normalised
    std::string written;      // as in the question, ready for a policy
    bool is_program = false;  // what ward itself executes
};

// connect|listen tcp PORT, and connect NAME:PORT
struct PortQuestion {
    bool listens = false;
    std::string host;  // empty: any
    std::uint16_t port = 0;
};

// resolve
struct ResolveQuestion {};

// syscall NAME [(VALUE, _, ...)]
struct CallQuestion {
    struct OnAbi {
        Abi abi = Abi::x86_64;
        std::uint32_t number = 0;  // as in AbiModel::calls
        std::string_view name;     // there
        Condition given;           // the values that are stated
    };
    std::string name;
    std::vector<OnAbi> abis;          // that have the call
    std::vector<std::string> values;  // by argument, as written; `_` for any
};

struct CapabilityQuestion {
    int number = 0;
};

struct DeviceQuestion {
    std::string name;  // below /dev
};

struct VariableQuestion {
    std::string name;
};

struct ResolvedQuestion {
    std::string words;  // `read ~/.ssh/id_ed25519`: as asked, in one form
    std::variant<FileQuestion, PortQuestion, ResolveQuestion, CallQuestion, CapabilityQuestion, DeviceQuestion,
                 VariableQuestion>
        about;
};

// What may turn an answer round: lines for the policy, or statements without which it may do.
struct Change {
    struct Line {
        std::string section;
        std::string text;
    };
    std::string words;  // "write `read /etc/hosts` in `files { }`"
    std::vector<Line> added{};
    Origins removed{};
};

struct Answer {
    enum class Verdict { allowed, denied, depends } verdict = Verdict::denied;
    // How what is denied fails: an errno, `trap`, or `kill`. Absent where nothing fails (a variable that is not
    // there).
    std::optional<Response> failure{};
    std::string reason{};              // in house style; never empty
    Origins origins{};                 // the statements that decide, nearest first; empty: none does
    std::string built_in{};            // a rule that no statement says and that decides; else empty
    std::vector<std::string> notes{};  // what else there is to know
    std::vector<Change> candidates{};  // what may turn the answer round as far as the jail knows, likely first
    std::string lasting{};             // why nothing may, if so; empty if that is said by the reason
    std::string change{};              // one thing to do; empty if there is none
    std::string allowed_example{};     // depends: calls that are answered so
    std::string denied_example{};
};

// What the words of a question mean in the text of a policy that is compiled with these facts: the first
// of `set`. Absent after an error.
[[nodiscard]] std::optional<ResolvedQuestion> resolve_question(const policy::Question& question,
                                                               const policy::PolicySet& set, const Facts& facts,
                                                               policy::Diagnostics& diagnostics);

// `jail` must be compiled from the same set with the same facts. No candidate is tried.
[[nodiscard]] Answer answer(const Jail& jail, const ResolvedQuestion& question);

// What an answer needs beside the jail to try its candidates.
struct Asking {
    const policy::PolicySet& set;
    const Facts& facts;
    const ResolvedQuestion& question;
    policy::Sources& sources;  // takes in the lines that are tried
};

// The same with a change that turns it round: each candidate is made in a copy of the policy, and the question asked
// again there. Without one if there is none; then a note says why.
[[nodiscard]] Answer tried_answer(const Jail& jail, const Asking& asking);

// How it fails, for people: "fails with EACCES", "gets SIGSYS", "ends the jail".
[[nodiscard]] std::string failure_words(Response failure);

// A text as a quoted word of a policy: `"/a b"`.
[[nodiscard]] std::string in_quotes(std::string_view text);
// A path as a word of a policy that means this path and no pattern; in quotes where it must be.
[[nodiscard]] std::string as_word(const std::string& path);

}  // namespace ward::compiler
