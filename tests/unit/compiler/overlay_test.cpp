// `overlay`, `root` and `directory`.
#include <gtest/gtest.h>

#include "lowering_fixture.hpp"

namespace ward::compiler {
namespace {

namespace slug = policy::slug;
using Kind = FileRule::Kind;

TEST(Overlays, AreReadAndWrittenInALayer) {
    const Compiled compiled = compile_text("files { overlay /var/lib, /var/cache; overlay /opt into /srv/layer }");
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    EXPECT_EQ(rule_for(compiled, "/var/lib", Kind::overlay)->access, can_write);
    EXPECT_EQ(rule_for(compiled, "/var/lib", Kind::overlay)->into, "");
    EXPECT_EQ(rule_for(compiled, "/opt", Kind::overlay)->into, "/srv/layer");
    EXPECT_EQ(compiled.diagnostics.warnings(), 0U);
    EXPECT_TRUE(compile_text("files { overlay / }").reports(slug::bad_root_path));
    EXPECT_TRUE(compile_text("files { overlay /e* }").reports(slug::glob_not_allowed));
    EXPECT_TRUE(compile_text("files { overlay /e into / }").reports(slug::bad_root_path));
}

TEST(Overlays, TakeInWhatOnlyReadsAndExecutes) {
    for (const unsigned distance : {0U, 2U}) {
        const Compiled compiled = compile_texts(
            {{"files { read /opt; execute /opt }"}, {"files { overlay /opt into /srv/layer }", distance}});
        ASSERT_TRUE(compiled.jail) << compiled.messages();
        ASSERT_EQ(compiled.jail->files.size(), 1U);
        const FileRule& rule = compiled.jail->files.front();
        EXPECT_EQ(rule.kind, Kind::overlay);
        EXPECT_EQ(rule.access, can_write | can_execute);
        EXPECT_EQ(rule.into, "/srv/layer");
        EXPECT_EQ(rule.origins.size(), 3U);
    }
}

TEST(Overlays, AreNoOtherThingAsWell) {
    for (const char* other :
         {"write /opt", "private /opt", "read /opt from /srv", "directory /opt", "link /opt -> x"}) {
        EXPECT_TRUE(
            compile_text("files { overlay /opt; " + std::string(other) + " }").reports(slug::contradicting_rules))
            << other;
        const Compiled nearer =
            compile_texts({{"files { " + std::string(other) + " }"}, {"files { overlay /opt }", 1}});
        ASSERT_TRUE(nearer.jail) << nearer.messages();
        EXPECT_FALSE(rule_for(nearer, "/opt", Kind::overlay)) << other;
    }
}

TEST(Overlays, AreBeatenByProhibitions) {
    const Compiled hidden = compile_texts({{"files { overlay /opt }"}, {"files { hide /opt }", 1}});
    ASSERT_TRUE(hidden.jail) << hidden.messages();
    EXPECT_FALSE(rule_for(hidden, "/opt", Kind::overlay));
    EXPECT_TRUE(hidden.reports(slug::hidden_grant));
    const Compiled kept = compile_texts({{"files { overlay /opt; execute /opt }"}, {"files { protect /opt }", 1}});
    ASSERT_TRUE(kept.jail) << kept.messages();
    ASSERT_TRUE(rule_for(kept, "/opt"));
    EXPECT_EQ(rule_for(kept, "/opt")->access, can_execute);
    EXPECT_EQ(kept.jail->files.front().kind, Kind::grant) << "sorted by kind";
    EXPECT_TRUE(kept.reports(slug::protected_grant));
}

TEST(Overlays, KeepTheirLayersApart) {
    EXPECT_TRUE(compile_text("files { overlay /a, /b into /srv/layer }").reports(slug::shared_layer));
    EXPECT_TRUE(compile_text("files { overlay /a into /l; overlay /b into /l }").reports(slug::shared_layer));
    EXPECT_TRUE(compile_text("files { overlay /a into /l; overlay /b into /l/b }").reports(slug::shared_layer));
    EXPECT_TRUE(compile_text("files { overlay /a into /l/a; overlay /b into /l/b }").jail);
    EXPECT_TRUE(compile_text("files { overlay /a into /l; overlay /a into /k }").reports(slug::conflicting_values));
}

TEST(Overlays, AreTheOnlyWayToTheirLayers) {
    for (const char* other : {"write /srv", "write /srv/layer", "write /srv/layer/x", "write /mnt from /srv",
                              "write /s*", "overlay /srv", "overlay /srv/layer/x"}) {
        EXPECT_TRUE(compile_text("files { overlay /a into /srv/layer; " + std::string(other) + " }")
                        .reports(slug::layer_in_reach))
            << other;
    }
    EXPECT_TRUE(compile_text("files { overlay /a into /a/layer }").reports(slug::layer_in_reach));
    EXPECT_TRUE(compile_text("files { overlay /a into /srv/layer; read /srv; write /srv2 }").jail);
}

TEST(Roots, TheNearestWins) {
    const Compiled compiled = compile_texts({{"files { root /srv/a/ }"}, {"files { root /srv/b }", 1}});
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    EXPECT_EQ(compiled.jail->root.value, "/srv/a");
    EXPECT_EQ(compiled.jail->root.origins.size(), 1U);
    EXPECT_EQ(compile_text("files { read /a }").jail->root.value, "");
    EXPECT_TRUE(compile_text("files { root /a; root /b }").reports(slug::conflicting_values));
    EXPECT_TRUE(compile_text("files { root / }").reports(slug::bad_root_path));
    EXPECT_TRUE(compile_text("files { root a }").reports(slug::path_not_absolute));
}

TEST(Folders, AreThings) {
    const Compiled compiled = compile_text("files { directory /run/a, /run/b }");
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    EXPECT_TRUE(rule_for(compiled, "/run/a", Kind::directory));
    EXPECT_TRUE(compile_text("files { directory /a; private /a }").reports(slug::contradicting_rules));
    EXPECT_TRUE(compile_text("files { directory / }").reports(slug::bad_root_path));
}

}  // namespace
}  // namespace ward::compiler
