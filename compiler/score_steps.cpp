// What to tighten first: each piece of advice is followed in a copy of the jail.
#include <algorithm>

#include "compiler/score_parts.hpp"

namespace ward::compiler {
namespace {

// The rules behind a finding, changed; true if there are some.
bool change_rules(Jail& jail, const Finding& found, void (*change)(FileRule& rule)) {
    bool is_changed = false;
    for (FileRule& rule : jail.files) {
        if (found.origins.empty() || std::ranges::find(rule.origins, found.origins.front()) == rule.origins.end())
            continue;
        change(rule);
        is_changed = true;
    }
    return is_changed;
}

void grant_further_down(FileRule& rule) {
    rule.path += "/x";
    if (!rule.from.empty()) rule.from += "/x";
}

void take_execute(FileRule& rule) {
    rule.access &= ~execute_bit;
}

// What base.secrets does about the places that a score knows.
bool use_secrets(Jail& jail, const Facts& facts) {
    const auto add = [&](FileRule::Kind kind, std::string path) {
        FileRule rule{};
        rule.kind = kind;
        rule.path = std::move(path);
        rule.optional = true;
        jail.files.push_back(std::move(rule));
    };
    for (std::string& place : secret_places(facts)) {
        std::erase_if(jail.files, [&](const FileRule& rule) { return rule.path == place; });
        add(FileRule::Kind::hide, std::move(place));
    }
    for (std::string& place : starting_places(facts))
        if (place.starts_with(facts.home + "/")) add(FileRule::Kind::protect, std::move(place));
    return true;
}

bool leave_out_ports(std::vector<PortRange>& ranges) {
    const PortRange* most = widest(ranges);
    if (most == nullptr) return false;
    ranges[static_cast<std::size_t>(most - ranges.data())].last = most->first;
    return true;
}

bool name_ports(Network& network) {
    if (!network.host) return leave_out_ports(network.connect);
    network.host = false;
    network.connect = {{443, 443, {}}};
    return true;
}

bool limit(Jail& jail, LimitName name) {
    jail.limits[static_cast<std::size_t>(name)] = Limit{};
    return true;
}

bool remove_device(Jail& jail, const Finding& found) {
    return std::erase_if(jail.devices, [&](const auto& device) { return device.value == found.what; }) != 0;
}

bool share_fewer(Process& process) {
    for (Origins* each : {&process.share_cgroup, &process.share_uts, &process.share_ipc, &process.share_pid}) {
        if (each->empty()) continue;
        each->clear();
        return true;
    }
    return false;
}

bool follow_for_process(ExposureId id, Jail& jail) {
    switch (id) {
        case ExposureId::nested:
            jail.process.nested.clear();
            return true;
        case ExposureId::shared:
            return share_fewer(jail.process);
        case ExposureId::terminal:
            jail.process.terminal.value = Terminal::private_pty;
            return true;
        case ExposureId::memory:
            return limit(jail, LimitName::memory);
        case ExposureId::tasks:
            return limit(jail, LimitName::tasks);
        case ExposureId::time:
            return limit(jail, LimitName::time);
        case ExposureId::disk:
            return limit(jail, LimitName::file_size);
        default:
            return false;  // no single statement
    }
}

}  // namespace

bool follow_for_files(ExposureId id, const Finding& found, const Facts& facts, Jail& jail) {
    switch (id) {
        case ExposureId::written_places:
        case ExposureId::read_places:
            return change_rules(jail, found, grant_further_down);
        case ExposureId::secrets:
        case ExposureId::persistence:
            return use_secrets(jail, facts);
        case ExposureId::written_programs:
            return change_rules(jail, found, take_execute);
        default:
            return false;
    }
}

bool follow_for_calls(ExposureId id, const Finding& found, ScoredCalls& calls) {
    switch (id) {
        case ExposureId::programs:
            calls.close("execve");  // and execveat, the later form
            return true;
        case ExposureId::dangerous_calls:
            calls.close(found.what);
            return true;
        case ExposureId::all_calls: {
            const CallGroup* group = calls.rarely_needed();
            if (group != nullptr) calls.close(*group);
            return group != nullptr;
        }
        case ExposureId::further_abis:
            calls.close_further_abis();
            return true;
        default:
            return false;
    }
}

bool follow_for_rest(ExposureId id, const Finding& found, Jail& jail) {
    switch (id) {
        case ExposureId::setuid_bits:
            jail.may_set_setuid = false;
            return true;
        case ExposureId::devices:
            return remove_device(jail, found);
        case ExposureId::network_out:
            return name_ports(jail.network);
        case ExposureId::network_in:
            return leave_out_ports(jail.network.listen);
        case ExposureId::unix_sockets:
            jail.network.unix_sockets = false;
            return true;
        case ExposureId::capabilities:
            jail.capabilities.kept &= jail.capabilities.kept - 1;
            return true;
        default:
            return follow_for_process(id, jail);
    }
}

}  // namespace ward::compiler
