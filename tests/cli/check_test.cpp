// `ward check`, `ward show` and `ward list`: questions about policies.
#include "tests/cli/place.hpp"

namespace ward::test {
namespace {

class Questions : public Place {};

TEST_F(Questions, APolicyThatIsRight) {
    write("good.ward", "policy good\nuse base.program\n");
    const Outcome outcome = ward({"check", "./good.ward", "pdftotext"});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.out, "./good.ward: ok\npdftotext: ok\n");
    EXPECT_EQ(outcome.err, "");
}

TEST_F(Questions, OneWrongPolicyAmongOthers) {
    write("good.ward", "policy good\nuse base.program\n");
    write("bad.ward", "policy bad\nuse base.program\nsyscalls { allow opnat }\n");
    const Outcome outcome = ward({"check", "./bad.ward", "./good.ward"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.out, "./good.ward: ok\n");
    EXPECT_NE(outcome.err.find("error[unknown-syscall]"), std::string::npos) << outcome.err;
}

TEST_F(Questions, APathThatThisHostHasNot) {
    write("bad.ward", "policy bad\nuse base.program\nfiles { read /no/such/folder }\n");
    const Outcome outcome = ward({"check", "./bad.ward"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_NE(outcome.err.find("error[path-not-found]"), std::string::npos) << outcome.err;
    EXPECT_NE(outcome.err.find("./bad.ward:3:14"), std::string::npos) << outcome.err;
}

TEST_F(Questions, EveryShippedPolicyIsRightHere) {
    for (const char* name :
         {"pdftotext", "curl", "python3", "jq", "tar", "base.program", "base.parser", "base.client", "base.secrets"}) {
        const Outcome outcome = ward({"check", name});
        EXPECT_EQ(outcome.status, 0) << name << "\n" << outcome.err;
        EXPECT_EQ(outcome.err, "") << name;
    }
}

TEST_F(Questions, ShowHasEverySection) {
    const Outcome outcome = ward({"show", "pdftotext"});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.err, "");
    for (const char* section : {"files", "network", "calls", "capabilities", "limits", "environment", "process"})
        EXPECT_NE(outcome.out.find(section), std::string::npos) << section << "\n" << outcome.out;
}

TEST_F(Questions, ShowOfAWrongPolicy) {
    write("bad.ward", "policy bad\nuse base.program\nsyscalls { allow opnat }\n");
    const Outcome outcome = ward({"show", "./bad.ward"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.out, "");
    EXPECT_NE(outcome.err.find("error[unknown-syscall]"), std::string::npos);
}

TEST_F(Questions, ListHasTheShippedAndTheOwnPolicies) {
    environment.push_back("WARD_PATH=" + work());
    write("mine.ward", "policy mine \"something of my own\"\nuse base.program\n");
    const Outcome outcome = ward({"list"});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_NE(outcome.out.find("pdftotext"), std::string::npos);
    EXPECT_NE(outcome.out.find("something of my own\n"), std::string::npos) << outcome.out;
    EXPECT_NE(outcome.out.find("  built-in"), std::string::npos);
}

struct Input {
    std::string_view name;
    std::string_view command;  // makes ./input
};

class OddInput : public Place, public testing::WithParamInterface<Input> {};

TEST_P(OddInput, IsOneClearError) {
    ASSERT_EQ(std::system(("cd " + work() + " && " + std::string(GetParam().command)).c_str()), 0);
    const Outcome outcome = ward({"check", "./input"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.out, "");
    EXPECT_TRUE(outcome.err.starts_with("error[")) << outcome.err;
    EXPECT_EQ(outcome.err.find("error[", 1), std::string::npos) << outcome.err;
    EXPECT_LT(outcome.err.size(), 2000u);
}

INSTANTIATE_TEST_SUITE_P(Files, OddInput,
                         testing::Values(Input{"Missing", "true"}, Input{"Empty", "touch input"},
                                         Input{"Folder", "mkdir input"}, Input{"Pipe", "mkfifo input"},
                                         Input{"EndlessDevice", "ln -s /dev/zero input"},
                                         Input{"TwoMebibytes", "yes '# comment' | head -c 2097152 >input"},
                                         Input{"ZeroBytes", "printf 'policy x\\0\\n' >input"},
                                         Input{"InvalidUtf8", "printf 'policy x \"\\377\"\\n' >input"},
                                         Input{"NestedTenThousandDeep",
                                               "{ echo policy x; head -c 10000 /dev/zero | tr '\\0' '{'; } >input"}),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace ward::test
