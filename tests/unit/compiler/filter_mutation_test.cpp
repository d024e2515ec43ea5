// Does the prover have teeth? Every change of one instruction of real filters that changes what a call gets
// must be disproved. Whether it does is decided by running both programs, never by the prover.
#include <gtest/gtest.h>
#include <linux/audit.h>

#include <algorithm>
#include <cstdio>
#include <random>
#include <string>

#include "compiler/proof.hpp"
#include "tests/unit/compiler/benchmark_models.hpp"
#include "tests/unit/compiler/bpf_interpreter.hpp"
#include "tests/unit/compiler/model_oracle.hpp"
#include "tests/unit/compiler/mutants.hpp"
#include "tests/unit/compiler/random_models.hpp"
#include "tests/unit/compiler/shipped_filters.hpp"

namespace ward::compiler {
namespace {

using Program = std::vector<sock_filter>;

const EmitOptions options{0x1122334455667788u, true};
constexpr unsigned seed = 20;

FilterModel with_abis(FilterModel model, std::initializer_list<Abi> others) {
    for (const Abi abi : others) {
        AbiModel other = model.abis.front();
        std::rotate(other.calls.begin(), other.calls.begin() + 17, other.calls.end());
        other.abi = abi;
        model.abis.push_back(std::move(other));
    }
    return model;
}

std::vector<test::NamedFilter> filters() {
    std::vector<test::NamedFilter> all = {
        {"docker", test::docker_default()},
        {"judge", test::judge_like()},
        {"docker, three ABIs", with_abis(test::docker_default(), {Abi::i386, Abi::x32})},
        {"judge, two ABIs", with_abis(test::judge_like(), {Abi::i386})},
        {"aarch64", test::judge_like()}};
    all.back().model.abis.front().abi = Abi::aarch64;
    for (test::NamedFilter& each : test::shipped_filters()) all.push_back(std::move(each));
    for (unsigned i = 0; all.size() < 24; ++i)
        all.push_back({"random " + std::to_string(i), test::RandomModel(i).make(20 + i * 7, 25)});
    return all;
}

std::uint32_t arch_of(Abi abi) {
    if (abi == Abi::i386) return AUDIT_ARCH_I386;
    return abi == Abi::aarch64 ? AUDIT_ARCH_AARCH64 : AUDIT_ARCH_X86_64;
}

// Boundary values in every argument of one call.
void add_calls(std::vector<seccomp_data>& calls, const CallModel& call, seccomp_data data, std::mt19937& random) {
    for (unsigned i = 0; i < (test::looks_at_arguments(call) ? 60u : 1u); ++i) {
        for (unsigned argument = 0; argument < 6; ++argument) {
            const auto values = test::boundary_values(call, argument, options);
            data.args[argument] = values[random() % values.size()];
        }
        calls.push_back(data);
    }
}

// Calls around everything that a model distinguishes.
std::vector<seccomp_data> sample(const FilterModel& model, std::mt19937& random) {
    std::vector<seccomp_data> calls;
    constexpr std::uint32_t archs[] = {AUDIT_ARCH_X86_64,
                                       AUDIT_ARCH_I386,
                                       AUDIT_ARCH_AARCH64,
                                       0,
                                       1,
                                       AUDIT_ARCH_X86_64 ^ 8,
                                       AUDIT_ARCH_X86_64 + 1,
                                       ~0u};
    for (const std::uint32_t arch : archs) {
        for (const std::uint32_t number : {0u, 1u, 2u, 59u, 400u, 0x40000000u, 0x40000001u, 0x80000000u, ~0u}) {
            calls.push_back(test::native_call(number));
            calls.back().arch = arch;
        }
    }
    for (const AbiModel& abi : model.abis) {
        const std::uint32_t base = abi.abi == Abi::x32 ? 0x40000000 : 0;
        for (std::uint32_t number = 0; number < abi.calls.size() + 3; ++number) {
            seccomp_data data = test::native_call(base + number);
            data.arch = arch_of(abi.abi);
            add_calls(calls, number < abi.calls.size() ? abi.calls[number] : CallModel{}, data, random);
        }
    }
    return calls;
}

struct Count {
    std::size_t mutants = 0, different = 0, caught = 0, alike_proved = 0;
};

// A program, the calls that pass each instruction, and what they get.
class MutationTrial {
public:
    MutationTrial(const FilterModel& model, std::mt19937& random)
        : model_(model), program_(*emit(model, options)), calls_(sample(model, random)), through_(program_.size()) {
        for (std::size_t i = 0; i < calls_.size(); ++i) {
            results_.push_back(test::interpret(program_, calls_[i]));
            for (const std::size_t at : test::executed(program_, calls_[i])) through_[at].push_back(i);
        }
    }

    Count run(std::mt19937& random) {
        EXPECT_FALSE(disprove(program_, model_, options));
        std::vector<test::Mutant> mutants = test::mutants(program_);
        std::shuffle(mutants.begin(), mutants.end(), random);
        // Three of each instruction, then others.
        std::vector<unsigned> seen(program_.size());
        std::ranges::stable_partition(mutants, [&](const test::Mutant& mutant) { return seen[mutant.at]++ < 3; });
        EXPECT_EQ(std::ranges::count(seen, 0U), 0) << "an instruction without a mutant";
        constexpr std::size_t most = 700;
        mutants.resize(std::min(mutants.size(), std::max(most, 3 * program_.size())));
        Count count;
        for (const test::Mutant& mutant : mutants) add(mutant, count);
        return count;
    }

private:
    void add(const test::Mutant& mutant, Count& count) {
        Program changed = program_;
        changed[mutant.at] = mutant.instead;
        const bool disproved = disprove(changed, model_, options).has_value();
        // Calls that do not pass the instruction get what they got.
        const auto& passing = through_[mutant.at];
        const bool different = std::any_of(passing.begin(), passing.end(), [&](std::size_t i) {
            return test::interpret(changed, calls_[i]) != results_[i];
        });
        ++count.mutants;
        count.different += different;
        count.caught += different && disproved;
        count.alike_proved += !different && !disproved;
        EXPECT_TRUE(disproved || !different) << "instruction " << mutant.at << " of constant " << mutant.instead.k;
    }

    const FilterModel& model_;
    Program program_;
    std::vector<seccomp_data> calls_;
    std::vector<std::vector<std::size_t>> through_;
    std::vector<std::uint32_t> results_;
};

TEST(FilterMutation, EveryMutantThatBehavesOtherwiseIsCaught) {
    Count all;
    const std::vector<test::NamedFilter> models = filters();
    for (const auto& [name, model] : models) {
        SCOPED_TRACE(name);
        std::mt19937 random(seed);  // a new profile changes nothing for the others
        const Count count = MutationTrial(model, random).run(random);
        std::printf("%-20s %5zu mutants: %5zu behave otherwise, %5zu caught; %4zu others proved equal\n", name.c_str(),
                    count.mutants, count.different, count.caught, count.alike_proved);
        // Of those that may behave otherwise at all.
        EXPECT_GT(count.different, (count.mutants - count.alike_proved) / 2) << "the sample sees little";
        all.mutants += count.mutants;
        all.different += count.different;
        all.caught += count.caught;
    }
    std::printf("seed %u: %zu mutants of %zu filters, %zu behave otherwise, %zu caught\n", seed, all.mutants,
                models.size(), all.different, all.caught);
    EXPECT_EQ(all.caught, all.different);
}

}  // namespace
}  // namespace ward::compiler
