#include "sandbox/cli/test_output.hpp"

#include <algorithm>

#include "policy/render.hpp"

namespace ward::cli {
namespace {

using sandbox::Json;

// In a description a `#` begins a directive, and a backslash takes that back.
std::string plain(const std::string& text) {
    std::string result;
    for (const char c : policy::escaped(text)) {
        if (c == '#' || c == '\\') result += '\\';
        result += c;
    }
    return result;
}

std::string description(const TestPoint& point) {
    std::string text = point.policy + ": " + point.title;
    if (!point.question.empty()) text += ": " + point.expected + ' ' + point.question;
    return plain(text);
}

// A JSON string is one of YAML too.
std::string yaml(const std::string& text) {
    std::string json = Json(text).ascii_text();
    json.erase(json.find_last_not_of('\n') + 1);
    return json;
}

std::string diagnosis(const TestPoint& point) {
    std::string text = "  ---\n  message: " + yaml(point.reason) + '\n';
    if (!point.line.empty()) text += "  at: " + yaml(point.line) + '\n';
    if (!point.rules.empty()) text += "  rules:\n";
    for (const std::string& rule : point.rules) text += "    - " + yaml(rule) + '\n';
    if (!point.change.empty()) text += "  help: " + yaml(point.change) + '\n';
    return text + "  ...\n";
}

Json as_json(const TestPoint& point) {
    Json json = Json::object();
    json.set("policy", point.policy);
    json.set("test", point.title);
    json.set("expected", point.question.empty() ? Json(nullptr) : Json(point.expected));
    json.set("question", point.question.empty() ? Json(nullptr) : Json(point.question));
    json.set("ok", point.is_ok);
    json.set("skipped", point.is_skipped);
    json.set("reason", point.reason.empty() ? Json(nullptr) : Json(point.reason));
    json.set("place", point.place);
    json.set("answer", point.answer);
    return json;
}

}  // namespace

std::string tap(const std::vector<TestPoint>& points) {
    std::string text = "TAP version 14\n1.." + std::to_string(points.size()) + '\n';
    for (std::size_t n = 0; n < points.size(); ++n) {
        const TestPoint& point = points[n];
        text += (point.is_ok ? "ok " : "not ok ") + std::to_string(n + 1) + " - " + description(point);
        text += point.is_skipped ? " # SKIP nothing was tested\n" : "\n";
        if (!point.is_ok) text += diagnosis(point);
    }
    return text;
}

std::string test_json(const std::vector<TestPoint>& points) {
    const auto failed =
        std::count_if(points.begin(), points.end(), [](const TestPoint& point) { return !point.is_ok; });
    const auto skipped =
        std::count_if(points.begin(), points.end(), [](const TestPoint& point) { return point.is_skipped; });
    Json tests = Json::list();
    for (const TestPoint& point : points) tests.add(as_json(point));
    Json json = Json::object();
    json.set("tests", std::move(tests));
    json.set("passed", static_cast<std::int64_t>(points.size()) - failed - skipped);
    json.set("failed", failed);
    return json.ascii_text();
}

}  // namespace ward::cli
