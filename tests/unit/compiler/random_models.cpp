#include "tests/unit/compiler/random_models.hpp"

#include <cerrno>

namespace ward::compiler::test {

FilterModel RandomModel::make(std::uint32_t count, unsigned percent_with_arguments) {
    AbiModel native{Abi::x86_64, {}, {Response::Kind::refuse, ENOSYS}};
    Response run = response();
    for (std::uint32_t number = 0; number < count; ++number) {
        if (below(3) == 0) run = response();
        native.calls.push_back(below(100) < percent_with_arguments ? call() : CallModel{{}, run});
    }
    return {{native}};
}

CallModel RandomModel::call() {
    CallModel call{{}, response()};
    const unsigned count = 1 + below(3);
    for (unsigned i = 0; i < count; ++i) call.answers.push_back({condition(2), response()});
    return call;
}

Condition RandomModel::condition(unsigned depth) {
    if (depth == 0 || below(3) == 0) return holds(comparison());
    Condition result = condition(depth - 1);
    const unsigned more = 1 + below(2);
    for (unsigned i = 0; i < more; ++i)
        result = below(2) ? both(condition(depth - 1), result) : either(result, condition(depth - 1));
    return below(4) ? result : negated(result);
}

Comparison RandomModel::comparison() {
    constexpr std::uint64_t masks[] = {~0ull, 06000, 4, 0xff00, 0x80000000, 0x8000000080000001, 0xffffffff};
    const std::uint64_t mask = masks[below(7)];
    const std::uint64_t values[] = {0, mask, mask & 0x5412, 1, mask & 0xdeadbeef12345678};
    // Mostly of the same two, so that they meet.
    const unsigned argument = below(4) != 0 ? below(2) : below(6);
    Comparison result{static_cast<std::uint8_t>(argument), static_cast<std::uint8_t>(16u << below(3))};
    result.mask = mask;
    result.value = values[below(5)];
    if (below(3) == 0) {
        result.relation = Comparison::Relation::less;
        result.is_signed = below(2) == 0;
        result.mask = ~std::uint64_t{0};
    }
    if (result.bits < 64) result.value &= (std::uint64_t{1} << result.bits) - 1;
    return result;
}

Response RandomModel::response() {
    constexpr Response allow{Response::Kind::allow};
    constexpr Response all[] = {allow,
                                allow,
                                {Response::Kind::refuse, EPERM},
                                {Response::Kind::refuse, ENOSYS},
                                {Response::Kind::trap},
                                {Response::Kind::kill}};
    return all[below(6)];
}

}  // namespace ward::compiler::test
