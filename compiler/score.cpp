#include "compiler/score.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "compiler/score_parts.hpp"
#include "policy/policy.hpp"

namespace ward::compiler {
namespace {

using policy::Access;

Finding devices(const Jail& jail) {
    constexpr std::string_view harmless[] = {"null", "zero", "full", "random", "urandom", "tty"};
    Finding finding;
    std::size_t count = 0;
    for (const auto& device : jail.devices) {
        if (std::ranges::find(harmless, device.value) != std::end(harmless)) continue;
        if (count++ == 0) finding = {0, device.value, device.origins};
    }
    finding.share = 1.0 - 1.0 / (1.0 + static_cast<double>(count));
    return finding;
}

// ---- network

// One port counts 0.2, all of them 0.9.
Finding ports(const Network& network, const std::vector<PortRange>& ranges) {
    if (network.host) return {1, "every address and port", network.origins};
    double count = 0;
    for (const PortRange& range : ranges) count += range.last - range.first + 1.0;
    if (count == 0) return {};
    return {0.2 + 0.7 * std::log2(count) / 16.0, std::to_string(static_cast<unsigned>(count)) + " TCP ports",
            ranges.front().origins};
}

Finding unix_sockets(const Network& network) {
    if (!network.unix_sockets) return {};
    return {network.unix_paths.empty() ? 1.0 : 0.5, {}, network.origins};
}

// ---- the rest

Finding capabilities(const Capabilities& capabilities) {
    const int count = std::popcount(capabilities.kept);
    if (count == 0) return {};
    return {std::sqrt(std::min(count, 41) / 41.0), std::to_string(count) + " kept",
            capabilities.origins.begin()->second};
}

Finding asked_for(const Origins& origins) {
    return {origins.empty() ? 0.0 : 1.0, {}, origins};
}

Finding shared(const Process& process) {
    Finding finding;
    for (const Origins* each : {&process.share_pid, &process.share_ipc, &process.share_uts, &process.share_cgroup}) {
        if (each->empty()) continue;
        finding.share += 0.25;
        finding.origins = *each;
    }
    return finding;
}

Finding not_limited(const std::optional<Limit>& limit) {
    if (!limit) return {1, {}, {}};
    return {limit->optional ? 0.5 : 0.0, {}, limit->origins};
}

Finding time(const Jail& jail) {
    const Finding wall = not_limited(jail.limit(LimitName::time));
    const Finding cpu = not_limited(jail.limit(LimitName::cpu_time));
    return wall.share < cpu.share ? wall : cpu;
}

Finding disk(const Jail& jail, const ScoredFiles& files) {
    return files.widest(bit(Access::write)).share == 0 ? Finding{} : not_limited(jail.limit(LimitName::file_size));
}

// ---- the table

enum class Id {
#define WARD_EXPOSURE(id, weight, name, counts, advice) id,
#include "compiler/score_weights.inc"
#undef WARD_EXPOSURE
};

struct Row {
    Id id;
    unsigned weight;
    std::string_view name, counts, advice;
};

constexpr Row rows[] = {
#define WARD_EXPOSURE(id, weight, name, counts, advice) {Id::id, weight, name, counts, advice},
#include "compiler/score_weights.inc"
#undef WARD_EXPOSURE
};

Finding look_at(Id id, const Jail& jail, const ScoredFiles& files, const ScoredCalls& calls) {
    switch (id) {
        case Id::written_places:
            return files.widest(bit(Access::write));
        case Id::read_places:
            return files.widest(bit(Access::read) | bit(Access::write) | bit(Access::execute));
        case Id::secrets:
            return files.readable_secrets();
        case Id::persistence:
            return files.writable_starters();
        case Id::written_programs:
            return files.written_programs();
        case Id::setuid_bits:
            return {jail.may_set_setuid ? 1.0 : 0.0, {}, {}};
        case Id::devices:
            return devices(jail);
        case Id::network_out:
            return ports(jail.network, jail.network.connect);
        case Id::network_in:
            return ports(jail.network, jail.network.listen);
        case Id::unix_sockets:
            return unix_sockets(jail.network);
        case Id::programs:
            return calls.programs();
        case Id::dangerous_calls:
            return calls.dangerous();
        case Id::all_calls:
            return calls.all();
        case Id::further_abis:
            return calls.further_abis();
        case Id::capabilities:
            return capabilities(jail.capabilities);
        case Id::nested:
            return asked_for(jail.process.nested);
        case Id::shared:
            return shared(jail.process);
        case Id::terminal:
            return {jail.process.terminal.value == Terminal::inherit ? 1.0 : 0.0, {}, jail.process.terminal.origins};
        case Id::memory:
            return not_limited(jail.limit(LimitName::memory));
        case Id::tasks:
            return not_limited(jail.limit(LimitName::tasks));
        case Id::time:
            return time(jail);
        case Id::disk:
            return disk(jail, files);
    }
    return {};
}

}  // namespace

Score score(const Jail& jail, const Facts& facts) {
    const ScoredFiles files(jail, facts);
    const ScoredCalls calls(jail);
    Score result;
    double open = 0;
    double all = 0;
    for (const Row& row : rows) {
        Finding found = look_at(row.id, jail, files, calls);
        open += row.weight * found.share;
        all += row.weight;
        const bool is_open = found.share > 0;
        result.exposures.push_back({row.name, row.counts, row.weight, found.share, std::move(found.what),
                                    std::move(found.origins), is_open ? std::string(row.advice) : std::string()});
    }
    result.figure = 10 * open / all;
    std::stable_sort(result.exposures.begin(), result.exposures.end(),
                     [](const Exposure& a, const Exposure& b) { return a.weight * a.share > b.weight * b.share; });
    return result;
}

std::string_view grade(double figure) {
    if (figure < 2) return "closed";
    if (figure < 3.5) return "tight";
    if (figure < 5) return "medium";
    return figure < 7 ? "open" : "wide open";
}

}  // namespace ward::compiler
