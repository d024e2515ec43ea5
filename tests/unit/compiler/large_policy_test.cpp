// Policies as large as they may be. How long they take is the benchmark's: bench_policy.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "lowering_fixture.hpp"
#include "policy/library.hpp"

namespace ward::compiler {
namespace {

std::string repeated(std::size_t count, const std::function<std::string(const std::string& number)>& piece) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += piece(std::to_string(i));
    return text;
}

TEST(LargePolicy, TenThousandStatements) {
    const auto grant = [](const std::string& n) { return "read /srv/" + n + "/data\n"; };
    const Compiled compiled = compile_text("files {\n" + repeated(10'000, grant) + "}");
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    EXPECT_TRUE(compiled.diagnostics.all().empty()) << compiled.messages();
    EXPECT_EQ(compiled.jail->files.size(), 10'000U);
    EXPECT_NE(rule_for(compiled, "/srv/9999/data"), nullptr);
}

TEST(LargePolicy, TenThousandWhens) {
    const auto branch = [](const std::string& n) {
        return "when kernel < 9." + n + " { files { read /a" + n + " } } else { files { write /a" + n + " } }\n";
    };
    const Compiled compiled = compile_text(repeated(10'000, branch));
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    EXPECT_TRUE(compiled.diagnostics.all().empty()) << compiled.messages();
    EXPECT_EQ(compiled.jail->files.size(), 10'000U);
}

// A file, so that everything that counts bytes is asked.
class LargeFile : public testing::Test {
protected:
    void write(std::size_t size) {
        const auto grant = [](const std::string& n) { return "files { read /srv/data/of/number/" + n + " }\n"; };
        std::string text = "policy large\n" + repeated(20'000, grant) + "files { read /last }\n#";
        ASSERT_LT(text.size(), size);
        text.append(size - text.size(), '-');
        std::ofstream(path_, std::ios::binary) << text;
    }

    [[nodiscard]] std::optional<Jail> load() {
        const auto set = policy::Library(policy::SearchPath{}).load(path_, sources_, diagnostics_);
        return set ? compile(*set, some_facts(), diagnostics_) : std::nullopt;
    }

    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::string folder_ = testing::TempDir() + "ward-large-" + std::to_string(::getpid());
    std::string path_ = folder_ + "/large.ward";
    policy::Sources sources_;
    policy::Diagnostics diagnostics_;

    void SetUp() override { std::filesystem::create_directory(folder_); }
};

TEST_F(LargeFile, OfOneMebibyteIsRead) {
    write(policy::max_source_bytes);
    const auto jail = load();
    ASSERT_TRUE(jail) << policy::render(diagnostics_, sources_);
    EXPECT_EQ(jail->files.size(), 20'001U);
}

TEST_F(LargeFile, OfOneByteMoreIsRefused) {
    write(policy::max_source_bytes + 1);
    EXPECT_FALSE(load());
    EXPECT_EQ(diagnostics_.errors(), 1U);
    EXPECT_EQ(policy::render(diagnostics_, sources_).find("error[source-too-large]"), 0U);
}

}  // namespace
}  // namespace ward::compiler
