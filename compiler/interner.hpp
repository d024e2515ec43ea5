// Values that are kept once: equal ones get the same number.
//
// Never forgets a value before clear(). T needs `==` and hash().
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace ward::compiler {

[[nodiscard]] inline std::size_t hash_mixed(std::size_t hash, std::uint64_t value) {
    hash = (hash ^ value) * 0x9e3779b97f4a7c15u;
    return hash ^ (hash >> 29);
}

template <typename T>
class Interner {
public:
    [[nodiscard]] std::uint32_t intern(T value) {
        if ((values_.size() + 1) * 2 > buckets_.size()) grow();
        const std::size_t at = place_of(value);
        if (buckets_[at] == empty) {
            buckets_[at] = static_cast<std::uint32_t>(values_.size());
            values_.push_back(std::move(value));
        }
        return buckets_[at];
    }

    [[nodiscard]] const T& operator[](std::uint32_t number) const { return values_[number]; }

    void clear() {
        values_.clear();
        buckets_.assign(buckets_.size(), empty);
    }

private:
    static constexpr std::uint32_t empty = ~0u;

    // Its bucket, or the free one where it belongs: open addressing.
    [[nodiscard]] std::size_t place_of(const T& value) const {
        const std::size_t last = buckets_.size() - 1;
        std::size_t at = value.hash() & last;
        while (buckets_[at] != empty && !(values_[buckets_[at]] == value)) at = (at + 1) & last;
        return at;
    }

    void grow() {
        buckets_.assign(buckets_.empty() ? 64 : buckets_.size() * 2, empty);
        for (std::uint32_t number = 0; number < values_.size(); ++number) buckets_[place_of(values_[number])] = number;
    }

    std::vector<T> values_;
    std::vector<std::uint32_t> buckets_;  // a power of two of them
};

}  // namespace ward::compiler
