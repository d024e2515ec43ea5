#include "compiler/capabilities.hpp"

#include <cap-ng.h>

#include <array>

#include "compiler/lower.hpp"
#include "policy/similar_name.hpp"

namespace ward::compiler {
namespace {

using policy::CapabilityStatement;
using policy::Word;

// Checked by the kernel against the initial user namespace only, by capable() (user_namespaces(7)
// and the kernel's sources, up to Linux 6.18): whoever has them in a jail can do nothing with them.
constexpr std::array<std::string_view, 18> not_namespaced{
    "audit_control",   "audit_read", "audit_write",  "block_suspend",  "bpf",     "lease",
    "linux_immutable", "mac_admin",  "mac_override", "mknod",          "perfmon", "sys_module",
    "sys_pacct",       "sys_rawio",  "sys_time",     "sys_tty_config", "syslog",  "wake_alarm"};

// These count for a network namespace, which `network { host }` does not make.
constexpr std::array<std::string_view, 3> of_the_network{"net_admin", "net_bind_service", "net_raw"};

template <std::size_t Size>
bool holds(const std::array<std::string_view, Size>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::string plain_name(std::string_view name) {
    std::string plain(name);
    std::transform(plain.begin(), plain.end(), plain.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    if (plain.starts_with("cap_")) plain.erase(0, 4);
    return plain;
}

void report_unknown(const Word& word, policy::Diagnostics& diagnostics) {
    std::vector<std::string_view> names;
    for (int number = 0; number <= CAP_LAST_CAP; ++number) names.push_back(capability_name(number));
    policy::Diagnostic& unknown =
        diagnostics.add(policy::slug::unknown_capability, word.span, "there is no capability `" + word.text + "`");
    const std::vector<std::string> similar = policy::similar_names(plain_name(word.text), names);
    unknown.help(similar.empty() ? "take a name from capabilities(7), for example `net_bind_service`"
                                 : "a capability with a similar name exists: " + policy::quoted_list(similar));
}

// The kernel asks for these in the user namespace that owns the network, which is not the jail's
// (inet_bind() in net/ipv4/af_inet.c). A policy that listens may still be right: the machine can give
// ports below 1024 to everybody.
bool report_network(const Word& word, int number, const Network& network, policy::Diagnostics& diagnostics) {
    const bool may_listen = !network.host && !network.listen.empty() && capability_name(number) == "net_bind_service";
    const policy::Slug& kind = may_listen ? policy::slug::useless_capability : policy::slug::capability_not_namespaced;
    policy::Diagnostic& error =
        diagnostics.add(kind, word.span, "`" + word.text + "` has no effect with the host's network");
    error.also(network.origins.front(), "the host's network")
        .note("the host's network belongs to the initial user namespace: user_namespaces(7)");
    if (may_listen) {
        error.note(
            "the machine lets everybody listen at the ports from `net.ipv4.ip_unprivileged_port_start` on, which is "
            "1024 if nobody changed it");
    }
    error.help("remove `" + word.text + "`");
    return may_listen;
}

bool check_effect(const Word& word, int number, const Jail& jail, policy::Diagnostics& diagnostics) {
    const CapabilityReach reach = capability_reach(number);
    if (reach == CapabilityReach::nothing) {
        diagnostics
            .add(policy::slug::capability_not_namespaced, word.span, "`" + word.text + "` has no effect in a jail")
            .note(
                "what it governs belongs to the whole machine, and a jail's capabilities count only in its own user "
                "namespace: user_namespaces(7)")
            .help("remove `" + word.text + "`");
        return false;
    }
    if (jail.network.shares_host() && reach == CapabilityReach::own_network) {
        return report_network(word, number, jail.network, diagnostics);
    }
    return true;
}

void keep(const Word& word, const Jail& jail, Capabilities& kept, policy::Diagnostics& diagnostics) {
    const auto number = capability_number(word.text);
    if (!number) return report_unknown(word, diagnostics);
    if (!check_effect(word, *number, jail, diagnostics)) return;
    Origins& origins = kept.origins[*number];
    if (!origins.empty() && origins.back().file == word.span.file) {
        warn_duplicate(diagnostics, word.text, origins.back(), word.span);
    }
    kept.kept |= std::uint64_t{1} << *number;
    origins.push_back(word.span);
}

}  // namespace

std::optional<int> capability_number(std::string_view name) {
    const int number = capng_name_to_capability(plain_name(name).c_str());
    return number < 0 ? std::nullopt : std::optional(number);
}

std::string_view capability_name(int number) {
    const char* name = capng_capability_to_name(static_cast<unsigned>(number));
    return name == nullptr ? std::string_view{} : std::string_view(name);
}

CapabilityReach capability_reach(int number) {
    const std::string_view name = capability_name(number);
    if (holds(not_namespaced, name)) return CapabilityReach::nothing;
    return holds(of_the_network, name) ? CapabilityReach::own_network : CapabilityReach::jail;
}

void lower_capabilities(Lowering& lowering, Jail& jail) {
    each<CapabilityStatement>(lowering, [&](const CapabilityStatement& statement, Place) {
        for (const Word& word : statement.names) keep(word, jail, jail.capabilities, lowering.diagnostics);
    });
}

}  // namespace ward::compiler
