#include "sandbox/cli/reading.hpp"

#include "compiler/compile.hpp"
#include "sandbox/cli/console.hpp"

namespace ward::cli {

std::optional<compiler::Jail> Reading::compile(const std::string& entry, const compiler::Facts& facts) {
    const auto set = library.load(entry, sources, diagnostics);
    if (!set) return std::nullopt;
    origin = sources[set->members.front().policy.file].name();
    if (origin.starts_with("<built-in>")) origin = "built-in";
    return compiler::compile(*set, facts, diagnostics);
}

void Reading::show() const {
    cli::show(diagnostics, sources);
}

}  // namespace ward::cli
