// Any bytes as a BPF program: refused, or understood as it runs; never a crash, and in bounded time.
#include <linux/audit.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "compiler/bpf_meaning.hpp"
#include "tests/unit/compiler/bpf_interpreter.hpp"

using namespace ward::compiler;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

const AbiMeaning& meaning_for(const BpfMeaning& meaning, std::uint32_t arch) {
    const auto found = std::find_if(meaning.abis.begin(), meaning.abis.end(),
                                    [arch](const AbiMeaning& abi) { return abi.arch == arch; });
    return found == meaning.abis.end() ? meaning.abis.back() : *found;
}

void check(const std::vector<sock_filter>& program, const BpfMeaning& meaning, const Diagram& diagram,
           const seccomp_data& data) {
    const auto number = static_cast<std::uint32_t>(data.nr);
    const AbiMeaning& abi = meaning_for(meaning, data.arch);
    const auto range = std::partition_point(abi.ranges.begin(), abi.ranges.end(),
                                            [number](const NumberRange& each) { return each.last < number; });
    std::array<std::uint64_t, 6> arguments{};
    std::copy(std::begin(data.args), std::end(data.args), arguments.begin());
    require(diagram.evaluate(range->outcome, arguments) == test::interpret(program, data));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<sock_filter> program(size / sizeof(sock_filter));
    if (program.empty()) return 0;
    std::memcpy(program.data(), data, program.size() * sizeof(sock_filter));
    Diagram diagram;
    const BpfMeaning meaning = meaning_of(program, diagram);
    if (!meaning.refusal.empty()) return 0;

    // Every constant of the program, and its neighbours, as number, architecture and argument.
    std::uint64_t mixed = 1;
    for (const sock_filter& instruction : program) {
        for (const std::uint32_t value : {instruction.k - 1, instruction.k, instruction.k + 1}) {
            for (const std::uint32_t arch : {std::uint32_t{AUDIT_ARCH_X86_64}, std::uint32_t{AUDIT_ARCH_I386}, value}) {
                mixed = mixed * 6364136223846793005u + 1442695040888963407u;
                seccomp_data call{};
                call.arch = arch;
                call.nr = static_cast<int>(mixed >> 63 ? value : program[(mixed >> 33) % program.size()].k);
                for (auto& argument : call.args) {
                    mixed = mixed * 6364136223846793005u + 1442695040888963407u;
                    argument =
                        std::uint64_t{program[(mixed >> 33) % program.size()].k} << (mixed >> 62 ? 0 : 32) | value;
                }
                check(program, meaning, diagram, call);
            }
        }
    }
    return 0;
}
