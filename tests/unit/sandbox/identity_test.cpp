#include "sandbox/identity.hpp"

#include <gtest/gtest.h>

#include "policy/render.hpp"
#include "tests/unit/sandbox/fake_files.hpp"

namespace ward::sandbox {
namespace {

std::optional<UserIds> stated_user(const std::string& name) {
    if (name == "www-data") return UserIds{33, 33};
    if (name == "root") return UserIds{0, 0};
    return {};
}

class IdentityOf : public testing::Test {
protected:
    IdentityOf() {
        host.privileged = true;
        host.files = &no_files_;
        host.find_user = stated_user;
    }

    const FakeFiles no_files_;
    std::optional<Identity> decide() { return decide_identity({user, group, folder, 1000000}, host, diagnostics); }

    static std::string text(const std::vector<IdRange>& map) {
        std::string all;
        for (const IdRange& range : map)
            all += std::to_string(range.inside) + ':' + std::to_string(range.outside) + '+' +
                   std::to_string(range.count) + ' ';
        return all;
    }

    std::string errors() {
        std::string all;
        for (const auto* each : diagnostics.sorted()) all += policy::render(*each, {});
        return all;
    }

    Host host;
    compiler::Stated<std::string> user, group;
    Inode folder;
    policy::Diagnostics diagnostics;
};

TEST_F(IdentityOf, RootInAFolderOfRootIsNobodyWhoOwnsRootsFiles) {
    const auto identity = decide();
    ASSERT_TRUE(identity);
    EXPECT_EQ(identity->user, 65534U);
    EXPECT_EQ(identity->file_owner, 0U);
    EXPECT_EQ(text(identity->uid_map), "0:1000000+65536 ");
    EXPECT_EQ(text(identity->tree_uid_map), "0:1065534+1 1:1000001+65533 65534:1000000+1 65535:1065535+1 ");
}

TEST_F(IdentityOf, TheOwnerOfTheFolderIsTheProgram) {
    folder.owner = folder.group = 1000;
    const auto identity = decide();
    ASSERT_TRUE(identity);
    EXPECT_EQ(identity->user, 1000U);
    EXPECT_EQ(text(identity->tree_uid_map), "");
    EXPECT_EQ(text(identity->tree_gid_map), "");
}

TEST_F(IdentityOf, AGroupOfRootIsSwappedAlone) {
    folder.owner = 1000;
    const auto identity = decide();
    ASSERT_TRUE(identity);
    EXPECT_EQ(identity->user, 1000U);
    EXPECT_EQ(identity->group, 65534U);
    EXPECT_EQ(text(identity->tree_uid_map), "0:1000000+65536 ");
    EXPECT_NE(text(identity->tree_gid_map), "");
}

TEST_F(IdentityOf, AnOwnerAboveTheRangeIsMappedIntoIt) {
    folder.owner = folder.group = 200000;
    const auto identity = decide();
    ASSERT_TRUE(identity);
    EXPECT_EQ(identity->user, 65534U);
    EXPECT_EQ(text(identity->tree_uid_map), "0:1000000+65534 65535:1065535+1 200000:1065534+1 ");
}

TEST_F(IdentityOf, OnlyANamedRootIsRoot) {
    user.value = "root";
    const auto identity = decide();
    ASSERT_TRUE(identity);
    EXPECT_EQ(identity->user, 0U);
    EXPECT_EQ(text(identity->tree_uid_map), "");
}

TEST_F(IdentityOf, UsersHaveNamesAndNumbers) {
    user.value = "www-data";
    EXPECT_EQ(decide()->user, 33U);
    user.value = "4711";
    EXPECT_EQ(decide()->user, 4711U);
    EXPECT_EQ(decide()->group, 4711U);
}

TEST_F(IdentityOf, UnknownUsersAreErrors) {
    user.value = "nginx";
    EXPECT_FALSE(decide());
    EXPECT_EQ(errors(),
              "error[unknown-user]: there is no user `nginx`\n"
              "  note: users are looked up in `/etc/passwd`\n"
              "  help: write a name from `/etc/passwd`, or remove the line\n");
}

TEST_F(IdentityOf, UsersAboveTheRangeAreErrors) {
    user.value = "70000";
    EXPECT_FALSE(decide());
    EXPECT_EQ(errors(),
              "error[user-not-available]: the user `70000` has an id above 65535\n"
              "  note: a jail has the ids 0 to 65535\n"
              "  help: remove the line: files of the working folder's owner then belong to the program\n");
}

TEST_F(IdentityOf, AnOrdinaryUserStaysItself) {
    host.privileged = false;
    host.uid = 1234;
    host.gid = 1235;
    const auto identity = decide();
    ASSERT_TRUE(identity);
    EXPECT_FALSE(identity->supervisor_maps_ids);
    EXPECT_EQ(text(identity->uid_map), "1234:1234+1 ");
    EXPECT_EQ(text(identity->gid_map), "1235:1235+1 ");
    user.value = "www-data";
    EXPECT_FALSE(decide());
    EXPECT_EQ(
        errors(),
        "error[user-not-available]: user 1234 cannot run a program as `www-data`\n"
        "  note: that takes root, or 65535 ids for you in `/etc/subuid` and `/etc/subgid` and the programs of uidmap\n"
        "  help: remove the line, or start ward as root\n");
}

// A host with the programs of uidmap, and these lines for the user 1234, whose name is `somebody`.
class SubordinateIdsOf : public IdentityOf {
protected:
    SubordinateIdsOf() {
        host.privileged = false;
        host.uid = 1234;
        host.gid = 1235;
        host.groups = {44};
        host.files = &files_.file("/usr/bin/newuidmap", 04755).file("/usr/bin/newgidmap", 04755);
        host.read_text = [](const std::string& path) -> std::string {
            if (path == "/etc/passwd") return "root:x:0:0::/:\nsomebody:x:1234:1235::/home/somebody:/bin/sh\n";
            if (path == "/etc/subuid") return "else:100000:65536\nsomebody:1:2\nsomebody:200000:65536\n";
            return path == "/etc/subgid" ? "1234:300000:65535" : "";
        };
    }

    FakeFiles files_;
};

TEST_F(SubordinateIdsOf, AnotherUserIsTheCallersOwnIdOutside) {
    user.value = "www-data";
    const auto identity = decide();
    ASSERT_TRUE(identity);
    EXPECT_TRUE(identity->helpers_map_ids);
    EXPECT_EQ(identity->user, 33U);
    EXPECT_EQ(text(identity->uid_map), "0:200000+33 33:1234+1 34:200033+65502 ");
    EXPECT_EQ(text(identity->gid_map), "0:300000+33 33:1235+1 34:300033+65502 ");
    EXPECT_FALSE(may_write(*identity, host, {.mode = 0020, .group = 44})) << "supplementary groups are dropped";
    user.value = "root";
    EXPECT_EQ(text(decide()->uid_map), "0:1234+1 1:200000+65535 ");
}

TEST_F(SubordinateIdsOf, OnlyWhereThePolicyAsksForThem) {
    EXPECT_EQ(text(decide()->uid_map), "1234:1234+1 ");
    user.value = "1234";
    EXPECT_EQ(text(decide()->uid_map), "1234:1234+1 ");
    group.value = "60";
    EXPECT_EQ(text(decide()->uid_map), "0:200000+1234 1234:1234+1 1235:201234+64301 ");
}

TEST_F(SubordinateIdsOf, TooFewIdsOrNoHelpersAreAnError) {
    user.value = "www-data";
    host.read_text = [](const std::string&) -> std::string { return "1234:200000:65534\n"; };
    EXPECT_FALSE(decide());
    host.read_text = [](const std::string&) -> std::string { return "1234:0:65536\n1234:x:65536\n1234:1\n:::\n"; };
    EXPECT_FALSE(decide()) << "the host's root is nobody's subordinate";
    host.read_text = [](const std::string&) -> std::string { return "1234:200000:65536\n"; };
    EXPECT_TRUE(decide());
    const FakeFiles nothing;
    host.files = &nothing;
    EXPECT_FALSE(decide());
}

TEST_F(IdentityOf, ModeBitsTellWhoMayWrite) {
    host.privileged = false;
    host.uid = 1000;
    host.gid = 1000;
    host.groups = {44};
    const auto identity = decide();
    ASSERT_TRUE(identity);
    const auto may = [&](mode_t mode, uid_t owner, gid_t owners) {
        return may_write(*identity, host, {.mode = mode, .owner = owner, .group = owners});
    };
    EXPECT_TRUE(may(0200, 1000, 0));
    EXPECT_FALSE(may(0022, 1000, 0));
    EXPECT_TRUE(may(0020, 0, 44));
    EXPECT_FALSE(may(0202, 0, 44));
    EXPECT_TRUE(may(0002, 0, 0));
}

TEST_F(IdentityOf, AStatedGroupIsThatOfTheProgram) {
    host.find_group = [](const std::string& name) { return name == "games" ? std::optional<gid_t>(60) : std::nullopt; };
    group.value = "games";
    const auto identity = decide();
    ASSERT_TRUE(identity);
    EXPECT_EQ(identity->group, 60U);
    EXPECT_EQ(identity->user, 65534U);
    user.value = "www-data";
    EXPECT_EQ(decide()->group, 60U) << "beats that of the user";
}

TEST_F(IdentityOf, AnUnknownGroupIsAnError) {
    host.find_group = [](const std::string&) { return std::optional<gid_t>(); };
    group.value = "gamse";
    EXPECT_FALSE(decide());
    EXPECT_EQ(errors(),
              "error[unknown-user]: there is no group `gamse`\n"
              "  note: groups are looked up in `/etc/group`\n"
              "  help: write a name from `/etc/group`, or remove the line\n");
}

TEST_F(IdentityOf, AnOrdinaryUserHasItsOwnGroup) {
    host.privileged = false;
    host.uid = host.gid = 1000;
    group.value = "1000";
    EXPECT_TRUE(decide());
    group.value = "60";
    EXPECT_FALSE(decide());
    EXPECT_EQ(
        errors(),
        "error[user-not-available]: user 1000 cannot run a program with the group `60`\n"
        "  note: that takes root, or 65535 ids for you in `/etc/subuid` and `/etc/subgid` and the programs of uidmap\n"
        "  help: remove the line, or start ward as root\n");
}

}  // namespace
}  // namespace ward::sandbox
