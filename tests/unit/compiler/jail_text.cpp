#include "jail_text.hpp"

#include <algorithm>
#include <initializer_list>

namespace ward::compiler {
namespace {

class Writer {
public:
    explicit Writer(const policy::Sources* sources) : sources_(sources) {}

    std::string run(const Jail& jail) {
        line({"jail", jail.name});
        for (const FileRule& rule : jail.files) file(rule);
        stated("root", jail.root);
        for (const auto& device : jail.devices) stated("device", device);
        line({"setuid", number(jail.may_set_setuid)});
        network(jail.network);
        for (const AbiModel& abi : jail.filter.abis) model(abi);
        line({"filter", number(jail.filter.needs_exec_key), number(jail.filter.may_kill)});
        for (const CallRule& rule : jail.calls) call(jail, rule);
        line({"default", response(jail.default_refusal.value), places(jail.default_refusal.origins)});
        line({"capabilities", number(jail.capabilities.kept)});
        for (const auto& [capability, origins] : jail.capabilities.origins) {
            line({"capability", std::to_string(capability), places(origins)});
        }
        limits(jail);
        environment(jail.environment);
        process(jail.process);
        return std::move(text_);
    }

private:
    template <typename T>
    static std::string number(T value) {
        return std::to_string(value);
    }

    void line(std::initializer_list<std::string> words) {
        for (const std::string& word : words) text_ += word + ' ';
        text_ += '\n';
    }

    std::string words_at(policy::Span span) const {
        std::string words;
        for (const char c : sources_->text(span)) {
            if (c != '\n' && (c != ' ' || words.empty() || words.back() != ' ')) words += c;
        }
        return words;
    }

    [[nodiscard]] std::string places(const Origins& origins) const {
        if (sources_ == nullptr) return {};
        std::vector<std::string> all;
        for (const policy::Span span : origins) all.push_back(words_at(span));
        std::sort(all.begin(), all.end());
        std::string result;
        for (const std::string& each : all) result += "<" + each + ">";
        return result;
    }

    template <typename T>
    void stated(const std::string& name, const Stated<T>& value) {
        if constexpr (std::is_same_v<T, std::string>) {
            line({name, value.value, places(value.origins)});
        } else {
            line({name, number(static_cast<int>(value.value)), places(value.origins)});
        }
    }

    void file(const FileRule& rule) {
        line({"file", number(static_cast<int>(rule.kind)), rule.path, number(rule.is_glob), number(rule.optional),
              number(rule.argument), number(rule.access), rule.from, rule.into, rule.text, number(rule.size),
              number(rule.mode), places(rule.origins)});
    }

    void network(const Network& network) {
        line({"network", number(network.host), number(network.resolve), number(network.unix_sockets),
              places(network.origins)});
        for (const PortRange& range : network.connect) ports("connect", range);
        for (const PortRange& range : network.listen) ports("listen", range);
        for (const auto& path : network.unix_paths) stated("unix", path);
    }

    void ports(const std::string& name, const PortRange& range) {
        line({name, number(range.first), number(range.last), places(range.origins)});
    }

    static std::string response(const Response& response) {
        return number(static_cast<int>(response.kind)) + "/" + number(response.error);
    }

    static std::string condition(const Condition& what) {
        if (what.kind == Condition::Kind::comparison) {
            const Comparison& c = what.comparison;
            return "(" + number(c.argument) + " " + number(c.bits) + " " + number(c.is_signed) + " " +
                   number(static_cast<int>(c.relation)) + " " + number(c.mask) + " " + number(c.value) + ")";
        }
        std::string text = number(static_cast<int>(what.kind)) + "[";
        for (const Condition& part : what.parts) text += condition(part);
        return text + "]";
    }

    void model(const AbiModel& abi) {
        line({"abi", number(static_cast<int>(abi.abi)), response(abi.beyond)});
        for (std::size_t i = 0; i < abi.calls.size(); ++i) {
            const CallModel& call = abi.calls[i];
            std::string answers;
            for (const auto& answer : call.answers) answers += condition(answer.when) + response(answer.response);
            line({number(i), answers, response(call.otherwise), number(call.one_shot)});
        }
    }

    void call(const Jail& jail, const CallRule& rule) {
        line({"call", number(rule.number), number(static_cast<int>(rule.verdict)), response(rule.refusal),
              std::string(rule.guard), places(jail.origins_of(rule))});
        std::vector<std::string> clauses;
        for (const CallRule::Clause& clause : jail.clauses_of(rule)) {
            clauses.push_back(number(clause.allows) + condition(clause.condition) + places({clause.origin}) +
                              places({clause.written}));
        }
        std::sort(clauses.begin(), clauses.end());
        for (const std::string& clause : clauses) line({"clause", clause});
    }

    void limits(const Jail& jail) {
        for (std::size_t i = 0; i < jail.limits.size(); ++i) {
            const auto& limit = jail.limits[i];
            if (limit) {
                line({"limit", number(i), number(limit->value), number(limit->optional), places(limit->origins)});
            }
        }
        if (!jail.cpu_set) return;
        line({"cpu-set", number(jail.cpu_set->optional), places(jail.cpu_set->origins)});
        for (const auto& [first, last] : jail.cpu_set->ranges) line({number(first), number(last)});
    }

    void environment(const Environment& environment) {
        for (const auto& kept : environment.kept) line({"keep", kept.pattern, places(kept.origins)});
        for (const auto& [name, set] : environment.set) line({"set", name, set.value, places(set.origins)});
    }

    void process(const Process& process) {
        stated("hostname", process.hostname);
        stated("user", process.user);
        stated("group", process.group);
        stated("directory", process.directory);
        stated("terminal", process.terminal);
        for (const Origins* origins : {&process.share_pid, &process.share_ipc, &process.share_uts,
                                       &process.share_cgroup, &process.nested, &process.debug}) {
            line({"process", number(!origins->empty()), places(*origins)});
        }
    }

    const policy::Sources* sources_;
    std::string text_;
};

}  // namespace

std::string jail_text(const Jail& jail) {
    return Writer(nullptr).run(jail);
}

std::string jail_text(const Jail& jail, const policy::Sources& sources) {
    return Writer(&sources).run(jail);
}

}  // namespace ward::compiler
