// Names and numbers of capabilities (capabilities(7)).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ward::compiler {

// With or without `cap_`, lower or upper case.
[[nodiscard]] std::optional<int> capability_number(std::string_view name);
// Without `cap_`, lower case. The number must come from capability_number().
[[nodiscard]] std::string_view capability_name(int number);

// What a capability that a jail keeps counts for.
enum class CapabilityReach {
    jail,         // what belongs to the jail's own namespaces
    own_network,  // the same; nothing with `network { host }`
    nothing,      // the kernel asks for the machine's right only
};
[[nodiscard]] CapabilityReach capability_reach(int number);

}  // namespace ward::compiler
