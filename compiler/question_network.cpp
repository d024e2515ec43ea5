// Questions about the network: whether the ports are shared with the host, and whether the filter lets the
// program make sockets.
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "compiler/question_parts.hpp"

namespace ward::compiler {
namespace {

constexpr std::uint16_t dns_port = 53;
constexpr std::uint16_t first_free_port = 1024;  // ip(7)

std::string port_line(const PortQuestion& question) {
    return std::string(question.listens ? "listen tcp " : "connect tcp ") + std::to_string(question.port);
}

const PortRange* range_with(const std::vector<PortRange>& ranges, std::uint16_t port) {
    const auto found = std::find_if(ranges.begin(), ranges.end(), [port](const PortRange& range) {
        return range.first <= port && port <= range.last;
    });
    return found == ranges.end() ? nullptr : &*found;
}

Origins origins_of(const std::vector<PortRange>& ranges) {
    Origins origins;
    for (const PortRange& range : ranges) origins.insert(origins.end(), range.origins.begin(), range.origins.end());
    return origins;
}

// A network namespace with a loopback of its own has nobody to talk to.
Answer without_network(const PortQuestion& question) {
    if (!question.listens)
        return denied(ENETUNREACH, "the jail has a network of its own, with nothing but a loopback", {});
    Answer answer = denied(0, "the jail has a network of its own, where nobody outside can connect", {});
    answer.failure.reset();
    return answer;
}

Answer by_network(const Network& network, const PortQuestion& question) {
    const std::string word = question.listens ? "listen" : "connect";
    if (network.host) {
        Answer answer = allowed("`host` shares the host's whole network", network.host_origins);
        answer.candidates = {remove_statements("remove `host`", network.host_origins),
                             write_line("forbid host", "network")};
        return answer;
    }
    const auto& ranges = question.listens ? network.listen : network.connect;
    if (const PortRange* range = range_with(ranges, question.port)) {
        Answer answer = allowed(quoted(word + " tcp") + " names the port", range->origins);
        answer.candidates = {write_line("forbid " + port_line(question), "network")};
        return answer;
    }
    if (!question.listens && network.resolve && question.port == dns_port) {
        Answer answer = allowed("`resolve` asks name servers at this port", network.resolve_origins);
        answer.candidates = {write_line("forbid resolve", "network")};
        return answer;
    }
    Answer answer = network.shares_host() ? denied(EACCES, "no " + quoted(word) + " names the port", origins_of(ranges))
                                          : without_network(question);
    answer.candidates = {write_line(port_line(question), "network")};
    return answer;
}

// Types of socket(2) have flags beside them.
constexpr std::uint32_t type_mask = 0xf;

// A ring of io_uring does it without any of the others; socketcall(2) is what i386 had first.
std::vector<NeededCall> or_all_in_one(std::vector<NeededCall> calls) {
    calls.push_back({"socketcall"});
    calls.push_back({"io_uring_setup"});
    return calls;
}

// Family, type and protocol at once: each of them may be allowed in another socket only.
std::vector<NeededCall> internet_sockets(std::uint32_t type, std::initializer_list<std::uint32_t> protocols) {
    std::vector<NeededCall> calls;
    for (const std::uint32_t family : {std::uint32_t{AF_INET}, std::uint32_t{AF_INET6}})
        for (const std::uint32_t protocol : protocols)
            calls.push_back({"socket", {{0, ~0U, family}, {1, type_mask, type}, {2, ~0U, protocol}}});
    return or_all_in_one(std::move(calls));
}

// Data in the first packet connects as well (tcp(7), MSG_FASTOPEN).
std::optional<Answer> refused_tcp(const Jail& jail) {
    if (auto refused = refused_calls(jail, internet_sockets(SOCK_STREAM, {0, IPPROTO_TCP, IPPROTO_MPTCP}), "TCP"))
        return refused;
    return refused_calls(jail,
                         or_all_in_one({{"connect"},
                                        {"sendto", {{3, MSG_FASTOPEN, MSG_FASTOPEN}}},
                                        {"sendmsg", {{2, MSG_FASTOPEN, MSG_FASTOPEN}}},
                                        {"sendmmsg", {{3, MSG_FASTOPEN, MSG_FASTOPEN}}}}),
                         "connecting");
}

// A datagram has its address with it.
std::optional<Answer> refused_udp(const Jail& jail) {
    if (auto refused = refused_calls(jail, internet_sockets(SOCK_DGRAM, {0, IPPROTO_UDP}), "UDP")) return refused;
    return refused_calls(jail, or_all_in_one({{"connect"}, {"sendto"}, {"sendmsg"}, {"sendmmsg"}}), "sending");
}

std::optional<Answer> refused_listening(const Jail& jail) {
    if (auto refused = refused_calls(jail, internet_sockets(SOCK_STREAM, {0, IPPROTO_TCP, IPPROTO_MPTCP}), "TCP"))
        return refused;
    if (auto refused = refused_calls(jail, or_all_in_one({{"bind"}}), "taking a port")) return refused;
    return refused_calls(jail, or_all_in_one({{"listen"}}), "listening");
}

// Only with the host's whole network name servers are asked by UDP as well.
std::optional<Answer> refused_resolving(const Jail& jail) {
    auto refused = refused_tcp(jail);
    return refused && jail.network.host && !refused_udp(jail) ? std::nullopt : std::move(refused);
}

// Most of what uses a network takes more calls than the one that was found missing.
Answer or_whole_group(Answer refused) {
    refused.candidates.push_back(write_line("allow @network-io", "syscalls"));
    return refused;
}

void add_notes(const Jail& jail, const PortQuestion& question, Answer& answer) {
    if (answer.verdict != Answer::Verdict::allowed) return;
    if (question.listens && question.port < first_free_port)
        answer.notes.emplace_back("below 1024 the host's `net.ipv4.ip_unprivileged_port_start` counts as well");
    if (question.host.empty()) return;
    answer.notes.emplace_back("the kernel knows addresses, not names: this holds for every host");
    if (!jail.network.host && !jail.network.resolve)
        answer.notes.emplace_back("without `resolve` the program cannot look the name up, and has to know the address");
}

}  // namespace

Answer answer_port(const Jail& jail, const PortQuestion& question) {
    Answer answer = by_network(jail.network, question);
    add_notes(jail, question, answer);
    if (answer.verdict == Answer::Verdict::denied) return answer;
    auto refused = question.listens ? refused_listening(jail) : refused_tcp(jail);
    return refused ? or_whole_group(*std::move(refused)) : answer;
}

Answer answer_resolve(const Jail& jail, const ResolveQuestion&) {
    const Network& network = jail.network;
    Answer answer;
    if (network.host) {
        answer = allowed("`host` shares the host's whole network", network.host_origins);
        answer.candidates = {remove_statements("remove `host`", network.host_origins),
                             write_line("forbid host", "network")};
    } else if (network.resolve) {
        answer = allowed("`resolve` asks name servers by TCP", network.resolve_origins);
        answer.candidates = {write_line("forbid resolve", "network")};
    } else {
        answer = denied(0, "nothing grants it: no name server can be asked", {});
        answer.failure.reset();
        answer.candidates = {write_line("resolve", "network")};
        return answer;
    }
    auto refused = refused_resolving(jail);
    return refused ? or_whole_group(*std::move(refused)) : answer;
}

}  // namespace ward::compiler
