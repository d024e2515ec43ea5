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
        answer.change = "remove `host`";
        return answer;
    }
    const auto& ranges = question.listens ? network.listen : network.connect;
    if (const PortRange* range = range_with(ranges, question.port)) {
        Answer answer = allowed(quoted(word + " tcp") + " names the port", range->origins);
        answer.change = write_line("forbid " + port_line(question), "network");
        return answer;
    }
    if (!question.listens && network.resolve && question.port == dns_port) {
        Answer answer = allowed("`resolve` asks name servers at this port", network.resolve_origins);
        answer.change = write_line("forbid resolve", "network");
        return answer;
    }
    Answer answer = network.shares_host() ? denied(EACCES, "no " + quoted(word) + " names the port", origins_of(ranges))
                                          : without_network(question);
    answer.change = write_line(port_line(question), "network");
    return answer;
}

// Types of socket(2) have flags beside them.
constexpr std::uint32_t type_mask = 0xf;

std::optional<Answer> refused_sockets(const Jail& jail) {
    return refused_calls(
        jail, {{"socket", 0, ~0U, AF_INET}, {"socket", 0, ~0U, AF_INET6}, {"socketcall"}, {"io_uring_setup"}},
        "the network");
}

std::optional<Answer> refused_by_filter(const Jail& jail, bool listens) {
    if (auto refused = refused_sockets(jail)) return refused;
    if (auto refused =
            refused_calls(jail, {{"socket", 1, type_mask, SOCK_STREAM}, {"socketcall"}, {"io_uring_setup"}}, "TCP"))
        return refused;
    // Data in the first packet connects as well (tcp(7), MSG_FASTOPEN).
    if (!listens)
        return refused_calls(jail,
                             {{"connect"}, {"sendto"}, {"sendmsg"}, {"sendmmsg"}, {"socketcall"}, {"io_uring_setup"}},
                             "connecting");
    return refused_calls(jail, {{"listen"}, {"socketcall"}, {"io_uring_setup"}}, "listening");
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
    auto refused = refused_by_filter(jail, question.listens);
    return refused ? *std::move(refused) : answer;
}

Answer answer_resolve(const Jail& jail, const ResolveQuestion&) {
    const Network& network = jail.network;
    Answer answer;
    if (network.host) {
        answer = allowed("`host` shares the host's whole network", network.host_origins);
        answer.change = "remove `host`";
    } else if (network.resolve) {
        answer = allowed("`resolve` asks name servers by TCP", network.resolve_origins);
        answer.change = write_line("forbid resolve", "network");
    } else {
        answer = denied(0, "nothing grants it: no name server can be asked", {});
        answer.failure.reset();
        answer.change = write_line("resolve", "network");
        return answer;
    }
    auto refused = refused_sockets(jail);
    return refused ? *std::move(refused) : answer;
}

}  // namespace ward::compiler
