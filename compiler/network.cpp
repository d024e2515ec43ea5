// What of the network the program sees.
#include "compiler/network.hpp"

#include <array>

#include "compiler/network_ports.hpp"
#include "compiler/paths.hpp"

namespace ward::compiler {
namespace {

using policy::NetworkStatement;
using policy::Permission;
using policy::Word;

enum Mode : std::size_t { host, unix_sockets, resolve, connect, listen, mode_count };
constexpr std::array<std::string_view, mode_count> modes{"host", "unix", "resolve", "connect", "listen"};

constexpr std::uint16_t dns_port = 53;
constexpr PortClaim every_port{1, 65535, {}, 0};

std::optional<Mode> find_mode(std::string_view word) {
    const auto* found = std::find(modes.begin(), modes.end(), word);
    if (found == modes.end()) return std::nullopt;
    return static_cast<Mode>(found - modes.begin());
}

// A statement, and how far away it is.
struct Said {
    policy::Span span;
    unsigned distance;
};

class NetworkCollector {
public:
    explicit NetworkCollector(Lowering& lowering) : diagnostics_(lowering.diagnostics) {}

    void take(const NetworkStatement& statement, Place place);
    void finish(Network& network);

private:
    void take_mode(Mode mode, const NetworkStatement& statement, Place place);
    void take_ports(Mode mode, const NetworkStatement& statement, Place place);
    bool check_protocol(const NetworkStatement& statement);
    void report_host_name(const NetworkStatement& statement, const Word& word);
    Origins decide(Mode mode);
    void check_exact(const Network& network);
    void warn_beside_host(const Network& network);
    void check_dns(Network& network);
    void report_dns(policy::Span asked, policy::Span forbid);

    policy::Diagnostics& diagnostics_;
    std::array<std::vector<Said>, mode_count> allowed_;    // of ports: whole statements
    std::array<std::vector<Said>, mode_count> forbidden_;  // likewise
    std::array<PortClaims, mode_count> ports_;             // connect and listen only
};

void NetworkCollector::take(const NetworkStatement& statement, Place place) {
    const auto mode = find_mode(statement.mode.text);
    if (!mode) {
        suggest(diagnostics_.add(policy::slug::unknown_setting, statement.mode.span,
                                 "there is no `" + statement.mode.text + "` in `network`"),
                "setting", statement.mode.text, modes);
    } else if (*mode == connect || *mode == listen) {
        take_ports(*mode, statement, place);
    } else {
        take_mode(*mode, statement, place);
    }
}

void NetworkCollector::take_mode(Mode mode, const NetworkStatement& statement, Place place) {
    const bool forbids = statement.permission == Permission::forbid;
    if (forbids && !statement.operands.empty()) {
        diagnostics_
            .add(policy::slug::forbid_not_exact, statement.operands.front().span,
                 "`forbid " + statement.mode.text + "` is about all of them")
            .note("a socket is forbidden by its file: it cannot be opened where it is hidden")
            .help("write `files { hide " + statement.operands.front().text + " }`");
        return;
    }
    auto& same = forbids ? forbidden_[mode] : allowed_[mode];
    if (!same.empty() && same.back().span.file == statement.span.file && statement.operands.empty()) {
        warn_duplicate(diagnostics_, (forbids ? "forbid " : "") + std::string(modes[mode]), same.back().span,
                       statement.span);
    }
    same.push_back({statement.span, place.distance});
}

void NetworkCollector::take_ports(Mode mode, const NetworkStatement& statement, Place place) {
    const bool forbids = statement.permission == Permission::forbid;
    if (!check_protocol(statement)) return;
    (forbids ? forbidden_ : allowed_)[mode].push_back({statement.span, place.distance});
    auto& claims = forbids ? ports_[mode].forbidden : ports_[mode].allowed;
    for (const Word& word : statement.operands) {
        if (auto claim = read_ports(word, place, diagnostics_)) claims.push_back(*claim);
    }
    // `forbid listen` without ports forbids all of them.
    if (statement.operands.empty() && forbids) {
        PortClaim all = every_port;
        all.span = statement.span;
        all.distance = place.distance;
        claims.push_back(all);
    }
}

bool NetworkCollector::check_protocol(const NetworkStatement& statement) {
    if (!statement.protocol) {
        if (statement.operands.empty()) return true;
        const Word& word = statement.operands.front();
        if (word.text.find(':') != std::string::npos) {
            report_host_name(statement, word);
            return false;
        }
        diagnostics_.add(policy::slug::unknown_protocol, word.span, "`" + word.text + "` is a port of no protocol")
            .help("write `" + statement.mode.text + " tcp " + word.text + "`");
        return false;
    }
    if (statement.protocol->text == "tcp") return true;
    diagnostics_
        .add(policy::slug::unknown_protocol, statement.protocol->span,
             "ports of `" + statement.protocol->text + "` cannot be named")
        .note("the kernel limits the ports of TCP only (landlock(7))")
        .help(statement.permission == Permission::forbid ? "remove the line: without `host` there is TCP only"
                                                         : "write `host` for the whole network");
    return false;
}

void NetworkCollector::report_host_name(const NetworkStatement& statement, const Word& word) {
    const std::size_t colon = word.text.rfind(':');
    diagnostics_
        .add(policy::slug::not_yet_supported, word.span,
             "`" + statement.mode.text + " " + word.text + "` is not yet supported")
        .note(
            "the kernel knows addresses, not names: to hold a program to a host takes a proxy, which ward has not yet")
        .help("write `" + statement.mode.text + " tcp " + word.text.substr(colon + 1) +
              "` for this port of every host");
}

// Whether something is there: it is allowed, and nowhere forbidden.
Origins NetworkCollector::decide(Mode mode) {
    Origins origins;
    const auto& forbids = forbidden_[mode];
    for (const Said& allow : allowed_[mode]) {
        if (forbids.empty()) {
            origins.push_back(allow.span);
        } else if (const auto by = std::find_if(forbids.begin(), forbids.end(),
                                                [&](const Said& said) { return said.distance >= allow.distance; });
                   by != forbids.end()) {
            diagnostics_
                .add(policy::slug::useless_allow, allow.span,
                     "`" + std::string(modes[mode]) + "` is allowed here, but forbidden")
                .label("never allowed")
                .also(by->span, "forbidden here")
                .note("`forbid` beats every permission, wherever each is written")
                .help("remove `" + std::string(modes[mode]) + "`");
        }
    }
    return origins;
}

// `host` is the network as it is: Landlock counts up the ports that are allowed, and knows no others.
void NetworkCollector::check_exact(const Network& network) {
    if (!network.host) return;
    for (const Mode mode : {resolve, connect, listen}) {
        for (const Said& forbid : forbidden_[mode]) {
            diagnostics_
                .add(policy::slug::forbid_not_exact, forbid.span,
                     "nothing can be taken out of the whole network that `host` gives")
                .also(network.host_origins.front(), "gives the whole network")
                .note("the kernel can hold a program to some TCP ports; it cannot hold it off some")
                .help("write the ports that the program needs in place of `host`, for example `connect tcp 80, 443`");
        }
    }
}

void NetworkCollector::warn_beside_host(const Network& network) {
    if (!network.host) return;
    for (const Mode mode : {resolve, connect, listen}) {
        for (const Said& said : allowed_[mode]) {
            const std::string word = "`" + std::string(modes[mode]) + "`";
            const policy::Span by = network.host_origins.front();
            if (said.distance != 0 && said.span.file != by.file) continue;  // of a policy that others use too
            diagnostics_.add(policy::slug::useless_allow, said.span, word + " changes nothing beside `host`")
                .label("changes nothing")
                .also(by, "gives the whole network")
                .help("remove one of the two");
        }
    }
}

void NetworkCollector::report_dns(policy::Span asked, policy::Span forbid) {
    diagnostics_.add(policy::slug::useless_allow, asked, "`resolve` is allowed here, but its port is forbidden")
        .label("never allowed")
        .also(forbid, "forbids TCP port 53")
        .help("remove `resolve`");
}

// `resolve` asks name servers at a port that a prohibition may have taken.
void NetworkCollector::check_dns(Network& network) {
    if (!network.resolve) return;
    for (const PortClaim& forbid : ports_[connect].forbidden) {
        if (forbid.first > dns_port || forbid.last < dns_port) continue;
        const Said& nearest = allowed_[resolve].front();
        if (forbid.distance >= nearest.distance) report_dns(nearest.span, forbid.span);
        network.resolve = false;
        network.resolve_origins.clear();
        return;
    }
}

void append(Origins& all, const Origins& some) {
    all.insert(all.end(), some.begin(), some.end());
}

void NetworkCollector::finish(Network& network) {
    network.host_origins = decide(host);
    network.unix_origins = decide(unix_sockets);
    network.resolve_origins = decide(resolve);
    network.host = !network.host_origins.empty();
    network.unix_sockets = !network.unix_origins.empty();
    network.resolve = !network.resolve_origins.empty();
    network.connect = merge_ports(ports_[connect]);
    network.listen = merge_ports(ports_[listen]);
    check_ports("connect", ports_[connect], diagnostics_);
    check_ports("listen", ports_[listen], diagnostics_);
    check_exact(network);
    warn_beside_host(network);
    check_dns(network);
    for (const auto* part : {&network.host_origins, &network.unix_origins, &network.resolve_origins}) {
        append(network.origins, *part);
    }
    for (const auto* part : {&network.connect, &network.listen}) {
        for (const PortRange& range : *part) append(network.origins, range.origins);
    }
}

bool is_unix(const NetworkStatement& statement, Permission permission) {
    return statement.permission == permission && statement.mode.text == modes[unix_sockets];
}

void add_unix_path(std::vector<Stated<std::string>>& paths, const std::string& path, policy::Span span) {
    const auto place = std::lower_bound(paths.begin(), paths.end(), path,
                                        [](const auto& known, const auto& text) { return known.value < text; });
    if (place != paths.end() && place->value == path) {
        place->origins.push_back(span);
    } else {
        paths.insert(place, {path, {span}});
    }
}

}  // namespace

std::vector<FileItem> lower_unix_paths(Lowering& lowering, Jail& jail) {
    std::vector<FileItem> items;
    auto& paths = jail.network.unix_paths;
    bool any = false;
    bool forbidden = false;
    each<NetworkStatement>(lowering, [&](const NetworkStatement& statement, Place place) {
        forbidden = forbidden || (is_unix(statement, Permission::forbid) && statement.operands.empty());
        if (!is_unix(statement, Permission::allow)) return;
        any = any || statement.operands.empty();
        for (const Word& word : statement.operands) {
            auto path = lower_path(lowering, word, place.scope, {});
            if (!path) continue;
            add_unix_path(paths, path->text, word.span);
            FileRule rule;
            rule.kind = FileRule::Kind::grant;
            rule.path = std::move(path->text);
            rule.access = read_bit | write_bit;
            rule.origins = {word.span};
            items.push_back({std::move(rule), place.distance, &word});
        }
    });
    if (any || forbidden) paths.clear();
    if (forbidden) items.clear();
    return items;
}

void lower_network(Lowering& lowering, Jail& jail) {
    NetworkCollector collector(lowering);
    each<NetworkStatement>(lowering,
                           [&](const NetworkStatement& statement, Place place) { collector.take(statement, place); });
    collector.finish(jail.network);
}

}  // namespace ward::compiler
