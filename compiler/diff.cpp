#include "compiler/diff.hpp"

#include <algorithm>

namespace ward::compiler {

bool is_decided_by(const Difference& difference, const Origins& in_a, const Origins& in_b) {
    const auto same = [](const Origins& a, const Origins& b) {
        return a.empty() || b.empty() ? a.empty() == b.empty() : a.front() == b.front();
    };
    return same(difference.in_a, in_a) && same(difference.in_b, in_b);
}

std::vector<Difference> differences(const Compared& a, const Compared& b, Diagram& diagram) {
    std::vector<Difference> result;
    const bool are_jails = a.jail != nullptr && b.jail != nullptr;
    if (are_jails) compare_files(*a.jail, *b.jail, result);
    if (are_jails) compare_network(*a.jail, *b.jail, result);
    compare_filters(a, b, diagram, result);
    if (are_jails) {
        compare_capabilities(*a.jail, *b.jail, result);
        compare_limits(*a.jail, *b.jail, result);
        compare_environment(*a.jail, *b.jail, result);
        compare_process(*a.jail, *b.jail, result);
    }
    std::ranges::stable_sort(result, {}, &Difference::change);
    return result;
}

}  // namespace ward::compiler
