#include "sandbox/degradable.hpp"

#include <algorithm>
#include <array>

namespace ward::sandbox {
namespace {

constexpr std::array<DegradableFeature, 8> features{{
    {"cpu", "it may use whole processors"},
    {"cpu-set", "it may widen the set of its processors again"},
    {"io", "it may read and write disks as fast as they are"},
    {"memory", "each of its processes is bounded alone"},
    {"ports", "it may use every TCP port of the host's network"},
    {"scopes", "it may reach abstract Unix sockets of the host"},
    {"swap", "it may use as much swap as there is"},
    {"tasks", "it may make more processes, at most as many as the host lets it"},
}};

}  // namespace

std::span<const DegradableFeature> degradable_features() {
    return features;
}

bool is_degradable(std::string_view name) {
    return std::ranges::find(features, name, &DegradableFeature::name) != features.end();
}

std::string degrading_note(std::string_view name) {
    return "`--allow-degraded " + std::string(name) + "` runs the program without it: " +
           std::string(std::ranges::find(features, name, &DegradableFeature::name)->without);
}

}  // namespace ward::sandbox
