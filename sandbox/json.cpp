#include "sandbox/json.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

namespace ward::sandbox {
namespace {

using Library = nlohmann::ordered_json;

std::string dump(const Library& json, bool ascii) {
    return json.dump(2, ' ', ascii, Library::error_handler_t::replace) + "\n";
}

}  // namespace

struct Json::Value {
    Library json;
};

Json::Json(Value value) : value_(std::make_unique<Value>(std::move(value))) {}
Json::Json(std::nullptr_t) : Json(Value{nullptr}) {}
Json::Json(bool value) : Json(Value{value}) {}
Json::Json(double value) : Json(Value{value}) {}
Json::Json(std::int64_t value) : Json(Value{value}) {}
Json::Json(std::uint64_t value) : Json(Value{value}) {}
Json::Json(std::string_view value) : Json(Value{value}) {}

Json::Json(const Json& other) : Json(Value(*other.value_)) {}
Json::Json(Json&& other) noexcept = default;
Json& Json::operator=(Json other) noexcept {
    value_ = std::move(other.value_);
    return *this;
}
Json::~Json() = default;

Json Json::object() {
    return Json(Value{Library::object()});
}

Json Json::list() {
    return Json(Value{Library::array()});
}

Json& Json::set(std::string_view key, Json value) {
    value_->json[std::string(key)] = std::move(value.value_->json);
    return *this;
}

Json& Json::add(Json value) {
    value_->json.push_back(std::move(value.value_->json));
    return *this;
}

std::optional<Json> Json::parse(std::string_view text, std::string& fault) {
    try {
        return Json(Value{Library::parse(text)});
    } catch (const Library::exception& error) {
        // What stands behind the number of the exception: `[json.exception.parse_error.101] parse error at ...`.
        const std::string_view words = error.what();
        fault = words.substr(std::min(words.find("] ") + 2, words.size()));
        return std::nullopt;
    }
}

bool Json::is_null() const {
    return value_->json.is_null();
}

bool Json::is_object() const {
    return value_->json.is_object();
}

bool Json::is_list() const {
    return value_->json.is_array();
}

std::optional<std::string> Json::as_text() const {
    if (!value_->json.is_string()) return std::nullopt;
    return value_->json.get<std::string>();
}

std::optional<std::uint64_t> Json::as_number() const {
    if (!value_->json.is_number_unsigned()) return std::nullopt;
    return value_->json.get<std::uint64_t>();
}

std::optional<Json> Json::member(const std::string& key) const {
    if (!is_object() || !value_->json.contains(key)) return std::nullopt;
    return Json(Value{value_->json.at(key)});
}

std::vector<std::string> Json::keys() const {
    std::vector<std::string> keys;
    if (!is_object()) return keys;
    for (const auto& item : value_->json.items()) keys.push_back(item.key());
    return keys;
}

std::vector<Json> Json::elements() const {
    std::vector<Json> elements;
    if (!is_list()) return elements;
    for (const auto& element : value_->json) elements.push_back(Json(Value{element}));
    return elements;
}

std::string Json::text() const {
    return dump(value_->json, false);
}

std::string Json::ascii_text() const {
    return dump(value_->json, true);
}

}  // namespace ward::sandbox
