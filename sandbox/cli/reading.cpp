#include "sandbox/cli/reading.hpp"

#include "compiler/compile.hpp"
#include "sandbox/cli/console.hpp"

namespace ward::cli {

std::optional<policy::PolicySet> Reading::load(const std::string& entry) {
    auto set = library.load(entry, sources, diagnostics);
    if (!set) return std::nullopt;
    origin = sources[set->members.front().policy.file].name();
    if (origin.starts_with("<built-in>")) origin = "built-in";
    return set;
}

std::optional<compiler::Jail> Reading::compile(const std::string& entry, const compiler::Facts& facts) {
    const auto set = load(entry);
    return set ? compiler::compile(*set, facts, diagnostics) : std::nullopt;
}

void Reading::show() const {
    cli::show(diagnostics, sources);
}

}  // namespace ward::cli
