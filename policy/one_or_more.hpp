// A list that mostly holds one: that one is kept in place, and only several are apart.
//
// Filled once and never grows. Empty until then.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <variant>
#include <vector>

namespace ward::policy {

template <typename T>
class OneOrMore {
public:
    void take(T&& one) { items_.template emplace<T>(std::move(one)); }
    // Leaves nothing in `items` that means anything; of one alone, the vector keeps its memory.
    void take(std::vector<T>& items) {
        if (items.size() == 1)
            items_.template emplace<T>(std::move(items.front()));
        else
            items_ = std::move(items);
    }

    [[nodiscard]] std::span<const T> all() const {
        if (const T* one = std::get_if<T>(&items_)) return {one, 1};
        return std::get<std::vector<T>>(items_);
    }
    [[nodiscard]] std::size_t size() const { return all().size(); }
    [[nodiscard]] const T& front() const { return all().front(); }
    [[nodiscard]] const T* begin() const { return all().data(); }
    [[nodiscard]] const T* end() const { return all().data() + size(); }

private:
    std::variant<std::vector<T>, T> items_;
};

}  // namespace ward::policy
