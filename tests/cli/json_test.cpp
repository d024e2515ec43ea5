// The answers in JSON of subcommands that have none of their own tests: what people read, for machines.
#include "tests/cli/place.hpp"

namespace ward::test {
namespace {

class JsonAnswers : public Place {
protected:
    void SetUp() override {
        Place::SetUp();
        environment.push_back("WARD_PATH=" + work());
    }
    // As jq gives it back, on one line.
    [[nodiscard]] std::string query(const std::string& command, const std::string& filter) const {
        const Outcome outcome = plain({"/bin/sh", "-c", WARD_PROGRAM " " + command + " | jq -c '" + filter + "'"});
        return outcome.out + outcome.err;
    }
};

TEST_F(JsonAnswers, List) {
    write("mine.ward", "policy mine \"my own\"\nuse base.program\n");
    write("curl.ward", "policy curl\nuse curl\n");
    write("broken.ward", "policy broken\nuse nothing-of-this-name\n");
    EXPECT_EQ(query("list --json", R"(.[] | select(.name == "mine") | del(.origin))"),
              R"({"name":"mine","description":"my own","shadows":[],"extends":false,"error":null})"
              "\n");
    EXPECT_EQ(query("list --json", R"(.[] | select(.name == "curl") | [.origin, .shadows, .extends])"),
              "[\"" + work() + "/curl.ward\",[\"built-in\"],true]\n");
    EXPECT_EQ(query("list --json", R"(.[] | select(.error) | [.name, .error])"),
              "[\"broken\",\"unknown policy `nothing-of-this-name`\"]\n");
}

TEST_F(JsonAnswers, AListMarksWhatIsBroken) {
    write("broken.ward", "policy broken\nfiles {\n");
    const std::string text = ward({"list"}).out;
    EXPECT_NE(text.find("broken.ward  error: "), std::string::npos) << text;
}

TEST_F(JsonAnswers, Show) {
    write("web.ward", "policy web\nfiles { read? /usr/share/dict }\nlimits { time 5s }\n");
    EXPECT_EQ(query("show --json web", ".policy, .files, .limits, (keys | length)"),
              "\"web\"\n"
              "[{\"word\":\"read?\",\"text\":\"/usr/share/dict\",\"place\":\"" +
                  work() +
                  "/web.ward:2\"}]\n"
                  "[{\"word\":\"time\",\"text\":\"5s\",\"place\":\"" +
                  work() + "/web.ward:3\"}]\n9\n");
}

TEST_F(JsonAnswers, CheckIsItsFormat) {
    EXPECT_EQ(ward({"check", "--json", "jq"}).out, ward({"check", "--format=json", "jq"}).out);
    EXPECT_EQ(ward({"check", "--json", "--format=sarif", "jq"}).err,
              "error[usage]: `--json` is `--format=json`, and both are given\n  help: leave one of the two out\n");
}

TEST_F(JsonAnswers, Fmt) {
    write("good.ward", "policy good\n\nuse base.program\n");
    write("crowded.ward", "policy  crowded\nuse base.program\n");
    write("wrong.ward", "policy wrong {\n");
    const std::string files = " ./good.ward ./crowded.ward ./wrong.ward 2>/dev/null";
    EXPECT_EQ(query("fmt --json --check" + files, "map(.state)"), "[\"canonical\",\"differs\",\"wrong\"]\n");
    EXPECT_EQ(query("fmt --json" + files, "map(.state)"), "[\"canonical\",\"rewritten\",\"wrong\"]\n");
    EXPECT_EQ(ward({"fmt", "--json", "-"}).status, 2);
}

TEST_F(JsonAnswers, WrapList) {
    ASSERT_EQ(ward({"wrap", "install", "jq"}).status, 0);
    const std::string shim = folder + "/home/.local/share/ward/bin/jq";
    EXPECT_EQ(query("wrap list --json", "."),
              "[{\"name\":\"jq\",\"shim\":\"" + shim + "\",\"program\":\"/usr/bin/jq\"}]\n");
    EXPECT_EQ(ward({"wrap", "remove", "--json", "jq"}).status, 2);
}

}  // namespace
}  // namespace ward::test
