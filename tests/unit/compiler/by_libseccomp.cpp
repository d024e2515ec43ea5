#include "tests/unit/compiler/by_libseccomp.hpp"

#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>

namespace ward::compiler::test {
namespace {

using Clause = std::vector<scmp_arg_cmp>;
using Clauses = std::vector<Clause>;

std::uint32_t action_of(Response response) {
    if (response.kind == Response::Kind::allow) return SCMP_ACT_ALLOW;
    if (response.kind == Response::Kind::trap) return SCMP_ACT_TRAP;
    return response.kind == Response::Kind::refuse ? SCMP_ACT_ERRNO(response.error) : SCMP_ACT_KILL_PROCESS;
}

std::optional<scmp_arg_cmp> comparison_of(const Condition& condition) {
    const Comparison& c = condition.comparison;
    if (condition.kind != Condition::Kind::comparison || c.relation != Comparison::Relation::equal) return std::nullopt;
    const std::uint64_t mask = c.mask & (c.bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << c.bits) - 1);
    if (mask == 0 || (c.value & ~mask) != 0) return std::nullopt;
    if (mask == ~std::uint64_t{0}) return scmp_arg_cmp{c.argument, SCMP_CMP_EQ, c.value, 0};
    return scmp_arg_cmp{c.argument, SCMP_CMP_MASKED_EQ, mask, c.value};
}

std::optional<Clause> clause_of(const Condition& condition) {
    Clause clause;
    const bool is_all = condition.kind == Condition::Kind::all;
    for (std::size_t i = 0; i < (is_all ? condition.parts.size() : 1); ++i) {
        const auto comparison = comparison_of(is_all ? condition.parts[i] : condition);
        if (!comparison) return std::nullopt;
        const auto same = [&](const scmp_arg_cmp& other) { return other.arg == comparison->arg; };
        if (std::any_of(clause.begin(), clause.end(), same)) return std::nullopt;
        clause.push_back(*comparison);
    }
    if (clause.empty()) return std::nullopt;
    return clause;
}

// By different values of the same bits of an argument.
bool are_disjoint(const Clause& a, const Clause& b) {
    for (const scmp_arg_cmp& x : a) {
        for (const scmp_arg_cmp& y : b) {
            if (x.arg != y.arg || x.op != y.op) continue;
            if (x.op == SCMP_CMP_EQ && x.datum_a != y.datum_a) return true;
            if (x.op == SCMP_CMP_MASKED_EQ && x.datum_a == y.datum_a && x.datum_b != y.datum_b) return true;
        }
    }
    return false;
}

// No rules that overlap, and none of several with two comparisons: by_libseccomp.hpp.
bool are_simple(const Clauses& clauses) {
    for (std::size_t i = 0; i < clauses.size(); ++i) {
        if (clauses[i].size() > 1 && clauses.size() > 1) return false;
        for (std::size_t j = 0; j < i; ++j)
            if (!are_disjoint(clauses[i], clauses[j])) return false;
    }
    return true;
}

std::optional<Clauses> clauses_of(const CallModel& call, Response otherwise) {
    Clauses clauses;
    if (call.one_shot || (!call.answers.empty() && call.otherwise != otherwise)) return std::nullopt;
    for (const CallModel::Answer& answer : call.answers) {
        if (answer.response != call.answers.front().response || answer.response == otherwise) return std::nullopt;
        const bool is_any = answer.when.kind == Condition::Kind::any;
        for (std::size_t i = 0; i < (is_any ? answer.when.parts.size() : 1); ++i) {
            auto clause = clause_of(is_any ? answer.when.parts[i] : answer.when);
            if (!clause) return std::nullopt;
            clauses.push_back(*std::move(clause));
        }
    }
    if (!are_simple(clauses)) return std::nullopt;
    return clauses;
}

std::vector<sock_filter> exported(scmp_filter_ctx context) {
    const int file = memfd_create("filter", MFD_CLOEXEC);
    std::vector<sock_filter> program;
    if (seccomp_export_bpf(context, file) == 0) {
        program.resize(static_cast<std::size_t>(lseek(file, 0, SEEK_END)) / sizeof(sock_filter));
        const std::size_t size = program.size() * sizeof(sock_filter);
        if (pread(file, program.data(), size, 0) != static_cast<ssize_t>(size)) program.clear();
    }
    close(file);
    return program;
}

bool add_rules(scmp_filter_ctx context, int number, const CallModel& call, Response otherwise) {
    const std::optional<Clauses> clauses = clauses_of(call, otherwise);
    if (!clauses) return true;
    if (call.answers.empty())
        return call.otherwise == otherwise ||
               seccomp_rule_add_exact(context, action_of(call.otherwise), number, 0) == 0;
    return std::all_of(clauses->begin(), clauses->end(), [&](const Clause& clause) {
        return seccomp_rule_add_exact_array(context, action_of(call.answers.front().response), number,
                                            static_cast<unsigned>(clause.size()), clause.data()) == 0;
    });
}

}  // namespace

bool libseccomp_can_say(const CallModel& call, Response otherwise) {
    return clauses_of(call, otherwise).has_value();
}

std::vector<sock_filter> by_libseccomp(const AbiModel& model, std::uint32_t optimize) {
    const std::unique_ptr<void, decltype(&seccomp_release)> context(seccomp_init(action_of(model.beyond)),
                                                                    seccomp_release);
    if (seccomp_attr_set(context.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) != 0) return {};
    if (seccomp_attr_set(context.get(), SCMP_FLTATR_CTL_OPTIMIZE, optimize) != 0) return {};
    for (std::size_t number = 0; number < model.calls.size(); ++number)
        if (!add_rules(context.get(), static_cast<int>(number), model.calls[number], model.beyond)) return {};
    return exported(context.get());
}

}  // namespace ward::compiler::test
