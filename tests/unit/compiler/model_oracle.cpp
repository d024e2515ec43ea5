#include "tests/unit/compiler/model_oracle.hpp"

#include <linux/audit.h>

#include <algorithm>
#include <cstdio>
#include <initializer_list>
#include <set>

#include "tests/unit/compiler/bpf_interpreter.hpp"

namespace ward::compiler::test {
namespace {

constexpr std::uint32_t x32_first = 0x40000000;

std::uint32_t value_of(Response response, bool supervised) {
    if (response.kind == Response::Kind::allow) return SECCOMP_RET_ALLOW;
    if (response.kind == Response::Kind::refuse) return SECCOMP_RET_ERRNO | response.error;
    if (response.kind == Response::Kind::trap) return SECCOMP_RET_TRAP;
    if (response.kind == Response::Kind::kill && supervised) return SECCOMP_RET_USER_NOTIF;
    return SECCOMP_RET_KILL_PROCESS;
}

bool holds(const Decisions::Node& node, const EmitOptions& options, const seccomp_data& data) {
    if (node.kind == Decisions::Node::Kind::exec_key) return data.args[5] == options.exec_key;
    const std::uint64_t argument = data.args[node.test.argument];
    const auto half = static_cast<std::uint32_t>(node.test.high_half ? argument >> 32 : argument);
    return (half & node.test.mask) == node.test.value;
}

// Every node that a decision may reach.
void collect(const FilterModel& model, NodeId id, std::set<NodeId>& nodes) {
    if (!nodes.insert(id).second) return;
    const Decisions::Node& node = model.decisions[id];
    if (node.kind == Decisions::Node::Kind::response) return;
    collect(model, node.yes, nodes);
    collect(model, node.no, nodes);
}

std::vector<unsigned> arguments_of(const FilterModel& model, NodeId decision) {
    std::set<NodeId> nodes;
    collect(model, decision, nodes);
    std::set<unsigned> arguments;
    for (const NodeId id : nodes) {
        const Decisions::Node& node = model.decisions[id];
        if (node.kind == Decisions::Node::Kind::test) arguments.insert(node.test.argument);
        if (node.kind == Decisions::Node::Kind::exec_key) arguments.insert(5);
    }
    return {arguments.begin(), arguments.end()};
}

class Comparison {
public:
    Comparison(std::span<const sock_filter> program, const FilterModel& model, const EmitOptions& options)
        : program_(program), model_(model), options_(options), values_(boundary_values(model, options)) {}

    std::string run() {
        const auto count = static_cast<std::uint32_t>(model_.calls.size());
        for (std::uint32_t number = 0; number < count; ++number)
            vary(native_call(number), arguments_of(model_, model_.calls[number]));
        for (const std::uint32_t number : {count, count + 1, 511u, 512u, 1000u, x32_first - 1, x32_first, x32_first + 1,
                                           x32_first + 59, 0x7fffffffu, 0x80000000u, ~0u})
            vary(native_call(number), {0});
        for (const auto arch : std::initializer_list<std::uint32_t>{AUDIT_ARCH_I386, AUDIT_ARCH_AARCH64, 0, ~0u}) {
            seccomp_data data = native_call(1);
            data.arch = arch;
            vary(data, {});
        }
        return fault_;
    }

private:
    // All combinations of values in `arguments`, and the same garbage in the others.
    void vary(seccomp_data data, std::vector<unsigned> arguments) {
        if (!fault_.empty()) return;
        if (arguments.empty()) return check(data);
        const unsigned argument = arguments.back();
        arguments.pop_back();
        for (const std::uint64_t value : values_) {
            data.args[argument] = value;
            vary(data, arguments);
        }
    }

    void check(const seccomp_data& data) {
        const std::uint32_t wanted = expected(model_, options_, data);
        const std::uint32_t actual = interpret(program_, data);
        if (wanted == actual) return;
        char text[240];
        std::snprintf(text, sizeof text, "arch %#x number %d (%#llx %#llx %#llx %#llx %#llx %#llx): %#x, not %#x",
                      data.arch, data.nr, data.args[0], data.args[1], data.args[2], data.args[3], data.args[4],
                      data.args[5], actual, wanted);
        fault_ = text;
    }

    std::span<const sock_filter> program_;
    const FilterModel& model_;
    const EmitOptions& options_;
    std::vector<std::uint64_t> values_;
    std::string fault_;
};

}  // namespace

std::uint32_t expected(const FilterModel& model, const EmitOptions& options, const seccomp_data& data) {
    const auto number = static_cast<std::uint32_t>(data.nr);
    if (data.arch != AUDIT_ARCH_X86_64 || number >= x32_first) return SECCOMP_RET_KILL_PROCESS;
    NodeId id = number < model.calls.size() ? model.calls[number] : model.beyond;
    while (model.decisions[id].kind != Decisions::Node::Kind::response)
        id = holds(model.decisions[id], options, data) ? model.decisions[id].yes : model.decisions[id].no;
    return value_of(model.decisions[id].response, options.supervised);
}

seccomp_data native_call(std::uint32_t number, std::span<const std::uint64_t> arguments) {
    seccomp_data data{};
    data.nr = static_cast<int>(number);
    data.arch = AUDIT_ARCH_X86_64;
    std::copy(arguments.begin(), arguments.end(), data.args);
    return data;
}

std::string disagreement(std::span<const sock_filter> program, const FilterModel& model, const EmitOptions& options) {
    return Comparison(program, model, options).run();
}

std::vector<std::uint64_t> boundary_values(const FilterModel& model, const EmitOptions& options) {
    std::set<std::uint64_t> values = {0, 1, ~std::uint64_t{0}};
    for (const unsigned bit : {31u, 32u, 63u})
        for (const std::uint64_t near : {~std::uint64_t{0}, std::uint64_t{0}, std::uint64_t{1}})
            values.insert((std::uint64_t{1} << bit) + near);
    std::set<NodeId> nodes;
    for (const NodeId decision : model.calls) collect(model, decision, nodes);
    for (const NodeId id : nodes) {
        const Decisions::Node& node = model.decisions[id];
        if (node.kind != Decisions::Node::Kind::test) continue;
        for (const std::uint64_t half : {node.test.value, node.test.mask, node.test.value + 1, node.test.value - 1})
            values.insert({half, half << 32, half | 0xdeadbeef00000000u, (half << 32) | 0x8badf00du});
    }
    if (model.needs_exec_key)
        for (const std::uint64_t flip : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 40})
            values.insert(options.exec_key ^ flip);
    return {values.begin(), values.end()};
}

}  // namespace ward::compiler::test
