#include "compiler/call_abis.hpp"

#include <array>

namespace ward::compiler {
namespace {

using policy::AbiStatement;
using policy::Word;

// The ABIs through which a program can call the kernel of a machine.
std::vector<Abi> abis_of_machine(Abi machine) {
    if (machine == Abi::x86_64) return {Abi::x86_64, Abi::i386, Abi::x32};
    return {machine};
}

constexpr std::string_view native = "native";

void report_unknown(const Word& word, policy::Diagnostics& diagnostics) {
    std::array<std::string_view, every_abi_listed.size() + 1> names{native};
    std::transform(every_abi_listed.begin(), every_abi_listed.end(), names.begin() + 1, abi_name);
    suggest(diagnostics.add(policy::slug::unknown_abi, word.span, "unknown ABI `" + word.text + "`"), "choice",
            word.text, names);
}

// ABIs that statements list, each with where it was first listed.
class Listed {
public:
    explicit Listed(Abi machine) : machine_(machine) {}

    void add(const AbiStatement& statement, policy::Diagnostics& diagnostics) {
        for (std::size_t i = 0; i < statement.names.size(); ++i) {
            const Word& word = statement.names[i];
            const auto end = statement.names.begin() + static_cast<std::ptrdiff_t>(i);
            const auto same =
                std::find_if(statement.names.begin(), end, [&](const Word& other) { return other.text == word.text; });
            if (same != end) warn_duplicate(diagnostics, word.text, same->span, word.span);
            const auto abi = word.text == native ? machine_ : find_abi(word.text);
            is_known_ &= abi.has_value();
            if (abi)
                listed_[static_cast<std::size_t>(*abi)] = true;
            else
                report_unknown(word, diagnostics);
        }
        if (!first_) first_ = statement.span;
    }

    std::vector<Abi> result(policy::Diagnostics& diagnostics) {
        if (first_ && is_known_ && !listed_[static_cast<std::size_t>(machine_)]) report(diagnostics);
        listed_[static_cast<std::size_t>(machine_)] = true;
        std::vector<Abi> result;
        for (const Abi abi : abis_of_machine(machine_))
            if (listed_[static_cast<std::size_t>(abi)]) result.push_back(abi);
        return result;
    }

private:
    void report(policy::Diagnostics& diagnostics) const {
        const std::string own(abi_name(machine_));
        diagnostics.add(policy::slug::machine_mismatch, *first_, "`abi` does not list `" + own + "`, the machine's own")
            .label("without `native`")
            .note("ward starts the program by a call of the machine's own ABI, under the filter")
            .help("add `native`");
    }

    Abi machine_;
    std::array<bool, every_abi_listed.size()> listed_{};
    std::optional<policy::Span> first_;
    bool is_known_ = true;  // every name so far
};

}  // namespace

std::vector<Abi> collect_abis(Lowering& lowering) {
    Listed listed(lowering.facts.machine);
    each<AbiStatement>(lowering,
                       [&](const AbiStatement& statement, Place) { listed.add(statement, lowering.diagnostics); });
    return listed.result(lowering.diagnostics);
}

}  // namespace ward::compiler
