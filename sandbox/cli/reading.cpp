#include "sandbox/cli/reading.hpp"

#include "compiler/compile.hpp"
#include "sandbox/cli/console.hpp"

namespace ward::cli {

namespace {

std::string origin_of(const policy::Policy& policy, const policy::Sources& sources) {
    const std::string& name = sources[policy.file].name();
    return name.starts_with("<built-in>") ? "built-in" : name;
}

}  // namespace

std::optional<policy::PolicySet> Reading::load(const std::string& entry) {
    policy::PolicySet unfinished;
    auto set = library.load(entry, sources, diagnostics, &unfinished);
    if (!set) compiler::check_unfinished(unfinished, diagnostics);
    if (set) origin = origin_of(set->members[0].policy, sources);
    return set;
}

std::optional<policy::PolicySet> Reading::load_below(const policy::Block& added, const std::string& entry) {
    policy::PolicySet unfinished;
    auto set = library.load_below(added, entry, sources, diagnostics, &unfinished);
    if (!set) compiler::check_unfinished(unfinished, diagnostics);
    if (set) origin = origin_of(set->members[1].policy, sources);
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
