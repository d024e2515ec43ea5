#include "compiler/file_layers.hpp"

#include "compiler/file_match.hpp"
#include "compiler/paths.hpp"

namespace ward::compiler {
namespace {

bool overlap(std::string_view a, std::string_view b) {
    return is_at_or_below(a, b) || is_at_or_below(b, a);
}

void check_shared(const FileRule& first, const FileRule& second, policy::Diagnostics& diagnostics) {
    if (!overlap(first.into, second.into)) return;
    diagnostics
        .add(policy::slug::shared_layer, second.origins.front(),
             first.into == second.into ? "two overlays cannot keep what is written in one folder"
                                       : "an overlay cannot keep what is written in the folder of another one")
        .also(first.origins.front(), "the other overlay")
        .note("what is written to one path would appear at the other one too")
        .help("name a folder for each `into` that is not in the other one");
}

// The lower folder may not hold the layer, nor be held by it, and nobody may write past the overlay.
void check_reach(const FileRule& overlay, const FileRule& rule, policy::Diagnostics& diagnostics) {
    const bool is_lower = rule.kind == FileRule::Kind::overlay && overlap(overlay.into, rule.path);
    const bool is_writable =
        writes_to_host(rule) && (matched_length(host_path(rule), rule.is_glob, overlay.into) != 0 ||
                                 is_at_or_below(host_path(rule), overlay.into));
    if (!is_lower && !is_writable) return;
    policy::Diagnostic& error = diagnostics.add(policy::slug::layer_in_reach, overlay.origins.front(),
                                                "`" + overlay.into + "` keeps what is written, and `" +
                                                    (is_lower ? "overlay " : "write ") + rule.path + "` reaches it");
    if (&rule != &overlay) error.also(rule.origins.front(), "reaches it");
    error.note("the kernel does not say what an overlay shows whose layer is changed by another way")
        .help("name a folder after `into` that no statement grants");
}

}  // namespace

void check_layers(const std::vector<FileRule>& rules, policy::Diagnostics& diagnostics) {
    std::vector<const FileRule*> layered;
    for (const FileRule& rule : rules) {
        if (rule.kind == FileRule::Kind::overlay && !rule.into.empty()) layered.push_back(&rule);
    }
    for (std::size_t i = 0; i < layered.size(); ++i) {
        for (std::size_t j = i + 1; j < layered.size(); ++j) check_shared(*layered[i], *layered[j], diagnostics);
        for (const FileRule& rule : rules) check_reach(*layered[i], rule, diagnostics);
    }
}

}  // namespace ward::compiler
