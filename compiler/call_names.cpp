#include "compiler/call_names.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/call_index.hpp"
#include "compiler/errno_names.hpp"
#include "compiler/syscall_table.hpp"
#include "policy/similar_name.hpp"

namespace ward::compiler {
namespace {

using policy::Diagnostic;
using policy::Diagnostics;
using policy::Word;

// "@file-system" and everything else that may stand in a list of calls.
std::vector<std::string_view> call_and_group_names() {
    const auto calls = syscall_names();
    std::vector<std::string_view> names(calls.begin(), calls.end());
    for (const CallGroup& group : call_groups()) names.push_back(group.name);
    return names;
}

// ---- calls of other machines

struct Equivalent {
    std::string_view foreign;
    std::string_view here;
};

// Those that the rules in x86_64_equivalent() do not find.
constexpr Equivalent equivalents[] = {
    {"_llseek", "lseek"},
    {"_newselect", "select"},
    {"arm_fadvise64_64", "fadvise64"},
    {"arm_sync_file_range", "sync_file_range"},
    {"break", "brk"},
    {"fadvise64_64", "fadvise64"},
    {"ftime", "gettimeofday"},
    {"mmap2", "mmap"},
    {"nice", "setpriority"},
    {"readdir", "getdents64"},
    {"recv", "recvfrom"},
    {"send", "sendto"},
    {"sigaction", "rt_sigaction"},
    {"signal", "rt_sigaction"},
    {"sigpending", "rt_sigpending"},
    {"sigprocmask", "rt_sigprocmask"},
    {"sigreturn", "rt_sigreturn"},
    {"sigsuspend", "rt_sigsuspend"},
    {"socketcall", "socket"},
    {"stime", "settimeofday"},
    {"sync_file_range2", "sync_file_range"},
    {"ugetrlimit", "getrlimit"},
    {"waitpid", "wait4"},
};

// The call of x86_64 that does the same, or empty: `fstat64`, `getuid32`, `futex_time64` and `olduname`
// are what 32-bit machines call `fstat`, `getuid`, `futex` and `uname`.
std::string_view x86_64_equivalent(std::string_view name) {
    for (const Equivalent& row : equivalents)
        if (row.foreign == name) return row.here;
    for (const std::string_view suffix : {"_time64", "64", "32"})
        if (name.ends_with(suffix))
            if (const auto number = syscall_number(name.substr(0, name.size() - suffix.size())))
                return syscall_name(*number);
    while (name.starts_with("old")) {
        name.remove_prefix(3);
        if (const auto number = syscall_number(name)) return syscall_name(*number);
    }
    return {};
}

// ---- reports

using policy::quoted;

// Names that may have been meant, or `otherwise` if none is similar.
void suggest(Diagnostic& diagnostic, std::string_view what, const std::vector<std::string>& similar,
             std::string otherwise) {
    if (similar.empty())
        diagnostic.help(std::move(otherwise));
    else
        diagnostic.help(std::string(what) + " with a similar name exists: " + policy::quoted_list(similar));
}

std::string joined(const std::vector<std::string>& words) {
    std::string result;
    for (const std::string& word : words) result += (result.empty() ? "" : ", ") + word;
    return result;
}

// "x86_64", or "any of x86_64 and i386".
std::string described(std::span<const Abi> abis) {
    if (abis.size() == 1) return std::string(abi_name(abis.front()));
    std::string names;
    for (const Abi abi : abis) names.append(names.empty() ? "any of " : ", ").append(abi_name(abi));
    return names;
}

// The ABI of this machine that has the call although the filter has it not.
std::optional<Abi> unlisted_abi(std::string_view name, std::span<const Abi> abis) {
    if (abis.front() != Abi::x86_64) return std::nullopt;
    for (const Abi abi : {Abi::i386, Abi::x32})
        if (call_number(abi, name)) return abi;
    return std::nullopt;
}

void report_foreign(const Word& word, std::span<const Abi> abis, const std::vector<std::string>& architectures,
                    Diagnostics& diagnostics) {
    Diagnostic& diagnostic = diagnostics.add(policy::slug::foreign_syscall, word.span,
                                             quoted(word.text) + " does not exist on " + described(abis));
    diagnostic.label("a system call of other machines").note("it exists on " + joined(architectures));
    const std::string_view here = x86_64_equivalent(word.text);
    if (!here.empty())
        diagnostic.help("use " + quoted(here));
    else if (const auto abi = unlisted_abi(word.text, abis))
        diagnostic.help("write `abi native, " + std::string(abi_name(*abi)) + "` if the program is one of " +
                        std::string(abi_name(*abi)));
    else
        diagnostic.help("remove " + quoted(word.text));
}

void report_unknown_response(const Word& word, Diagnostics& diagnostics) {
    const auto errors = errno_names();
    std::vector<std::string_view> names(errors.begin(), errors.end());
    names.insert(names.end(), {"kill", "trap"});
    std::string upper = word.text;
    std::transform(upper.begin(), upper.end(), upper.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    std::vector<std::string> similar = policy::similar_names(word.text, names);
    if (similar.empty()) similar = policy::similar_names(upper, names);
    Diagnostic& diagnostic =
        diagnostics.add(policy::slug::unknown_response, word.span, "unknown response " + quoted(word.text));
    diagnostic.label("not an errno, `kill` or `trap`");
    suggest(diagnostic, "a response", similar, "write the name of an error, for example `EPERM`");
}

std::optional<Response> errno_response(const Word& word, Diagnostics& diagnostics) {
    const char* const end = word.text.data() + word.text.size();
    unsigned number = 0;
    const auto [rest, error] = std::from_chars(word.text.data(), end, number);
    const bool in_range = error == std::errc() && number >= 1 && number <= greatest_errno;
    if (in_range && rest == end) return Response{Response::Kind::refuse, static_cast<std::uint16_t>(number)};
    diagnostics.add(policy::slug::errno_out_of_range, word.span, quoted(word.text) + " is not an error number")
        .label("error numbers are 1 to 4095")
        .help("write the name of the error, for example `EPERM`");
    return std::nullopt;
}

}  // namespace

std::optional<NamedCalls> CallNames::resolve(const Word& word, std::size_t member) {
    return word.text.starts_with('@') ? resolve_group(word, member) : resolve_call(word);
}

bool CallNames::are_one_everywhere(std::string_view a, std::string_view b) const {
    return std::ranges::all_of(abis_, [&](Abi abi) { return call_index(abi, a) == call_index(abi, b); });
}

std::string_view CallNames::name_of(std::uint32_t call) const {
    return name_at(abi_, call);
}

std::optional<NamedCalls> CallNames::resolve_call(const Word& word) {
    if (const auto number = call_index(abi_, word.text)) {
        const CallSet one = CallSet().set(*number);
        return NamedCalls{one, one};
    }
    if (std::any_of(abis_.begin(), abis_.end(), [&](Abi abi) { return call_index(abi, word.text).has_value(); }))
        return NamedCalls{};
    report_unknown_call(word);
    return std::nullopt;
}

void CallNames::report_unknown_call(const Word& word) {
    const auto architectures = foreign_architectures(word.text);
    if (!architectures.empty()) return report_foreign(word, abis_, architectures, diagnostics_);
    Diagnostic& diagnostic =
        diagnostics_.add(policy::slug::unknown_syscall, word.span, "unknown system call " + quoted(word.text));
    diagnostic.label("not a system call of " + std::string(syscall_table_version) + " on " + described(abis_));
    if (diagnostics_.suppressed() != 0) return;  // nobody sees it: no need to compare all names
    const auto similar = policy::similar_names(word.text, call_and_group_names());
    if (similar.empty())
        diagnostic.note("calls have the kernel's names, see syscalls(2); functions of a library are none");
    suggest(diagnostic, "a system call or group", similar, "remove " + quoted(word.text));
}

std::optional<Response> resolve_response(const Word& word, Diagnostics& diagnostics) {
    if (word.text == "kill") return Response{Response::Kind::kill};
    if (word.text == "trap") return Response{Response::Kind::trap};
    if (const auto number = errno_number(word.text)) return Response{Response::Kind::refuse, *number};
    const bool is_number = !word.text.empty() && word.text.find_first_not_of("0123456789") == std::string::npos;
    if (is_number) return errno_response(word, diagnostics);
    report_unknown_response(word, diagnostics);
    return std::nullopt;
}

std::string response_name(Response response) {
    switch (response.kind) {
        case Response::Kind::allow:
            return "allow";
        case Response::Kind::trap:
            return "trap";
        case Response::Kind::kill:
        case Response::Kind::kill_process:
            return "kill";
        case Response::Kind::refuse:
            break;
    }
    const std::string_view name = errno_name(response.error);
    return name.empty() ? std::to_string(response.error) : std::string(name);
}

}  // namespace ward::compiler
