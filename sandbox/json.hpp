// JSON: values that are made, for what machines read (reports, diagnostics, explanations), and texts that
// are read (profiles of containers). The only door to nlohmann/json, which stays in json.cpp.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ward::sandbox {

class Json {
public:
    // Implicit: values become JSON where they are written.
    Json(std::nullptr_t = nullptr);
    Json(bool value);
    Json(double value);
    Json(std::int64_t value);
    Json(std::uint64_t value);
    Json(std::signed_integral auto value) : Json(std::int64_t{value}) {}
    Json(std::unsigned_integral auto value) : Json(std::uint64_t{value}) {}
    Json(const char* value) : Json(std::string_view(value)) {}
    Json(const std::string& value) : Json(std::string_view(value)) {}
    Json(std::string_view value);

    Json(const Json& other);
    Json(Json&& other) noexcept;
    Json& operator=(Json other) noexcept;
    ~Json();

    [[nodiscard]] static Json object();
    [[nodiscard]] static Json list();
    template <typename Range>
    [[nodiscard]] static Json list_of(const Range& values) {
        Json result = list();
        for (const auto& value : values) result.add(value);
        return result;
    }

    // A member of an object; they keep the order in which they were set.
    Json& set(std::string_view key, Json value);
    // An element of a list.
    Json& add(Json value);

    // Absent if the text is no JSON; `fault` then says why. Comments are no JSON.
    [[nodiscard]] static std::optional<Json> parse(std::string_view text, std::string& fault);
    [[nodiscard]] bool is_null() const;
    [[nodiscard]] bool is_object() const;
    [[nodiscard]] bool is_list() const;
    // Absent if the value is of another kind.
    [[nodiscard]] std::optional<std::string> as_text() const;
    [[nodiscard]] std::optional<std::uint64_t> as_number() const;  // whole, not negative
    // Absent if there is no such member, or this is no object.
    [[nodiscard]] std::optional<Json> member(const std::string& key) const;
    // Empty if this is no object, or no list.
    [[nodiscard]] std::vector<std::string> keys() const;
    [[nodiscard]] std::vector<Json> elements() const;

    // Indented, ending in a newline. What is no UTF-8 becomes U+FFFD.
    [[nodiscard]] std::string text() const;
    // The same with escapes for all that is not ASCII, so that text from a policy cannot drive a terminal.
    [[nodiscard]] std::string ascii_text() const;

private:
    struct Value;
    explicit Json(Value value);
    std::unique_ptr<Value> value_;
};

}  // namespace ward::sandbox
