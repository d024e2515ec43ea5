#include "policy/library.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "policy/render.hpp"

namespace ward::policy {
namespace {

namespace fs = std::filesystem;

class LibraryTest : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = fs::temp_directory_path() / "ward-library-XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
    }
    void TearDown() override { fs::remove_all(folder_); }

    // Returns the whole path.
    std::string write(const std::string& path, const std::string& text) const {
        const fs::path whole = folder_ / path;
        fs::create_directories(whole.parent_path());
        std::ofstream(whole) << text;
        fs::permissions(whole, fs::perms(0644));
        return whole;
    }

    // The names and distances of a set, or what is wrong.
    std::string load(const std::string& entry) {
        Sources sources;
        Diagnostics diagnostics;
        const auto set = library().load(entry, sources, diagnostics);
        EXPECT_EQ(set.has_value(), !diagnostics.has_errors());
        if (!set) return render(diagnostics, sources);
        std::string result;
        for (const auto& member : set->members) {
            result += member.policy.name.text + ' ' + std::to_string(member.distance) + ' ' +
                      sources[member.policy.file].name() + '\n';
        }
        for (std::size_t at = 0; (at = result.find(folder_.string())) != std::string::npos;) {
            result.replace(at, folder_.string().size(), "FOLDER");
        }
        return result;
    }

    [[nodiscard]] Library library() const {
        return Library(SearchPath{{(folder_ / "near").string(), (folder_ / "far").string()}});
    }

    fs::path folder_;
};

constexpr const char* body = "files { read /srv }\n";

TEST_F(LibraryTest, LooksInTheNearestFolderFirstAndInTheProgramLast) {
    write("far/base/program.ward", std::string("policy program\n") + body);
    EXPECT_EQ(load("base.program"), "program 0 FOLDER/far/base/program.ward\n");
    write("near/base/program.ward", std::string("policy base.program\n") + body);
    EXPECT_EQ(load("base.program"), "base.program 0 FOLDER/near/base/program.ward\n");
    const std::string file = write("own/web.ward", "policy web\nuse base.program\n");
    EXPECT_EQ(load(file), "web 0 FOLDER/own/web.ward\nbase.program 1 FOLDER/near/base/program.ward\n");
    write("own/base/program.ward", std::string("policy program\n") + body);
    EXPECT_EQ(load(file), "web 0 FOLDER/own/web.ward\nprogram 1 FOLDER/own/base/program.ward\n");
}

TEST_F(LibraryTest, FindsBuiltInPolicies) {
    EXPECT_TRUE(load("base.program").find(" 0 <built-in>/base/program.ward\n") != std::string::npos)
        << load("base.program");
}

TEST_F(LibraryTest, OrdersMembersByDistanceAndNameWhateverTheOrderOfTheLines) {
    write("near/a.ward", "policy a\nuse d\n");
    write("near/b.ward", "policy b\nuse c\nuse d\n");
    write("near/c.ward", "policy c\nuse d\n");
    write("near/d.ward", std::string("policy d\n") + body);
    const std::string expected =
        "top 0 FOLDER/near/top.ward\na 1 FOLDER/near/a.ward\nb 1 FOLDER/near/b.ward\n"
        "c 2 FOLDER/near/c.ward\nd 2 FOLDER/near/d.ward\n";
    write("near/top.ward", "policy top\nuse a\nuse b\n");
    EXPECT_EQ(load("top"), expected);
    write("near/top.ward", "policy top\nuse b\nuse a\n");
    EXPECT_EQ(load("top"), expected);
}

TEST_F(LibraryTest, TakesAFileInOnceThroughTwoNames) {
    write("near/a.ward", std::string("policy a\n") + body);
    fs::create_directory_symlink(folder_ / "near", folder_ / "near/again");
    write("near/top.ward", "policy top\nuse a\nuse again.a\n");
    EXPECT_EQ(load("top"), "top 0 FOLDER/near/top.ward\na 1 FOLDER/near/a.ward\n");
}

TEST_F(LibraryTest, NeverLeavesAFolderByAName) {
    write("secret.ward", std::string("policy secret\n") + body);
    for (const char* name : {"..secret", ".", "..", "", "near.", ".near", "a b", "a\nb"}) {
        EXPECT_FALSE(library().has(name)) << name;
        EXPECT_EQ(load(name).substr(0, 21), "error[unknown-policy]") << name;
    }
}

TEST_F(LibraryTest, DoesNotPassOverAFileThatItCannotRead) {
    fs::create_directories(folder_ / "near/web.ward");
    write("far/web.ward", std::string("policy web\n") + body);
    EXPECT_TRUE(library().has("web"));
    EXPECT_EQ(load("web").substr(0, 24), "error[source-not-a-file]");
}

TEST_F(LibraryTest, ReadsSixtyFourPoliciesAndNoMore) {
    const auto chain = [this](int count) {
        for (int i = 0; i < count; ++i) {
            const std::string name = "p" + std::to_string(i);
            const bool last = i + 1 == count;
            write("near/" + name + ".ward",
                  "policy " + name + '\n' + (last ? body : "use p" + std::to_string(i + 1) + '\n'));
        }
        return load("p0");
    };
    const std::string all = chain(64);
    EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 64) << all;
    EXPECT_EQ(chain(65).substr(0, 24), "error[too-many-policies]");
}

TEST_F(LibraryTest, ShowsEveryCircle) {
    write("near/a.ward", "policy a\nuse b\nuse c\n");
    write("near/b.ward", "policy b\nuse a\n");
    write("near/c.ward", "policy c\nuse c\n");
    const std::string text = load("a");
    EXPECT_NE(text.find("the circle is `a` -> `b` -> `a`\n"), std::string::npos) << text;
    EXPECT_NE(text.find("error[use-cycle]: `c` uses itself\n"), std::string::npos) << text;
    EXPECT_TRUE(text.ends_with("\n2 errors\n")) << text;
}

TEST_F(LibraryTest, ListsEveryNameOnceWithItsNearestPlace) {
    write("near/web.ward", "policy web \"near\"\n" + std::string(body));
    write("far/web.ward", "policy web \"far\"\n" + std::string(body));
    write("far/deep/er/db.ward", "policy db \"a database\"\n" + std::string(body));
    write("far/broken.ward", "policy broken \"x\" {\n");
    write("far/not a name.ward", "");
    write("far/notes.txt", "");
    const auto listed = library().list();
    EXPECT_TRUE(
        std::is_sorted(listed.begin(), listed.end(), [](const Listed& a, const Listed& b) { return a.name < b.name; }));
    std::string text;
    for (const Listed& each : listed) {
        if (each.origin != "built-in")
            text += each.name + ' ' + each.origin.substr(folder_.string().size()) + ' ' + each.description + '\n';
    }
    EXPECT_EQ(text, "broken /far/broken.ward \ndeep.er.db /far/deep/er/db.ward a database\nweb /near/web.ward near\n");
    EXPECT_EQ(static_cast<std::size_t>(std::count_if(listed.begin(), listed.end(),
                                                     [](const Listed& each) { return each.origin == "built-in"; })),
              built_in_policies().size());
}

// The first line of what is said about a policy of this mode and owner.
class WritableTest : public LibraryTest {
protected:
    std::string said(mode_t mode, uid_t owner) {
        const std::string file = write("web.ward", std::string("policy web\n") + body);
        if (owner != ::geteuid() && ::chown(file.c_str(), owner, static_cast<gid_t>(-1)) != 0) return "cannot chown";
        ::chmod(file.c_str(), mode);
        const std::string text = load(file);
        return text.substr(0, text.find(' '));
    }
};

TEST_F(WritableTest, RefusesPoliciesThatEveryUserMayWrite) {
    const uid_t own = ::geteuid();
    EXPECT_EQ(said(0644, own), "web");
    EXPECT_EQ(said(0664, own), "web");
    EXPECT_EQ(said(0646, own), "error[policy-writable-by-others]:");
    EXPECT_EQ(said(0666, own), "error[policy-writable-by-others]:");
}

TEST_F(WritableTest, RefusesPoliciesOfAnotherUser) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file to another user";
    const std::string file = write("web.ward", "policy web\n");
    ASSERT_EQ(::chown(file.c_str(), 12345, 12345), 0);
    EXPECT_EQ(load(file), "error[policy-writable-by-others]: `" + file +
                              "` belongs to another user, 12345\n"
                              "  note: who can write a policy decides what it allows\n"
                              "  help: read it, and make a copy of your own: `cp " +
                              file + " ~/.config/ward/`\n\n1 error\n");
    EXPECT_EQ(said(0400, 12345), "error[policy-writable-by-others]:");
}

TEST_F(LibraryTest, TakesTheSearchPathFromTheEnvironment) {
    ::setenv("WARD_PATH", "/one::/two:", 1);
    ::setenv("HOME", "/home/me", 1);
    EXPECT_EQ(SearchPath::from_environment().folders,
              (std::vector<std::string>{"/one", "/two", "/home/me/.config/ward", "/etc/ward"}));
    ::unsetenv("WARD_PATH");
    ::unsetenv("HOME");
    EXPECT_EQ(SearchPath::from_environment().folders, std::vector<std::string>{"/etc/ward"});
}

TEST(BuiltInPolicies, AreSortedAndHaveTheNamesOfTheirFiles) {
    const auto all = built_in_policies();
    ASSERT_FALSE(all.empty());
    EXPECT_TRUE(
        std::is_sorted(all.begin(), all.end(), [](const BuiltIn& a, const BuiltIn& b) { return a.name < b.name; }));
    for (const BuiltIn& each : all) {
        Sources sources;
        Diagnostics diagnostics;
        EXPECT_TRUE(Library(SearchPath{}).load(each.name, sources, diagnostics)) << render(diagnostics, sources);
        for (FileId file = 0; file < sources.size(); ++file) EXPECT_TRUE(check_text(sources, file, diagnostics));
    }
}

// ---- policies of one name

TEST_F(LibraryTest, APolicyThatUsesItsOwnNameMeansTheNextOne) {
    write("near/curl.ward", std::string("policy curl\nuse curl\n") + body);
    write("far/curl.ward", std::string("policy curl\n") + body);
    EXPECT_EQ(load("curl"), "curl 0 FOLDER/near/curl.ward\ncurl 1 FOLDER/far/curl.ward\n");
    // Three of a name.
    write("far/curl.ward", std::string("policy curl\nuse curl\n") + body);
    const std::string all = load("curl");
    EXPECT_TRUE(
        all.starts_with("curl 0 FOLDER/near/curl.ward\ncurl 1 FOLDER/far/curl.ward\n"
                        "curl 2 <built-in>/curl.ward\n"))
        << all;
    // One that lies elsewhere comes before all of these.
    const std::string file = write("own/curl.ward", std::string("policy curl\nuse curl\n") + body);
    EXPECT_TRUE(load(file).starts_with("curl 0 FOLDER/own/curl.ward\ncurl 1 FOLDER/near/curl.ward\n")) << load(file);
    // The far one alone goes on behind its place on the path, not to the near one.
    EXPECT_TRUE(load((folder_ / "far/curl.ward").string())
                    .starts_with("curl 0 FOLDER/far/curl.ward\ncurl 1 <built-in>/curl.ward\n"));
}

TEST_F(LibraryTest, AFolderIsPartOfTheName) {
    write("near/base/parser.ward", std::string("policy parser\nuse base.parser\n") + body);
    const std::string all = load("base.parser");
    EXPECT_TRUE(all.starts_with("parser 0 FOLDER/near/base/parser.ward\nbase.parser 1 <built-in>/base/parser.ward\n"))
        << all;
}

TEST_F(LibraryTest, OwnNamesThatLeadNowhere) {
    write("near/mine.ward", std::string("policy mine\nuse mine\n") + body);
    EXPECT_NE(load("mine").find("error[use-cycle]: `mine` uses itself"), std::string::npos);
}

TEST_F(LibraryTest, ListsWhatIsShadowedAndWhatIsExtended) {
    write("near/curl.ward", std::string("policy curl\nuse curl\n") + body);
    write("far/curl.ward", std::string("policy curl\n") + body);
    write("far/jq.ward", std::string("policy jq\n") + body);
    for (const Listed& listed : library().list()) {
        if (listed.name == "curl") {
            EXPECT_EQ(listed.shadows, (std::vector<std::string>{folder_ / "far/curl.ward", "built-in"}));
            EXPECT_TRUE(listed.extends);
        } else if (listed.name == "jq") {
            EXPECT_EQ(listed.shadows, std::vector<std::string>{"built-in"});
            EXPECT_FALSE(listed.extends);
        } else {
            EXPECT_TRUE(listed.shadows.empty()) << listed.name;
        }
    }
}

// ---- who uses what

TEST_F(LibraryTest, KnowsEveryUse) {
    write("near/b.ward", std::string("policy b\n") + body);
    write("near/a.ward", "policy a\nuse b\n");
    const std::string file = write("own/web.ward", "policy web\nuse b\nuse a\n");
    Sources sources;
    Diagnostics diagnostics;
    const auto set = library().load(file, sources, diagnostics);
    ASSERT_TRUE(set) << render(diagnostics, sources);
    ASSERT_EQ(set->members.size(), 3U);
    EXPECT_TRUE(set->members[0].used_by.empty());
    ASSERT_EQ(set->members[2].policy.name.text, "b");
    std::vector<std::string> users;
    for (const auto& by : set->members[2].used_by) {
        EXPECT_EQ(set->members[by.member].policy.uses[by.use].name.text, "b");
        users.push_back(set->members[by.member].policy.name.text);
    }
    EXPECT_EQ(users, (std::vector<std::string>{"web", "a"}));
}

TEST_F(LibraryTest, TwoUsesOfOneFileAgree) {
    write("near/b.ward", std::string("policy b\nparam p: size = 1M\n") + body);
    const auto kinds = [&](const std::string& uses) { return load(write("own/web.ward", "policy web\n" + uses)); };
    EXPECT_TRUE(kinds("use b (p = 1M)\nuse b (p = 1M)\n").starts_with("web 0"));
    EXPECT_NE(kinds("use b (p = 1M)\nuse b (p = 2M)\n").find("error[conflicting-uses]"), std::string::npos);
    EXPECT_NE(kinds("use b\nuse b (p = 2M)\n").find("error[conflicting-uses]"), std::string::npos);
}

}  // namespace
}  // namespace ward::policy
