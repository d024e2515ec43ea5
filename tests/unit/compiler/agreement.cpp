#include "tests/unit/compiler/agreement.hpp"

#include <linux/audit.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "compiler/bpf_meaning.hpp"
#include "compiler/proof.hpp"
#include "tests/unit/compiler/bpf_interpreter.hpp"
#include "tests/unit/compiler/by_libseccomp.hpp"
#include "tests/unit/compiler/model_oracle.hpp"
#include "tests/unit/compiler/random_models.hpp"

namespace ward::compiler::test {
namespace {

constexpr Response allow{Response::Kind::allow};
constexpr Response enosys{Response::Kind::refuse, ENOSYS};
const EmitOptions options{0x1122334455667788u, false};

std::uint64_t bits_of(const Comparison& c) {
    return c.bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << c.bits) - 1;
}

// Calls that libseccomp can say: some values of one argument, or one with one of another.
CallModel plain_call(RandomModel& random) {
    if (random.below(3) == 0) return {{}, random.response()};
    CallModel call{{}, enosys};
    Comparison first = random.comparison(), second = random.comparison();
    first.relation = second.relation = Comparison::Relation::equal;
    first.argument = 0;
    second.argument = 2;
    const bool has_two = random.below(2) == 0;
    const unsigned count = has_two ? 1 : 1 + random.below(4);
    for (unsigned i = 0; i < count; ++i) {
        first.value = (first.value + 1) & first.mask & bits_of(first);
        second.value = random.below(9) & second.mask;
        Condition clause = holds(first);
        if (has_two) clause = both(std::move(clause), holds(second));
        call.answers.push_back({std::move(clause), allow});
    }
    return call;
}

FilterModel random_policy(RandomModel& random) {
    AbiModel native{Abi::x86_64, {}, enosys};
    for (unsigned number = 0; number < 60; ++number) {
        const unsigned kind = random.below(4);
        native.calls.push_back(kind == 0   ? random.call()
                               : kind == 1 ? CallModel{{}, random.response()}
                                           : plain_call(random));
    }
    native.calls[random.below(60)].one_shot = true;
    return {{native}};
}

class Policy {
public:
    Policy(FilterModel model, unsigned libseccomps_optimizer)
        : model_(std::move(model)),
          program_(emit(model_, options).value()),
          theirs_(by_libseccomp(native(), libseccomps_optimizer)),
          meaning_(meaning_of(program_, diagram_)) {}

    std::string fault() const {
        if (const auto disproof = disprove(program_, model_, options)) return disproof->reason;
        return theirs_.empty() ? "libseccomp made nothing" : meaning_.refusal;
    }

    seccomp_data random_call(RandomModel& random) const {
        const std::uint32_t number = random.below(64);
        seccomp_data data = native_call(number == 63 ? 0x40000001 : number);
        for (unsigned argument = 0; argument < 6; ++argument) {
            const auto& values = values_[number % values_.size()];
            data.args[argument] = values[random.below(static_cast<unsigned>(values.size()))];
        }
        return data;
    }

    // Two of each call's arguments are compared with the same constants: one list for all six.
    void prepare() {
        for (const CallModel& call : native().calls) {
            auto& values = values_.emplace_back();
            for (unsigned argument = 0; argument < 6; ++argument) {
                const auto more = boundary_values(call, argument, options);
                values.insert(values.end(), more.begin(), more.end());
            }
            says_.push_back(libseccomp_can_say(call, native().beyond));
        }
    }

    void compare(const seccomp_data& data, Agreement& agreement) const {
        const std::uint32_t wanted = expected(model_, options, data);
        const auto number = static_cast<std::uint32_t>(data.nr);
        ++agreement.pairs;
        if (interpret(program_, data) != wanted) return differ("the program", data, agreement);
        if (by_diagram(data) != wanted) return differ("the diagram", data, agreement);
        if (number < says_.size() && !says_[number]) return;
        ++agreement.by_libseccomp;
        if (interpret(theirs_, data) != wanted) differ("libseccomp's program", data, agreement);
    }

private:
    const AbiModel& native() const { return model_.abis.front(); }

    std::uint32_t by_diagram(const seccomp_data& data) const {
        const auto number = static_cast<std::uint32_t>(data.nr);
        const AbiMeaning& abi = meaning_.abis.front();
        const auto range = std::partition_point(abi.ranges.begin(), abi.ranges.end(),
                                                [number](const NumberRange& each) { return each.last < number; });
        Arguments arguments{};
        std::copy(std::begin(data.args), std::end(data.args), arguments.begin());
        return diagram_.evaluate(range->outcome, arguments);
    }

    static void differ(const char* who, const seccomp_data& data, Agreement& agreement) {
        char text[200];
        std::snprintf(text, sizeof text, "%s differs for number %#x (%#llx, %#llx, %#llx, ..., %#llx)", who,
                      static_cast<unsigned>(data.nr), data.args[0], data.args[1], data.args[2], data.args[5]);
        if (agreement.fault.empty()) agreement.fault = text;
    }

    FilterModel model_;
    std::vector<sock_filter> program_, theirs_;
    Diagram diagram_;
    BpfMeaning meaning_;
    std::vector<std::vector<std::uint64_t>> values_;  // by number
    std::vector<bool> says_;                          // libseccomp can say it
};

}  // namespace

Agreement compare_random(std::uint64_t pairs, std::uint64_t seed) {
    constexpr unsigned calls_of_a_policy = 5000;
    RandomModel random(seed);
    Agreement agreement;
    while (agreement.pairs < pairs && agreement.fault.empty()) {
        // By turns a chain and a tree.
        Policy policy(random_policy(random), 1 + agreement.policies % 2);
        ++agreement.policies;
        agreement.fault = policy.fault();
        policy.prepare();
        for (unsigned i = 0; i < calls_of_a_policy && agreement.fault.empty(); ++i)
            policy.compare(policy.random_call(random), agreement);
    }
    return agreement;
}

}  // namespace ward::compiler::test
