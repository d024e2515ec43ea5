#include "compiler/score.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>

#include "compiler/network_ports.hpp"
#include "compiler/score_parts.hpp"
#include "policy/diagnostic.hpp"
#include "policy/policy.hpp"

namespace ward::compiler {
namespace {

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
    const PortRange* most = widest(ranges);
    return {0.2 + 0.7 * std::log2(count) / 16.0, std::to_string(static_cast<unsigned>(count)) + " TCP ports",
            most == nullptr ? ranges.front().origins : most->origins};
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
    return files.widest(write_bit).share == 0 ? Finding{} : not_limited(jail.limit(LimitName::file_size));
}

// ---- the table

struct Row {
    ExposureId id;
    unsigned weight;
    std::string_view name, counts, advice;
};

constexpr Row rows[] = {
#define WARD_EXPOSURE(id, weight, name, counts, advice) {ExposureId::id, weight, name, counts, advice},
#include "compiler/score_weights.inc"
#undef WARD_EXPOSURE
};

Finding look_at(ExposureId id, const Jail& jail, const ScoredFiles& files, const ScoredCalls& calls) {
    switch (id) {
        case ExposureId::written_places:
            return files.widest(write_bit);
        case ExposureId::read_places:
            return files.widest(read_bit | write_bit | execute_bit);
        case ExposureId::secrets:
            return files.readable_secrets();
        case ExposureId::persistence:
            return files.writable_starters();
        case ExposureId::written_programs:
            return files.written_programs();
        case ExposureId::setuid_bits:
            return {jail.may_set_setuid ? 1.0 : 0.0, {}, {}};
        case ExposureId::devices:
            return devices(jail);
        case ExposureId::network_out:
            return ports(jail.network, jail.network.connect);
        case ExposureId::network_in:
            return ports(jail.network, jail.network.listen);
        case ExposureId::unix_sockets:
            return unix_sockets(jail.network);
        case ExposureId::programs:
            return calls.programs();
        case ExposureId::dangerous_calls:
            return calls.dangerous();
        case ExposureId::all_calls:
            return calls.all();
        case ExposureId::further_abis:
            return calls.further_abis();
        case ExposureId::capabilities:
            return capabilities(jail.capabilities);
        case ExposureId::nested:
            return asked_for(jail.process.nested);
        case ExposureId::shared:
            return shared(jail.process);
        case ExposureId::terminal:
            return {jail.process.terminal.value == Terminal::inherit ? 1.0 : 0.0, {}, jail.process.terminal.origins};
        case ExposureId::memory:
            return not_limited(jail.limit(LimitName::memory));
        case ExposureId::tasks:
            return not_limited(jail.limit(LimitName::tasks));
        case ExposureId::time:
            return time(jail);
        case ExposureId::disk:
            return disk(jail, files);
    }
    return {};
}

double figure_of(const Jail& jail, const ScoredFiles& files, const ScoredCalls& calls) {
    double open = 0;
    double all = 0;
    for (const Row& row : rows) {
        open += row.weight * look_at(row.id, jail, files, calls).share;
        all += row.weight;
    }
    return 10 * open / all;
}

// The figure where the advice of a row is followed; absent if nobody can say what that would be.
std::optional<double> figure_after(ExposureId id, const Finding& found, const Jail& jail, const Facts& facts,
                                   const ScoredFiles& files, const ScoredCalls& calls) {
    Jail tighter = jail;
    if (follow_for_files(id, found, facts, tighter)) return figure_of(tighter, ScoredFiles(tighter, facts), calls);
    ScoredCalls fewer = calls;
    if (follow_for_calls(id, found, fewer)) return figure_of(jail, files, fewer);
    if (follow_for_rest(id, found, tighter)) return figure_of(tighter, files, calls);
    return std::nullopt;
}

std::string advice_for_ports(const Row& row, std::string_view verb, const Jail& jail,
                             const std::vector<PortRange>& ranges) {
    const PortRange* most = widest(ranges);
    if (jail.network.host) return std::string(row.advice);
    if (most == nullptr) return "remove " + policy::quoted(verb) + " if it can do without";
    return "leave out ports that it does not need: most are in " + ports_in_words(most->first, most->last);
}

std::string advice_for(const Row& row, const Finding& found, const Jail& jail, const ScoredCalls& calls) {
    const auto forbid = [](std::string_view what) {
        return "write " + policy::quoted("forbid " + std::string(what)) + " in `syscalls { }`";
    };
    const CallGroup* group = row.id == ExposureId::all_calls ? calls.rarely_needed() : nullptr;
    if (group != nullptr) return forbid(group->name) + ", or allow less of it";
    if (row.id == ExposureId::dangerous_calls) return forbid(calls.open_forms(found.what));
    if (row.id == ExposureId::network_out) return advice_for_ports(row, "connect", jail, jail.network.connect);
    if (row.id == ExposureId::network_in) return advice_for_ports(row, "listen", jail, jail.network.listen);
    return std::string(row.advice);
}

}  // namespace

const PortRange* widest(const std::vector<PortRange>& ranges) {
    const PortRange* most = nullptr;
    for (const PortRange& range : ranges)
        if (range.last != range.first && (most == nullptr || range.last - range.first > most->last - most->first))
            most = &range;
    return most;
}

Score score(const Jail& jail, const Facts& facts) {
    const ScoredFiles files(jail, facts);
    const ScoredCalls calls(jail);
    Score result;
    result.figure = figure_of(jail, files, calls);
    for (const Row& row : rows) {
        Finding found = look_at(row.id, jail, files, calls);
        const bool is_open = found.share > 0;
        std::string advice = is_open ? advice_for(row, found, jail, calls) : std::string();
        const auto after = is_open ? figure_after(row.id, found, jail, facts, files, calls) : std::nullopt;
        const double saves = after ? std::max(result.figure - *after, 0.0) : 0;
        result.exposures.push_back({row.name, row.counts, row.weight, found.share, std::move(found.what),
                                    std::move(found.origins), std::move(advice), saves});
    }
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
