#include "sandbox/json.hpp"

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

std::string Json::text() const {
    return dump(value_->json, false);
}

std::string Json::ascii_text() const {
    return dump(value_->json, true);
}

}  // namespace ward::sandbox
