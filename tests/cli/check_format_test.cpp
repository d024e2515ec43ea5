// `ward check --format`: what machines read. SARIF is compared with the rules of its schema that concern
// the objects that ward writes.
#include <gtest/gtest-spi.h>

#include <functional>
#include <map>
#include <set>

#include <nlohmann/json.hpp>

#include "tests/cli/place.hpp"

namespace ward::test {
namespace {

using Json = nlohmann::json;

class CheckFormat : public Place {
protected:
    void SetUp() override {
        Place::SetUp();
        write("good.ward", "policy good\nuse base.program\n");
        write("bad.ward",
              "policy bad\nuse base.program\nfiles { raed /srv }\nsyscalls { allow opnat\n allow read, read }\n");
    }
};

TEST_F(CheckFormat, TextIsTheDefault) {
    const Outcome plain = ward({"check", "./bad.ward", "./good.ward"});
    const Outcome text = ward({"check", "--format=text", "./bad.ward", "./good.ward"});
    EXPECT_EQ(text.out, plain.out);
    EXPECT_EQ(text.err, plain.err);
    EXPECT_EQ(text.status, 1);
}

TEST_F(CheckFormat, JsonIsOnStandardOutputAlone) {
    const Outcome outcome = ward({"check", "--format=json", "./bad.ward", "./good.ward"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.err, "");
    const Json json = Json::parse(outcome.out);
    EXPECT_EQ(json["policies"][0]["policy"], "./bad.ward");
    EXPECT_EQ(json["policies"][0]["ok"], false);
    EXPECT_EQ(json["policies"][1]["policy"], "./good.ward");
    EXPECT_EQ(json["policies"][1]["ok"], true);
    ASSERT_EQ(json["diagnostics"].size(),
              json["policies"][0]["errors"].get<std::size_t>() + json["policies"][0]["warnings"].get<std::size_t>());
    const Json& first = json["diagnostics"][0];
    EXPECT_EQ(first["slug"], "unknown-statement");
    EXPECT_EQ(first["severity"], "error");
    EXPECT_EQ(first["file"], "./bad.ward");
    EXPECT_EQ(first["line"], 3);
    EXPECT_EQ(first["column"], 9);
    EXPECT_EQ(first["begin"], 36);
    EXPECT_EQ(first["end"], 40);
    EXPECT_EQ(first["helps"][0], "a statement with a similar name exists: `read`");
}

TEST_F(CheckFormat, JsonOfGoodPoliciesHasNoDiagnostics) {
    const Outcome outcome = ward({"check", "--format=json", "./good.ward"});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(Json::parse(outcome.out)["diagnostics"], Json::array());
}

TEST_F(CheckFormat, APolicyThatIsNotThereIsADiagnosticToo) {
    for (const char* format : {"--format=json", "--format=sarif"}) {
        const Outcome outcome = ward({"check", format, "./none.ward"});
        EXPECT_EQ(outcome.status, 1);
        EXPECT_EQ(outcome.err, "");
        EXPECT_NE(outcome.out.find("\"source-unreadable\""), std::string::npos) << outcome.out;
    }
}

TEST_F(CheckFormat, IsTheSameEachTime) {
    for (const char* format : {"--format=json", "--format=sarif"}) {
        const std::vector<std::string> words = {"check", format, "./bad.ward", "./good.ward", "pdftotext"};
        EXPECT_EQ(ward(words).out, ward(words).out);
    }
}

TEST_F(CheckFormat, AnUnknownFormatIsAUsageError) {
    const Outcome similar = ward({"check", "--format=jsn", "./good.ward"});
    EXPECT_EQ(similar.status, 2);
    EXPECT_EQ(similar.out, "");
    EXPECT_EQ(similar.err, "error[usage]: there is no format `jsn`\n  help: write `--format=json`\n");
    EXPECT_EQ(ward({"check", "--format=html", "./good.ward"}).err,
              "error[usage]: there is no format `html`\n"
              "  help: write `--format=text`, `--format=json` or `--format=sarif`\n");
}

// ---- SARIF 2.1.0 (OASIS, sarif-schema-2.1.0.json). In the schema no object may have properties that it
// does not name.

struct ObjectRule {
    std::vector<std::string> required;
    std::map<std::string, std::function<void(const Json&)>> properties;
};

void expect_object(const Json& json, const ObjectRule& rule) {
    ASSERT_TRUE(json.is_object()) << json;
    for (const std::string& key : rule.required) EXPECT_TRUE(json.contains(key)) << key << " is missing in " << json;
    for (const auto& [key, value] : json.items()) {
        const auto property = rule.properties.find(key);
        ASSERT_NE(property, rule.properties.end()) << "`" << key << "` is no property of " << json;
        property->second(value);
    }
}

std::function<void(const Json&)> list_of(std::function<void(const Json&)> element) {
    return [element](const Json& json) {
        ASSERT_TRUE(json.is_array()) << json;
        for (const Json& each : json) element(each);
    };
}

std::function<void(const Json&)> one_of(std::vector<std::string> words) {
    return [words](const Json& json) { EXPECT_NE(std::find(words.begin(), words.end(), json), words.end()) << json; };
}

std::function<void(const Json&)> at_least(std::int64_t least) {
    return [least](const Json& json) {
        ASSERT_TRUE(json.is_number_integer()) << json;
        EXPECT_GE(json.get<std::int64_t>(), least);
    };
}

void text(const Json& json) {
    EXPECT_TRUE(json.is_string() && !json.get<std::string>().empty()) << json;
}

// RFC 3986: nothing but these characters, and `%` only before two hexadecimal digits.
void uri_reference(const Json& json) {
    text(json);
    const auto uri = json.get<std::string>();
    for (std::size_t i = 0; i < uri.size(); ++i) {
        const bool is_plain = std::isalnum(static_cast<unsigned char>(uri[i])) != 0 ||
                              std::string_view("-._~:/?#[]@!$&'()*+,;=").find(uri[i]) != std::string_view::npos;
        const bool is_escape =
            uri[i] == '%' && i + 2 < uri.size() && std::isxdigit(uri[i + 1]) != 0 && std::isxdigit(uri[i + 2]) != 0;
        EXPECT_TRUE(is_plain || is_escape) << uri;
    }
}

void message(const Json& json) {
    expect_object(json, {{"text"}, {{"text", text}}});
}

void region(const Json& json) {
    const auto from_one = at_least(1);
    const auto from_zero = at_least(0);
    expect_object(json, {{"startLine"},
                         {{"startLine", from_one},
                          {"startColumn", from_one},
                          {"endLine", from_one},
                          {"endColumn", from_one},
                          {"byteOffset", from_zero},
                          {"byteLength", from_zero}}});
}

void location(const Json& json) {
    const auto artifact = [](const Json& part) { expect_object(part, {{"uri"}, {{"uri", uri_reference}}}); };
    const auto physical = [&](const Json& part) {
        expect_object(part, {{"artifactLocation"}, {{"artifactLocation", artifact}, {"region", region}}});
    };
    expect_object(json, {{"physicalLocation"}, {{"physicalLocation", physical}, {"message", message}}});
}

const auto level = one_of({"none", "note", "warning", "error"});

void rule(const Json& json) {
    const auto configuration = [](const Json& part) { expect_object(part, {{}, {{"level", level}}}); };
    expect_object(json, {{"id"},
                         {{"id", text},
                          {"shortDescription", message},
                          {"fullDescription", message},
                          {"defaultConfiguration", configuration}}});
}

void driver(const Json& json) {
    expect_object(json, {{"name"}, {{"name", text}, {"semanticVersion", text}, {"rules", list_of(rule)}}});
}

void result(const Json& json) {
    expect_object(json, {{"message"},
                         {{"ruleId", text},
                          {"ruleIndex", at_least(-1)},
                          {"level", level},
                          {"message", message},
                          {"locations", list_of(location)},
                          {"relatedLocations", list_of(location)}}});
}

void run_of_tool(const Json& json) {
    const auto tool = [](const Json& part) { expect_object(part, {{"driver"}, {{"driver", driver}}}); };
    expect_object(json, {{"tool"},
                         {{"tool", tool},
                          {"columnKind", one_of({"utf16CodeUnits", "unicodeCodePoints"})},
                          {"results", list_of(result)}}});
    // §3.27.6: ruleIndex is that of the rule with the id ruleId; the ids of rules are distinct.
    const Json& rules = json["tool"]["driver"]["rules"];
    for (const Json& each : json["results"]) {
        const auto index = each["ruleIndex"].get<std::size_t>();
        ASSERT_LT(index, rules.size());
        EXPECT_EQ(rules[index]["id"], each["ruleId"]);
    }
    std::set<std::string> ids;
    for (const Json& each : rules) EXPECT_TRUE(ids.insert(each["id"].get<std::string>()).second) << each;
}

void log(const Json& json) {
    expect_object(json, {{"version", "runs"},
                         {{"$schema", uri_reference}, {"version", one_of({"2.1.0"})}, {"runs", list_of(run_of_tool)}}});
}

TEST_F(CheckFormat, SarifIsValid) {
    const Outcome outcome = ward({"check", "--format=sarif", "./bad.ward", "./good.ward", "./none.ward"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.err, "");
    const Json json = Json::parse(outcome.out);
    log(json);
    ASSERT_EQ(json["runs"].size(), 1u);
    const Json& results = json["runs"][0]["results"];
    EXPECT_GE(results.size(), 2u);
    EXPECT_EQ(results[0]["ruleId"], "unknown-statement");
    EXPECT_EQ(results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "bad.ward");
    EXPECT_EQ(results.back()["ruleId"], "source-unreadable");
    EXPECT_EQ(results.back()["locations"], Json::array());
}

TEST_F(CheckFormat, SarifWithoutAResultIsValid) {
    const Outcome outcome = ward({"check", "--format=sarif", "./good.ward"});
    EXPECT_EQ(outcome.status, 0);
    const Json json = Json::parse(outcome.out);
    log(json);
    EXPECT_EQ(json["runs"][0]["results"], Json::array());
}

// The checks above would not be worth much if they passed on anything.
TEST(SarifRules, FindWhatIsWrong) {
    testing::TestPartResultArray failures;
    {
        testing::ScopedFakeTestPartResultReporter reporter(
            testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &failures);
        log(Json::parse(R"({"version": "2.1.0"})"));
        log(Json::parse(R"({"version": "2.0.0", "runs": []})"));
        result(Json::parse(R"({"ruleId": "x"})"));
        result(Json::parse(R"({"message": {"text": "x"}, "slug": "x"})"));
        region(Json::parse(R"({"startLine": 0})"));
        uri_reference(Json("a b"));
        level(Json("fatal"));
    }
    EXPECT_EQ(failures.size(), 7);
}

}  // namespace
}  // namespace ward::test
