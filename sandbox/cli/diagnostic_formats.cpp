#include "sandbox/cli/diagnostic_formats.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "policy/utf8.hpp"
#include "sandbox/cli/explain/explanation.hpp"
#include "sandbox/json.hpp"

namespace ward::cli {
namespace {

using policy::Diagnostic;
using policy::Label;
using policy::Position;
using policy::Severity;
using policy::Slug;
using policy::Source;
using policy::Sources;
using policy::Span;
using sandbox::Json;

std::string_view severity_word(Severity severity) {
    return severity == Severity::error ? "error" : "warning";
}

// ---- ward's own

void set_place(Json& json, Span span, const Sources& sources) {
    const Source& source = sources[span.file];
    const Position first = source.position(span.begin);
    const Position last = source.position(span.end);
    json.set("file", source.name())
        .set("line", first.line)
        .set("column", first.column)
        .set("end_line", last.line)
        .set("end_column", last.column)
        .set("begin", span.begin)
        .set("end", span.end);
}

void set_no_place(Json& json) {
    for (const char* key : {"file", "line", "column", "end_line", "end_column", "begin", "end"}) json.set(key, nullptr);
}

Json label_json(const Label& label, bool primary, const Sources& sources) {
    Json json = Json::object().set("primary", primary).set("text", label.text);
    set_place(json, label.span, sources);
    return json;
}

Json labels_json(const Diagnostic& diagnostic, const Sources& sources) {
    Json labels = Json::list();
    if (diagnostic.primary()) labels.add(label_json(*diagnostic.primary(), true, sources));
    for (const Label& label : diagnostic.secondary()) labels.add(label_json(label, false, sources));
    return labels;
}

Json diagnostic_json(const Diagnostic& diagnostic, const Checked& checked) {
    Json json = Json::object()
                    .set("slug", diagnostic.kind().name)
                    .set("severity", severity_word(diagnostic.kind().severity))
                    .set("message", diagnostic.message())
                    .set("policy", checked.policy);
    if (diagnostic.primary())
        set_place(json, diagnostic.primary()->span, checked.sources);
    else
        set_no_place(json);
    return json.set("labels", labels_json(diagnostic, checked.sources))
        .set("notes", Json::list_of(diagnostic.notes()))
        .set("helps", Json::list_of(diagnostic.helps()));
}

Json policy_json(const Checked& checked) {
    return Json::object()
        .set("policy", checked.policy)
        .set("ok", !checked.diagnostics.has_errors())
        .set("errors", checked.diagnostics.errors())
        .set("warnings", checked.diagnostics.warnings())
        .set("not_shown", checked.diagnostics.suppressed());
}

// ---- SARIF. Numbers of sections are those of the OASIS standard, version 2.1.0.

// `text` as a part of a URI (RFC 3986): `/` stays, all that is not unreserved becomes %NN.
std::string uri_path(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (plain.find(c) != std::string_view::npos)
            result += c;
        else
            (result += '%').append({digits[byte / 16], digits[byte % 16]});
    }
    return result;
}

// A file by its path as it was named, so that viewers find it from the same folder; a text that is no
// file under a scheme of ward's own.
std::string uri(std::string_view name) {
    if (name.starts_with('<')) {  // `<built-in>/base/program.ward`, `<stdin>`
        std::string plain(name);
        std::erase_if(plain, [](char c) { return c == '<' || c == '>'; });
        return "ward:" + uri_path(plain);
    }
    if (name.starts_with('/')) return "file://" + uri_path(name);
    while (name.starts_with("./")) name.remove_prefix(2);
    return uri_path(name);
}

// The column in code points of a place in a line, from 1; a byte that is no UTF-8 counts as one.
std::size_t column_in_code_points(const Source& source, std::uint32_t offset) {
    const std::size_t bytes = source.position(offset).column - 1;
    std::string_view before = source.text().substr(offset - bytes, bytes);
    std::size_t column = 1;
    for (; !before.empty(); ++column) {
        const auto point = policy::decode_utf8(before);
        before.remove_prefix(point ? point->bytes : 1);
    }
    return column;
}

Json region(Span span, const Source& source) {
    return Json::object()
        .set("startLine", source.position(span.begin).line)
        .set("startColumn", column_in_code_points(source, span.begin))
        .set("endLine", source.position(span.end).line)
        .set("endColumn", column_in_code_points(source, span.end))
        .set("byteOffset", span.begin)
        .set("byteLength", span.end - span.begin);
}

Json message(std::string_view text) {
    return Json::object().set("text", text);
}

Json location(const Label& label, const Sources& sources) {
    const Source& source = sources[label.span.file];
    Json json = Json::object().set("physicalLocation",
                                   Json::object()
                                       .set("artifactLocation", Json::object().set("uri", uri(source.name())))
                                       .set("region", region(label.span, source)));
    if (!label.text.empty()) json.set("message", message(label.text));
    return json;
}

// Viewers show nothing but this text (§3.27.11), so the notes and helps are in it.
std::string whole_text(const Diagnostic& diagnostic) {
    std::string text = diagnostic.message();
    for (const std::string& note : diagnostic.notes()) text += "\nnote: " + note;
    for (const std::string& help : diagnostic.helps()) text += "\nhelp: " + help;
    return text;
}

// The kinds that occur, in the order of their first diagnostic; a result refers to one by its place.
class Rules {
public:
    std::size_t index(const Slug& kind) {
        const auto found = std::find(kinds_.begin(), kinds_.end(), &kind);
        if (found != kinds_.end()) return static_cast<std::size_t>(found - kinds_.begin());
        kinds_.push_back(&kind);
        return kinds_.size() - 1;
    }
    [[nodiscard]] Json json() const {
        Json rules = Json::list();
        for (const Slug* kind : kinds_) {
            rules.add(Json::object()
                          .set("id", kind->name)
                          .set("shortDescription", message(kind->rule))
                          .set("fullDescription", message(explanation_of(*kind)))
                          .set("defaultConfiguration", Json::object().set("level", severity_word(kind->severity))));
        }
        return rules;
    }

private:
    std::vector<const Slug*> kinds_;
};

Json result_json(const Diagnostic& diagnostic, const Checked& checked, Rules& rules) {
    Json result = Json::object()
                      .set("ruleId", diagnostic.kind().name)
                      .set("ruleIndex", rules.index(diagnostic.kind()))
                      .set("level", severity_word(diagnostic.kind().severity))
                      .set("message", message(whole_text(diagnostic)));
    Json locations = Json::list();
    if (diagnostic.primary()) locations.add(location(*diagnostic.primary(), checked.sources));
    result.set("locations", std::move(locations));
    if (diagnostic.secondary().empty()) return result;
    Json related = Json::list();
    for (const Label& label : diagnostic.secondary()) related.add(location(label, checked.sources));
    return result.set("relatedLocations", std::move(related));
}

Json run_json(Json results, const Rules& rules) {
    Json driver = Json::object().set("name", "ward").set("semanticVersion", WARD_VERSION).set("rules", rules.json());
    return Json::object()
        .set("tool", Json::object().set("driver", std::move(driver)))
        .set("columnKind", "unicodeCodePoints")
        .set("results", std::move(results));
}

}  // namespace

std::string as_json(std::span<const Checked> checked) {
    Json policies = Json::list();
    Json diagnostics = Json::list();
    for (const Checked& each : checked) {
        policies.add(policy_json(each));
        for (const Diagnostic* diagnostic : each.diagnostics.sorted())
            diagnostics.add(diagnostic_json(*diagnostic, each));
    }
    return Json::object()
        .set("ward", WARD_VERSION)
        .set("policies", std::move(policies))
        .set("diagnostics", std::move(diagnostics))
        .ascii_text();
}

std::string as_sarif(std::span<const Checked> checked) {
    Rules rules;
    Json results = Json::list();
    for (const Checked& each : checked) {
        for (const Diagnostic* diagnostic : each.diagnostics.sorted())
            results.add(result_json(*diagnostic, each, rules));
    }
    Json run = run_json(std::move(results), rules);
    return Json::object()
        .set("$schema", "https://json.schemastore.org/sarif-2.1.0.json")
        .set("version", "2.1.0")
        .set("runs", Json::list().add(std::move(run)))
        .ascii_text();
}

}  // namespace ward::cli
