#include "compiler/lower.hpp"

#include "policy/similar_name.hpp"

namespace ward::compiler {

HeldBlocks::HeldBlocks(Blocks blocks) : blocks_(std::move(blocks)) {
    static_assert(std::variant_size_v<policy::Statement> <= 32);
    for (const auto& member : blocks_)
        for (const policy::Block* block : member)
            for (const policy::Statement& statement : block->statements) kinds_ |= 1U << statement.index();
}

void report_conflict(policy::Diagnostics& diagnostics, std::string_view what, policy::Span first, policy::Span second) {
    diagnostics.add(policy::slug::conflicting_values, second, "two different values for `" + std::string(what) + "`")
        .also(first, "the other one")
        .note("for single values the nearest policy wins, and these two are equally near")
        .help("remove one of the two");
}

void warn_duplicate(policy::Diagnostics& diagnostics, std::string_view what, policy::Span first, policy::Span second) {
    diagnostics.add(policy::slug::duplicate_statement, second, "`" + std::string(what) + "` is said twice")
        .also(first, "already here")
        .help("remove one of the two");
}

void suggest(policy::Diagnostic& diagnostic, std::string_view thing, std::string_view name,
             std::span<const std::string_view> known) {
    const std::vector<std::string> similar = policy::similar_names(name, known);
    if (!similar.empty()) {
        diagnostic.help("a " + std::string(thing) + " with a similar name exists: " + policy::quoted_list(similar));
        return;
    }
    std::string list;
    for (const std::string_view each : known) {
        list.append(list.empty() ? "`" : ", `").append(each).append("`");
    }
    if (!list.empty()) diagnostic.help("write one of " + list);
}

}  // namespace ward::compiler
