#include "policy/render.hpp"

#include <gtest/gtest.h>

#include "policy/utf8.hpp"

namespace ward::policy {
namespace {

// The range of `what` in a text.
Span find(const Sources& sources, FileId file, std::string_view what) {
    const auto begin = static_cast<std::uint32_t>(sources[file].text().find(what));
    return {file, begin, begin + static_cast<std::uint32_t>(what.size())};
}

struct Texts {
    Sources sources;
    FileId web = sources.add("web.ward", "policy web\nfiles {\n    read /srv, /srv\n\twrite /日本/é /b\n}\n");
    FileId base = sources.add("base.ward", "policy base\nfiles { write /b }\n");

    [[nodiscard]] Span place(std::string_view what) const { return find(sources, web, what); }
};

TEST(Render, ShowsThePlaceAndWhatIsSaidAboutIt) {
    const Texts texts;
    Diagnostic diagnostic(slug::unknown_statement, texts.place("/srv"), "unknown path `/srv`");
    diagnostic.label("not there").note("a rule").help("one change").help("another");
    EXPECT_EQ(render(diagnostic, texts.sources), R"(error[unknown-statement]: unknown path `/srv`
  --> web.ward:3:10
  3 |     read /srv, /srv
    |          ^^^^ not there
  note: a rule
  help: one change
  help: another
)");
}

// What is no UTF-8 is shown as well, by the diagnostic that refuses it.
TEST(Render, CutsALongLineThatIsNoText) {
    for (const std::size_t offset : {0U, 59U, 61U, 250U, 399U, 400U}) {
        Sources sources;
        const FileId file = sources.add("p.ward", std::string(400, '\x80'));
        const auto begin = static_cast<std::uint32_t>(offset);
        const Diagnostic diagnostic(slug::source_not_text, Span{file, begin, begin}, "no text");
        EXPECT_NE(render(diagnostic, sources).find("\\x80"), std::string::npos) << offset;
    }
}

TEST(Render, ShowsAMessageAboutNoPlace) {
    const Sources sources;
    Diagnostic diagnostic(slug::duplicate_use, std::nullopt, "nothing to see");
    diagnostic.label("goes nowhere").help("look elsewhere");
    EXPECT_EQ(render(diagnostic, sources), "warning[duplicate-use]: nothing to see\n  help: look elsewhere\n");
}

TEST(Render, ShowsTwoSecondaryPlacesInLineOrder) {
    const Texts texts;
    Diagnostic diagnostic(slug::unknown_statement, texts.place("read"), "three places");
    diagnostic.label("here")
        .also(texts.place("write"), "later")
        .also(texts.place("policy"), "earlier")
        .also(texts.place("files"), "one too many");
    EXPECT_EQ(render(diagnostic, texts.sources), R"(error[unknown-statement]: three places
  --> web.ward:3:5
  1 | policy web
    | ------ earlier
  3 |     read /srv, /srv
    |     ^^^^ here
  4 |     write /日本/é /b
    |     ----- later
)");
}

TEST(Render, ShowsALineOnceForTwoPlacesInIt) {
    const Texts texts;
    const Span first = texts.place("/srv");
    Diagnostic diagnostic(slug::unknown_statement, Span{texts.web, first.begin + 6, first.end + 6}, "twice");
    diagnostic.also(first, "first here");
    EXPECT_EQ(render(diagnostic, texts.sources), R"(error[unknown-statement]: twice
  --> web.ward:3:16
  3 |     read /srv, /srv
    |          ---- first here
    |                ^^^^
)");
}

TEST(Render, ShowsPlacesInOtherFilesAfterItsOwn) {
    const Texts texts;
    Diagnostic diagnostic(slug::unknown_statement, find(texts.sources, texts.base, "write"), "two files");
    diagnostic.also(texts.place("read"), "over there");
    EXPECT_EQ(render(diagnostic, texts.sources), R"(error[unknown-statement]: two files
  --> base.ward:2:9
  2 | files { write /b }
    |         ^^^^^
  ::: web.ward:3:5
  3 |     read /srv, /srv
    |     ---- over there
)");
}

TEST(Render, CountsColumnsAsATerminalDoes) {
    const Texts texts;
    EXPECT_EQ(render(Diagnostic(slug::unknown_statement, texts.place("/b"), "wide"), texts.sources),
              "error[unknown-statement]: wide\n"
              "  --> web.ward:4:19\n"
              "  4 |     write /日本/é /b\n"
              "    |                   ^^\n");
    EXPECT_EQ(render(Diagnostic(slug::unknown_statement, texts.place("日本"), "wide"), texts.sources),
              "error[unknown-statement]: wide\n"
              "  --> web.ward:4:9\n"
              "  4 |     write /日本/é /b\n"
              "    |            ^^^^\n");
}

TEST(Render, ShowsTheFirstLineOfALongerRange) {
    const Texts texts;
    Span span = texts.place("read");
    span.end = texts.place("write").end;
    EXPECT_EQ(render(Diagnostic(slug::unknown_statement, span, "long"), texts.sources),
              R"(error[unknown-statement]: long
  --> web.ward:3:5
  3 |     read /srv, /srv
    |     ^^^^^^^^^^^^^^^
)");
}

TEST(Render, MarksThePlaceBehindALine) {
    Sources sources;
    const FileId file = sources.add("a.ward", "read\n");
    EXPECT_EQ(render(Diagnostic(slug::empty_list, Span{file, 4, 4}, "nothing"), sources),
              "error[empty-list]: nothing\n  --> a.ward:1:5\n  1 | read\n    |     ^\n");
    EXPECT_EQ(render(Diagnostic(slug::empty_list, Span{file, 5, 5}, "nothing"), sources),
              "error[empty-list]: nothing\n  --> a.ward:2:1\n  2 |\n    | ^\n");
}

TEST(Render, CutsALongLineAroundThePlace) {
    Sources sources;
    const std::string text = std::string(1000, 'a') + " /b " + std::string(1000, 'c');
    const FileId file = sources.add("a.ward", text);
    const std::string shown = render(Diagnostic(slug::empty_list, find(sources, file, "/b"), "far"), sources);
    EXPECT_EQ(shown, "error[empty-list]: far\n  --> a.ward:1:1002\n  1 | …" + std::string(59, 'a') + " /b " +
                         std::string(137, 'c') + "…\n    | " + std::string(61, ' ') + "^^\n");
}

TEST(Render, LetsNoTextDriveTheTerminal) {
    Sources sources;
    const FileId file = sources.add("\x1b[2J.ward", "read /\x1b[31m\xff\n");
    Diagnostic diagnostic(slug::empty_list, Span{file, 5, 7}, "path `\x1b]0;x\x07`");
    diagnostic.label("\n").note("\u202e").help("\xc0\xaf").also(Span{file, 0, 4}, "\r");
    EXPECT_EQ(render(diagnostic, sources), R"(error[empty-list]: path `\x1b]0;x\x07`
  --> \x1b[2J.ward:1:6
  1 | read /\x1b[31m\xff
    | ---- \x0d
    |      ^^^^^ \n
  note: \u{202e}
  help: \xc0\xaf
)");
}

TEST(Render, UsesColoursOnlyWhenAsked) {
    const Texts texts;
    Diagnostic diagnostic(slug::duplicate_use, texts.place("web"), "twice");
    diagnostic.help("remove it");
    EXPECT_EQ(render(diagnostic, texts.sources, {true}),
              "\x1b[1;33mwarning[duplicate-use]\x1b[0m\x1b[1m: twice\x1b[0m\n"
              "  \x1b[1;34m-->\x1b[0m web.ward:1:8\n"
              "\x1b[1;34m  1 |\x1b[0m policy web\n"
              "\x1b[1;34m    |\x1b[0m        \x1b[1;33m^^^\x1b[0m\n"
              "  \x1b[1;32mhelp:\x1b[0m remove it\n");
    EXPECT_EQ(render(diagnostic, texts.sources).find('\x1b'), std::string::npos);
}

TEST(Render, OrdersByPlaceAndCountsAtTheEnd) {
    const Texts texts;
    Diagnostics diagnostics;
    diagnostics.add(slug::unknown_statement, std::nullopt, "nowhere");
    diagnostics.add(slug::unknown_statement, texts.place("files"), "second");
    diagnostics.add(slug::duplicate_use, texts.place("policy"), "first");
    EXPECT_EQ(render(diagnostics, texts.sources), R"(warning[duplicate-use]: first
  --> web.ward:1:1
  1 | policy web
    | ^^^^^^

error[unknown-statement]: second
  --> web.ward:2:1
  2 | files {
    | ^^^^^

error[unknown-statement]: nowhere

2 errors, 1 warning
)");
    EXPECT_EQ(render(Diagnostics(), texts.sources), "");
}

TEST(Diagnostics, KeepRoomForErrorsBehindManyWarnings) {
    Diagnostics diagnostics;
    for (int i = 0; i < 100; ++i) diagnostics.add(slug::duplicate_use, std::nullopt, "a warning");
    EXPECT_FALSE(diagnostics.has_errors());
    diagnostics.add(slug::unknown_statement, std::nullopt, "the error");
    EXPECT_TRUE(diagnostics.has_errors());
    EXPECT_EQ(diagnostics.all().back().message(), "the error");
    EXPECT_EQ(diagnostics.suppressed(), 75U);
    EXPECT_TRUE(render(diagnostics, Sources()).ends_with("\n1 error, 100 warnings; 75 further not shown\n"));
}

TEST(Utf8, RefusesWhatIsNotWellFormed) {
    EXPECT_EQ(decode_utf8("é")->value, 0xE9U);
    EXPECT_EQ(decode_utf8("\xf0\x9f\x98\x80")->value, 0x1F600U);
    for (const char* text : {"\x80", "\xc0\xaf", "\xc3", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff"}) {
        EXPECT_FALSE(decode_utf8(text)) << text;
    }
}

}  // namespace
}  // namespace ward::policy
