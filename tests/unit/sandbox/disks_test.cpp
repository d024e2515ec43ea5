#include "sandbox/disks.hpp"

#include <gtest/gtest.h>
#include <sys/sysmacros.h>

namespace ward::sandbox {
namespace {

class DisksBehind : public testing::Test {
protected:
    DisksBehind() {
        host.mounts = {{.id = 1, .device = makedev(254, 1), .path = "/", .type = "ext4"},
                       {.id = 2, .device = makedev(0, 40), .path = "/tmp", .type = "tmpfs"},
                       {.id = 3, .device = makedev(0, 50), .path = "/net", .type = "nfs4"},
                       {.id = 4, .device = makedev(8, 16), .path = "/home/u/usb", .type = "vfat"}};
        host.read_text = [](const std::string& path) {
            if (path == "/sys/dev/block/254:1/partition") return std::string("1\n");
            if (path == "/sys/dev/block/254:1/../dev") return std::string("254:0\n");
            return std::string();
        };
    }

    void grant(const std::string& path, std::uint64_t mount) {
        ViewEntry entry{.kind = ViewEntry::Kind::tree, .path = path, .source = path};
        entry.inode.mount = mount;
        view.entries[path] = entry;
    }

    Host host;
    FileView view;
};

TEST_F(DisksBehind, APartitionIsLimitedByItsDisk) {
    grant("/usr", 1);
    const Disks disks = find_disks(view, host);
    EXPECT_EQ(disks.numbers, std::vector<std::string>{"254:0"});
    EXPECT_TRUE(disks.unknown.empty());
    EXPECT_TRUE(disks.unaccounted.empty());
}

TEST_F(DisksBehind, WhatLiesInMemoryHasNone) {
    grant("/tmp", 2);
    EXPECT_TRUE(find_disks(view, host).numbers.empty());
    EXPECT_TRUE(find_disks(view, host).unknown.empty());
}

TEST_F(DisksBehind, ANetworkIsNoDisk) {
    grant("/net/x", 3);
    ASSERT_EQ(find_disks(view, host).unknown.size(), 1U);
    EXPECT_EQ(find_disks(view, host).unknown.front()->path, "/net");
}

TEST_F(DisksBehind, MountsBelowCount) {
    grant("/home/u", 1);
    const Disks disks = find_disks(view, host);
    EXPECT_EQ(disks.numbers, (std::vector<std::string>{"254:0", "8:16"}));
    ASSERT_EQ(disks.unaccounted.size(), 1U);
    EXPECT_EQ(disks.unaccounted.front()->type, "vfat");
}

}  // namespace
}  // namespace ward::sandbox
