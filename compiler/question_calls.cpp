// Questions about system calls: by the model of the filter, for every ABI that the jail lists.
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "compiler/call_index.hpp"
#include "compiler/call_multiplexers.hpp"
#include "compiler/constants.hpp"
#include "compiler/diff_calls.hpp"
#include "compiler/guards.hpp"
#include "compiler/question_outcome.hpp"
#include "compiler/question_parts.hpp"

namespace ward::compiler {
namespace {

using Verdict = Answer::Verdict;
using OnAbi = CallQuestion::OnAbi;

const CallModel& model_of(const AbiModel& abi, std::uint32_t number, CallModel& beyond) {
    if (number < abi.calls.size()) return abi.calls[number];
    beyond = {{}, abi.beyond};
    return beyond;
}

// One ABI's answer.
struct Found {
    const OnAbi* abi;
    Verdict verdict;
    Outcome outcome;
};

Verdict verdict_of(const std::optional<Outcome>& outcome) {
    if (!outcome || (outcome->allowed && outcome->denied)) return Verdict::depends;
    return outcome->allowed ? Verdict::allowed : Verdict::denied;
}

std::vector<Found> look_up(const Jail& jail, const CallQuestion& question) {
    std::vector<Found> found;
    for (const AbiModel& model : jail.filter.abis) {
        for (const OnAbi& abi : question.abis) {
            if (abi.abi != model.abi) continue;
            CallModel beyond;
            const auto outcome = outcome_of(model_of(model, abi.number, beyond), abi.given);
            found.push_back({&abi, verdict_of(outcome), outcome.value_or(Outcome{})});
        }
    }
    return found;
}

// ---- what decides, by the statements and the rules of ward's own

// The value that the first argument has to have, if there is one.
std::optional<std::uint64_t> first_argument(const Condition& given) {
    const Comparison& comparison = given.comparison;
    if (given.kind == Condition::Kind::comparison && comparison.argument == 0 &&
        comparison.relation == Comparison::Relation::equal)
        return comparison.value;
    for (const Condition& part : given.parts)
        if (const auto value = first_argument(part); value && given.kind == Condition::Kind::all) return value;
    return std::nullopt;
}

bool is_open(const Jail& jail, const OnAbi& call) {
    const auto model = std::ranges::find(jail.filter.abis, call.abi, &AbiModel::abi);
    CallModel beyond;
    return model != jail.filter.abis.end() &&
           model_of(*model, call.number, beyond).otherwise.kind == Response::Kind::allow;
}

// The call in question; behind a multiplexer that may be called the one that its first argument says.
std::string_view deciding_call(const Jail& jail, const CallQuestion& question) {
    if (!is_open(jail, question.abis.front())) return question.name;
    const auto value = first_argument(question.abis.front().given);
    for (const Operation& operation : operations())
        if (operation.multiplexer == question.name && value == operation.first_argument) return operation.call;
    return question.name;
}

// Statements are by name: what the native ABI says of a call, they say of it on the others.
const CallRule* rule_of(const Jail& jail, const CallQuestion& question) {
    const auto index = call_index(jail.filter.abis.front().abi, deciding_call(jail, question));
    const auto rule = std::ranges::find_if(jail.calls, [&](const CallRule& each) { return each.number == index; });
    return rule != jail.calls.end() ? &*rule : nullptr;
}

// What statements say of it by a name that the native ABI does not have.
const ForeignCall* foreign_call(const Jail& jail, const CallQuestion& question) {
    const auto found = std::ranges::find_if(jail.foreign_calls, [&](const ForeignCall& each) {
        return each.abi == question.abis.front().abi && each.number == question.abis.front().number;
    });
    return found != jail.foreign_calls.end() ? &*found : nullptr;
}

Condition native_given(const Jail& jail, const CallQuestion& question) {
    for (const OnAbi& abi : question.abis)
        if (abi.abi == jail.filter.abis.front().abi) return abi.given;
    return question.abis.front().given;
}

// Where the statements allow the call; what a guard takes back is apart.
Condition permission_of(const Jail& jail, const CallRule& rule) {
    if (rule.verdict == CallRule::Verdict::denied) return never();
    if (rule.verdict == CallRule::Verdict::allowed) return always();
    Condition permission = rule.origins.empty() ? never() : always();
    for (const CallRule::Clause& clause : jail.clauses_of(rule))
        if (clause.allows) permission = either(std::move(permission), clause.condition);
    for (const CallRule::Clause& clause : jail.clauses_of(rule))
        if (!clause.allows) permission = both(std::move(permission), negated(clause.condition));
    return permission;
}

// The clauses that count for the arguments in question.
Origins clauses_of(const Jail& jail, const CallRule& rule, bool allows, const Condition& given) {
    Origins origins;
    for (const CallRule::Clause& clause : jail.clauses_of(rule))
        if (clause.allows == allows && can_hold_together(given, clause.condition).value_or(true))
            origins.push_back(clause.origin);
    return origins;
}

// With the values of the question where the policy states some too; then without.
std::vector<Change> allow_lines(const CallQuestion& question, const CallRule* rule) {
    std::string condition;
    const Prototype* prototype = find_prototype(Abi::x86_64, question.name);
    const bool may_be_conditional = rule != nullptr && rule->verdict == CallRule::Verdict::conditional;
    for (std::size_t n = 0; may_be_conditional && prototype != nullptr && n < question.values.size(); ++n) {
        const Argument& argument = prototype->arguments[n];
        if (question.values[n] == "_" || argument.kind == Kind::pointer) continue;
        const bool is_bits = argument.kind == Kind::flags || argument.kind == Kind::mode;
        const std::string_view name = argument.alias.empty() ? argument.name : argument.alias;
        condition += (condition.empty() ? " if " : " and ") + std::string(name) + (is_bits ? " within " : " == ") +
                     question.values[n];
    }
    std::vector<Change> lines{write_line("allow " + question.name, "syscalls")};
    if (!condition.empty()) lines.insert(lines.begin(), write_line("allow " + question.name + condition, "syscalls"));
    // What they do goes by the calls that they stand for (ipc(2), socketcall(2)).
    if (question.name == "socketcall") lines.push_back(write_line("allow @network-io", "syscalls"));
    if (question.name == "ipc") lines.push_back(write_line("allow @ipc", "syscalls"));
    return lines;
}

struct LiftingLine {
    bool LiftedGuards::*rule;
    bool LiftedGuards::*also;
    std::string_view line, section;
};

constexpr LiftingLine lifting_lines[] = {
    {&LiftedGuards::setuid_bits, &LiftedGuards::openat2, "setuid allow", "files"},
    {&LiftedGuards::unix_sockets, nullptr, "unix", "network"},
    {&LiftedGuards::other_than_tcp, nullptr, "host", "network"},
    {&LiftedGuards::group_signals, nullptr, "terminal private", "process"},
    {&LiftedGuards::namespaces, &LiftedGuards::clone3, "nested allow", "process"},
    {&LiftedGuards::tracing, nullptr, "debug allow", "process"},
};

// What lifts a rule of ward's own, as far as a policy can.
std::vector<Change> lifting_line(const Jail& jail, std::uint32_t number, const Condition& given) {
    for (const LiftingLine& each : lifting_lines) {
        LiftedGuards lifted = lifted_by(jail);
        lifted.*each.rule = true;
        if (each.also != nullptr) lifted.*each.also = true;
        CallModel model{{}, {Response::Kind::allow}};
        for (GuardedCall& call : guarded_calls(lifted))
            if (call.number == number) model.answers = std::move(call.answers);
        if (verdict_of(outcome_of(model, given)) == Verdict::allowed)
            return {write_line(std::string(each.line), std::string(each.section))};
    }
    return {};
}

// A statement that it names is in backticks already.
std::string guard_in_words(const CallRule& rule) {
    std::string words(rule.guard);
    std::erase(words, '`');
    return quoted(words);
}

void explain_forbidden(const Origins& origins, Answer& answer) {
    answer.origins = origins;
    answer.reason = "it is forbidden";
    answer.candidates = {remove_statements("remove it from `forbid`", origins)};
    answer.lasting = "a `forbid` has no exception";
}

// Of an ABI that has the call alone, or of a multiplexer.
void explain_denied_foreign(const Jail& jail, const CallQuestion& question, Answer& answer) {
    const ForeignCall* foreign = foreign_call(jail, question);
    if (foreign != nullptr && foreign->is_forbidden) return explain_forbidden(foreign->origins, answer);
    answer.reason = "the policy does not allow it";
    answer.candidates = allow_lines(question, nullptr);
}

// Of a call behind a multiplexer that may be made by its own number with some arguments.
void explain_out_of_reach(const Jail& jail, const CallRule& rule, std::string_view name, Answer& answer) {
    answer.reason = quoted(name) + " is limited by its arguments, and here they are in memory or in other registers";
    answer.origins = clauses_of(jail, rule, false, always());
    for (const Origins& more : {clauses_of(jail, rule, true, always()), jail.origins_of(rule)})
        answer.origins.insert(answer.origins.end(), more.begin(), more.end());
    answer.lasting = "programs fall back to the call's own number";
}

void explain_denied(const Jail& jail, const CallQuestion& question, const CallRule* rule, Answer& answer) {
    if (rule == nullptr) return explain_denied_foreign(jail, question, answer);
    const std::string_view name = deciding_call(jail, question);
    if (name != question.name && rule->verdict != CallRule::Verdict::denied)
        return explain_out_of_reach(jail, *rule, name, answer);
    const Condition given = native_given(jail, question);
    if (rule->verdict == CallRule::Verdict::denied) {
        if (!rule->origins.empty()) return explain_forbidden(jail.origins_of(*rule), answer);
        answer.reason = "nothing allows it";
        answer.candidates = name == question.name ? allow_lines(question, rule)
                                                  : std::vector{write_line("allow " + std::string(name), "syscalls")};
    } else if (can_hold_together(given, permission_of(jail, *rule)).value_or(true)) {
        answer.built_in = rule->guard;
        answer.reason = "ward's own rule " + guard_in_words(*rule) + " refuses it";
        answer.candidates = lifting_line(jail, rule->number, given);
        answer.lasting = "every jail refuses it";
    } else if (Origins forbids = clauses_of(jail, *rule, false, given); !forbids.empty()) {
        answer.origins = std::move(forbids);
        answer.reason = "it is forbidden where this condition holds";
        answer.candidates = {remove_statements("remove this condition" + std::string(or_narrower), answer.origins)};
        answer.lasting = "a `forbid` has no exception";
    } else {
        answer.origins = clauses_of(jail, *rule, true, always());
        answer.reason = "no condition that allows it holds";
        answer.candidates = allow_lines(question, rule);
    }
}

void explain_allowed(const Jail& jail, const CallQuestion& question, const CallRule* rule, Answer& answer) {
    answer.reason = "it is allowed";
    answer.candidates = {write_line("forbid " + question.name, "syscalls")};
    if (const ForeignCall* foreign = foreign_call(jail, question)) answer.origins = foreign->origins;
    if (rule == nullptr) return;
    answer.origins = jail.origins_of(*rule);
    if (!rule->origins.empty()) return;
    answer.origins = clauses_of(jail, *rule, true, native_given(jail, question));
    answer.reason = "a condition that allows it holds";
}

// Which protocol a number stands for goes by the family (socket(2)).
std::string protocol_in_words(Abi abi, std::uint64_t family, std::uint64_t number) {
    std::string_view beginning = "-";
    if (family == AF_INET || family == AF_INET6) beginning = "IPPROTO_";
    if (family == AF_NETLINK) beginning = "NETLINK_";
    std::string usual = value_in_words(abi, &find_prototype(abi, "socket")->arguments[2], number);
    if (usual.starts_with(beginning)) return usual;
    for (const Constant& each : constants())
        if (static_cast<std::uint64_t>(each.value) == number && each.name.starts_with(beginning) &&
            membership(each, Family::socket_protocol) != nullptr)
            return std::string(each.name);
    return std::to_string(number);
}

std::string example(const Found& found, const ExampleCall& call, const CallQuestion& question) {
    unsigned matters = call.matters;
    for (std::size_t n = 0; n < question.values.size(); ++n)
        if (question.values[n] != "_") matters |= 1U << n;
    const std::uint32_t mark = found.abi->abi == Abi::x32 ? x32_bit : 0;
    constexpr unsigned family = 1U << 0;
    constexpr unsigned protocol = 1U << 2;
    const bool is_socket = found.abi->name == "socket" && (matters & protocol) != 0;
    std::string words = call_in_words(found.abi->abi, found.abi->number | mark, call.arguments,
                                      is_socket ? (matters & ~protocol) | family : matters);
    if (!is_socket) return words;
    const bool has_family = (matters & family) != 0;
    const std::string value =
        protocol_in_words(found.abi->abi, has_family ? call.arguments[0] : ~std::uint64_t{0}, call.arguments[2]);
    return words.substr(0, words.rfind('_')) + value + ')';
}

void explain_depends(const Jail& jail, const CallQuestion& question, const CallRule* rule,
                     const std::vector<Found>& found, Answer& answer) {
    answer.reason = "it depends on the arguments";
    if (rule != nullptr) {
        answer.built_in = rule->guard;
        answer.origins = clauses_of(jail, *rule, false, native_given(jail, question));
        for (const Origins& more :
             {clauses_of(jail, *rule, true, native_given(jail, question)), jail.origins_of(*rule)})
            answer.origins.insert(answer.origins.end(), more.begin(), more.end());
        if (!rule->guard.empty() && rule->verdict == CallRule::Verdict::allowed)
            answer.reason = "by ward's own rule " + guard_in_words(*rule) + " it depends on the arguments";
    }
    for (const Found& abi : found) {
        if (answer.allowed_example.empty() && abi.outcome.allowed)
            answer.allowed_example = example(abi, *abi.outcome.allowed, question);
        if (answer.denied_example.empty() && abi.outcome.denied)
            answer.denied_example = example(abi, *abi.outcome.denied, question);
    }
    if (!answer.denied_example.empty()) answer.change = "state the arguments, as in " + quoted(answer.denied_example);
}

// The call exists for programs of other ABIs only.
Answer of_other_abis(const CallQuestion& question) {
    const std::string abi(abi_name(question.abis.front().abi));
    Answer answer{.verdict = Verdict::denied, .failure = Response{Response::Kind::kill_process}};
    answer.reason = "the call is one of " + abi + ", and programs of that ABI are ended";
    answer.candidates = {write_line("abi native, " + abi, "syscalls")};
    return answer;
}

CallQuestion question_about(const Jail& jail, const NeededCall& call) {
    CallQuestion question{std::string(call.name), {}, {}};
    Condition given = always();
    for (const NeededValue& each : call.values)
        given = both(std::move(given),
                     holds({each.argument, 32, false, Comparison::Relation::equal, each.mask, each.value}));
    for (const AbiModel& model : jail.filter.abis) {
        const auto number = call_number(model.abi, call.name);
        if (!number) continue;
        const std::uint32_t plain = model.abi == Abi::x32 ? *number & ~x32_bit : *number;
        question.abis.push_back({model.abi, plain, call.name, given});
    }
    return question;
}

bool are_all(const std::vector<Found>& found, Verdict verdict) {
    return std::all_of(found.begin(), found.end(), [&](const Found& abi) { return abi.verdict == verdict; });
}

std::string verdicts_in_words(const std::vector<Found>& found) {
    std::string words;
    for (const Found& abi : found) {
        const char* verb = abi.verdict == Verdict::allowed  ? " allows it"
                           : abi.verdict == Verdict::denied ? " does not"
                                                            : " does for some arguments";
        words += (words.empty() ? "" : ", ") + std::string(abi_name(abi.abi->abi)) + verb;
    }
    return words;
}

}  // namespace

Answer answer_call(const Jail& jail, const CallQuestion& question) {
    const std::vector<Found> found = look_up(jail, question);
    if (found.empty()) return of_other_abis(question);
    const CallRule* rule = rule_of(jail, question);
    Answer answer;
    if (are_all(found, Verdict::denied)) {
        answer.verdict = Verdict::denied;
        if (const auto& call = found.front().outcome.denied) answer.failure = call->response;
        explain_denied(jail, question, rule, answer);
    } else if (are_all(found, Verdict::allowed)) {
        answer.verdict = Verdict::allowed;
        explain_allowed(jail, question, rule, answer);
    } else {
        answer.verdict = Verdict::depends;
        explain_depends(jail, question, rule, found, answer);
        if (found.size() > 1) answer.notes.push_back("it depends on the ABI as well: " + verdicts_in_words(found));
    }
    return answer;
}

std::optional<Answer> refused_calls(const Jail& jail, const std::vector<NeededCall>& any_of, std::string_view purpose) {
    std::optional<Answer> refused;
    for (const NeededCall& call : any_of) {
        const CallQuestion question = question_about(jail, call);
        if (question.abis.empty()) continue;
        Answer answer = answer_call(jail, question);
        if (answer.verdict != Verdict::denied) return std::nullopt;
        if (refused) continue;
        answer.reason = std::string(purpose) + " takes the call " + quoted(call.name) + ": " + answer.reason;
        refused = std::move(answer);
    }
    return refused;
}

}  // namespace ward::compiler
