// The branches of a set's `when`s: which of them hold, and the mistakes in those that do not.
//
// What is compiled is what holds on the stated facts. The rest is compiled too, into nothing: a mistake
// in a branch for another machine must not wait for that machine.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "compiler/lower.hpp"

namespace ward::compiler {

// The statements of a policy outside of every `when`, or one side of a `when`.
struct Branch {
    static constexpr std::size_t none = ~std::size_t{0};

    const policy::Block* block;
    std::size_t member;
    std::size_t parent;  // an earlier branch, or `none` for the body of a policy
    bool holds;
};

// Every branch of every policy. Reports the errors in their conditions.
[[nodiscard]] std::vector<Branch> find_branches(Lowering& lowering);

// The blocks of those branches that hold, for Lowering::blocks.
[[nodiscard]] Blocks blocks_that_hold(const std::vector<Branch>& branches, std::size_t members);

// Reports what is wrong in branches that do not hold. `lower` compiles and its result is thrown away. Leaves
// the blocks of `lowering` as they were.
//
// First all branches are lowered together: every mistake of a single statement shows. Some of what shows
// is no mistake, as two values of branches that exclude each other. So each branch that looks wrong is
// lowered again with nothing but what surrounds it, and what shows both times is reported; that ends
// after 100,000 statements, which only a policy made to be slow has. A contradiction between branches that are not one
// inside the other is found only where both hold.
void check_other_branches(Lowering& lowering, const std::vector<Branch>& branches,
                          const std::function<void(Lowering&)>& lower);

}  // namespace ward::compiler
