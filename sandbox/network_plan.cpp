#include "sandbox/network_plan.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "policy/policy.hpp"
#include "sandbox/landlock.hpp"

namespace ward::sandbox {
namespace {

using compiler::FileRule;
using compiler::Network;

std::optional<policy::Span> place_of(const Network& network) {
    if (network.origins.empty()) return {};
    return network.origins.front();
}

// What glibc reads to find out how names are looked up, besides resolv.conf.
constexpr std::array<const char*, 4> resolver_files{"/etc/gai.conf", "/etc/host.conf", "/etc/hosts",
                                                    "/etc/nsswitch.conf"};

bool is_kept(std::string_view line) {
    return line.starts_with("nameserver") || line.starts_with("search") || line.starts_with("domain") ||
           line.starts_with("options");
}

// resolv.conf(5): `use-vc` asks every server by TCP, which answers as it does by UDP (RFC 7766).
std::string resolver_text(const std::string& of_host) {
    std::string text;
    std::string_view rest = of_host;
    while (!rest.empty()) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        if (is_kept(line)) text += std::string(line) + '\n';
    }
    return text + "options use-vc\n";
}

}  // namespace

bool limits_ports(const Network& network) {
    return network.shares_host() && !network.host;
}

bool keeps_abstract_sockets_out(const Network& network) {
    const bool wants_all = network.host && network.unix_sockets && network.unix_paths.empty();
    return network.shares_host() && !wants_all;
}

std::vector<FileRule> files_for_resolving(const Network& network, const Host& host) {
    std::vector<FileRule> rules;
    if (!network.resolve || network.host) return rules;
    FileRule rule{};
    rule.kind = FileRule::Kind::grant;
    rule.optional = true;
    rule.access = compiler::read_bit;
    rule.origins = network.resolve_origins;
    for (const char* path : resolver_files) {
        rule.path = path;
        rules.push_back(rule);
    }
    rule.kind = FileRule::Kind::text_file;
    rule.optional = false;
    rule.path = "/etc/resolv.conf";
    rule.text = resolver_text(host.read_text(rule.path));
    rules.push_back(rule);
    return rules;
}

namespace {

void report_missing(const Degraded& missing, const Network& network, const Host& host,
                    policy::Diagnostics& diagnostics) {
    const bool is_scope = missing.feature == "scopes";
    auto& error = diagnostics.add(policy::slug::landlock_missing, place_of(network),
                                  is_scope ? "this kernel cannot keep abstract Unix sockets of the host out"
                                           : "this kernel cannot limit TCP to single ports");
    error.note("that takes Landlock's interface " +
               std::to_string(is_scope ? landlock::scope_abi : landlock::port_abi) + ", of Linux " +
               (is_scope ? "6.12" : "6.7") + "; this kernel has " +
               (host.landlock_abi == 0 ? "none" : std::to_string(host.landlock_abi)));
    error.note(degrading_note(missing.feature));
    error.help(is_scope ? "remove `unix`, or run a newer kernel"
                        : "write `network { host }` if the program may use all of the host's network");
}

}  // namespace

std::vector<Degraded> missing_in_landlock(const Network& network, const Host& host) {
    std::vector<Degraded> missing;
    // Without `unix` the filter keeps all Unix sockets out, whatever the kernel.
    if (network.unix_sockets && keeps_abstract_sockets_out(network) && host.landlock_abi < landlock::scope_abi)
        missing.push_back({"scopes", "abstract Unix sockets of the host can be reached: no Landlock of Linux 6.12"});
    if (limits_ports(network) && host.landlock_abi < landlock::port_abi)
        missing.push_back({"ports", "every TCP port can be used: no Landlock of Linux 6.7"});
    return missing;
}

void check_network(const compiler::Jail& jail, const Host& host, policy::Diagnostics& diagnostics,
                   const AllowedDegraded& allowed) {
    for (const Degraded& missing : missing_in_landlock(jail.network, host))
        if (!allowed.contains(missing.feature)) return report_missing(missing, jail.network, host, diagnostics);
}

}  // namespace ward::sandbox
