#include "compiler/condition.hpp"

namespace ward::compiler {
namespace {

// `parts` of `a` and `b`, where one that is already of this kind adds its own.
Condition joined(Condition::Kind kind, Condition a, Condition b) {
    Condition result{kind, {}, {}};
    for (Condition* each : {&a, &b}) {
        if (each->kind == kind)
            result.parts.insert(result.parts.end(), each->parts.begin(), each->parts.end());
        else
            result.parts.push_back(std::move(*each));
    }
    return result;
}

}  // namespace

Condition always() {
    return {};
}

Condition never() {
    return {Condition::Kind::any, {}, {}};
}

Condition holds(Comparison comparison) {
    return {Condition::Kind::comparison, comparison, {}};
}

Condition negated(Condition condition) {
    if (is_always(condition)) return never();
    if (is_never(condition)) return always();
    if (condition.kind == Condition::Kind::negation) {
        Condition inner = std::move(condition.parts.front());
        return inner;
    }
    Condition result{Condition::Kind::negation, {}, {}};
    result.parts.push_back(std::move(condition));
    return result;
}

Condition both(Condition a, Condition b) {
    if (is_never(a) || is_always(b)) return a;
    if (is_never(b) || is_always(a)) return b;
    return joined(Condition::Kind::all, std::move(a), std::move(b));
}

Condition either(Condition a, Condition b) {
    if (is_always(a) || is_never(b)) return a;
    if (is_always(b) || is_never(a)) return b;
    return joined(Condition::Kind::any, std::move(a), std::move(b));
}

}  // namespace ward::compiler
