// What of the network the program sees.
#include <array>

#include "compiler/lower.hpp"

namespace ward::compiler {
namespace {

using policy::NetworkStatement;

constexpr std::array<std::string_view, 2> modes{"host", "unix"};

}  // namespace

void lower_network(Lowering& lowering, Jail& jail) {
    std::array<Origins, modes.size()> origins;
    each<NetworkStatement>(lowering, [&](const NetworkStatement& network, Place) {
        const auto* mode = std::find(modes.begin(), modes.end(), network.mode.text);
        if (mode == modes.end()) {
            suggest(lowering.diagnostics.add(policy::slug::unknown_setting, network.mode.span,
                                             "there is no `" + network.mode.text + "` in `network`"),
                    "setting", network.mode.text, modes);
            return;
        }
        Origins& same = origins[static_cast<std::size_t>(mode - modes.begin())];
        if (!same.empty() && same.back().file == network.span.file) {
            warn_duplicate(lowering.diagnostics, *mode, same.back(), network.span);
        }
        same.push_back(network.span);
    });
    jail.network.host = !origins[0].empty();
    jail.network.unix_sockets = !origins[1].empty();
    for (const Origins& part : origins) {
        jail.network.origins.insert(jail.network.origins.end(), part.begin(), part.end());
    }
}

}  // namespace ward::compiler
