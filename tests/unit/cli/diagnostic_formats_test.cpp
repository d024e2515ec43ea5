// Diagnostics for machines, in full text.
#include "sandbox/cli/diagnostic_formats.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace ward::cli {
namespace {

class DiagnosticFormats : public testing::Test {
protected:
    // `säve` is in the second line, so that bytes, code points and lines differ.
    DiagnosticFormats() : file(sources.add("./my web.ward", "policy web\nuse säve base\n")) {}

    void find_something() {
        diagnostics.add(policy::slug::unknown_policy, policy::Span{file, 21, 25}, "unknown policy `base`")
            .label("not here")
            .also({file, 7, 10}, "asked by this")
            .note("searched everywhere")
            .help("write `use base.program`");
    }

    policy::Sources sources;
    policy::FileId file;
    policy::Diagnostics diagnostics;
};

TEST_F(DiagnosticFormats, JsonHasEveryPartOfADiagnostic) {
    find_something();
    const Checked checked[] = {{"./my web.ward", sources, diagnostics}};
    const std::string text = as_json(checked);
    EXPECT_EQ(text.substr(text.find("  \"policies\"")), R"(  "policies": [
    {
      "policy": "./my web.ward",
      "ok": false,
      "errors": 1,
      "warnings": 0,
      "not_shown": 0
    }
  ],
  "diagnostics": [
    {
      "slug": "unknown-policy",
      "severity": "error",
      "message": "unknown policy `base`",
      "policy": "./my web.ward",
      "file": "./my web.ward",
      "line": 2,
      "column": 11,
      "end_line": 2,
      "end_column": 15,
      "begin": 21,
      "end": 25,
      "labels": [
        {
          "primary": true,
          "text": "not here",
          "file": "./my web.ward",
          "line": 2,
          "column": 11,
          "end_line": 2,
          "end_column": 15,
          "begin": 21,
          "end": 25
        },
        {
          "primary": false,
          "text": "asked by this",
          "file": "./my web.ward",
          "line": 1,
          "column": 8,
          "end_line": 1,
          "end_column": 11,
          "begin": 7,
          "end": 10
        }
      ],
      "notes": [
        "searched everywhere"
      ],
      "helps": [
        "write `use base.program`"
      ]
    }
  ]
}
)");
}

TEST_F(DiagnosticFormats, JsonOfADiagnosticWithoutAPlaceHasTheSameKeys) {
    diagnostics.add(policy::slug::unknown_policy, std::nullopt, "unknown policy `x`");
    find_something();
    const Checked checked[] = {{"x", sources, diagnostics}};
    const auto json = nlohmann::ordered_json::parse(as_json(checked));
    const auto& all = json["diagnostics"];
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0]["line"], 2) << "places come before none";
    EXPECT_TRUE(all[1]["line"].is_null());
    EXPECT_TRUE(all[1]["labels"].empty());
    std::vector<std::string> keys[2];
    for (std::size_t i : {0u, 1u}) {
        for (const auto& [key, value] : all[i].items()) keys[i].push_back(key);
    }
    EXPECT_EQ(keys[0], keys[1]);
}

TEST_F(DiagnosticFormats, CountWhatIsNotShown) {
    for (int i = 0; i < 60; ++i) find_something();
    const Checked checked[] = {{"x", sources, diagnostics}};
    const auto json = nlohmann::json::parse(as_json(checked));
    EXPECT_EQ(json["policies"][0]["errors"], 60);
    EXPECT_EQ(json["policies"][0]["not_shown"], 10);
    EXPECT_EQ(json["diagnostics"].size(), 50u);
}

TEST_F(DiagnosticFormats, SarifCountsCodePointsAndNamesFilesByUris) {
    find_something();
    const Checked checked[] = {{"./my web.ward", sources, diagnostics}};
    const auto result = nlohmann::json::parse(as_sarif(checked))["runs"][0]["results"][0];
    EXPECT_EQ(result["locations"][0]["physicalLocation"], nlohmann::json::parse(R"({
        "artifactLocation": {"uri": "my%20web.ward"},
        "region": {"startLine": 2, "startColumn": 10, "endLine": 2, "endColumn": 14,
                   "byteOffset": 21, "byteLength": 4}})"));
    EXPECT_EQ(result["locations"][0]["message"]["text"], "not here");
    EXPECT_EQ(result["relatedLocations"][0]["message"]["text"], "asked by this");
    EXPECT_EQ(result["message"]["text"],
              "unknown policy `base`\nnote: searched everywhere\nhelp: write `use base.program`");
}

TEST_F(DiagnosticFormats, SarifNamesWhatIsNoFileUnderAScheme) {
    const auto built_in = sources.add("<built-in>/base/x.ward", "text\n");
    const auto absolute = sources.add("/etc/ward/ä.ward", "text\n");
    diagnostics.add(policy::slug::empty_policy, policy::Span{built_in, 0, 0}, "one");
    diagnostics.add(policy::slug::empty_policy, policy::Span{absolute, 0, 0}, "two");
    const Checked checked[] = {{"x", sources, diagnostics}};
    const auto results = nlohmann::json::parse(as_sarif(checked))["runs"][0]["results"];
    const auto uri = [&](std::size_t i) {
        return results[i]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].get<std::string>();
    };
    EXPECT_EQ(uri(0), "ward:built-in/base/x.ward");
    EXPECT_EQ(uri(1), "file:///etc/ward/%C3%A4.ward");
}

TEST_F(DiagnosticFormats, AreAsciiWhateverAPolicyHolds) {
    diagnostics.add(policy::slug::unknown_policy, policy::Span{file, 15, 20}, "unknown policy `\x1b[2J\u202e\x7f\xff`");
    const Checked checked[] = {{"\xc3\xa4.ward", sources, diagnostics}};
    for (const std::string& text : {as_json(checked), as_sarif(checked)}) {
        for (const char c : text) EXPECT_TRUE(c == '\n' || (c >= ' ' && c <= '~')) << static_cast<int>(c);
    }
}

}  // namespace
}  // namespace ward::cli
