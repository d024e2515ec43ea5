// Plans with overlays, a root of its own, a stated start, and files that other statements take.
#include "tests/unit/sandbox/plan_fixture.hpp"

namespace ward::sandbox {
namespace {

TEST_F(PlanFor, AnOverlayCoversOneFileSystem) {
    EXPECT_FALSE(plan("policy p\nfiles { execute /bin/prog; overlay /srv }\n"));
    EXPECT_EQ(errors(),
              "error[overlay-not-available]: `overlay /srv` cannot cover `/srv/noexec`, which is mounted below it\n"
              "  --> test.ward:2:36\n"
              "  2 | files { execute /bin/prog; overlay /srv }\n"
              "    |                                    ^^^^\n"
              "  note: an overlay covers one file system, and would show an empty folder there\n"
              "  help: name folders that do not contain `/srv/noexec`\n");
}

TEST_F(PlanFor, AnOverlayKeepsNothingInAFolderOfAnotherUser) {
    EXPECT_FALSE(plan("policy p\nfiles { execute /bin/prog; overlay /home/u/work into /run }\n"));
    EXPECT_EQ(errors(),
              "error[overlay-not-available]: `/run` belongs to user 0, not to user 1000\n"
              "  --> test.ward:2:36\n"
              "  2 | files { execute /bin/prog; overlay /home/u/work into /run }\n"
              "    |                                    ^^^^^^^^^^^^\n"
              "  note: who owns the folder can change what the next jail finds in it\n"
              "  help: name a folder of your own after `into`\n");
}

TEST_F(PlanFor, AnOverlayNeedsAKernel) {
    host.kernel_major = 5;
    host.kernel_minor = 10;
    EXPECT_FALSE(plan("policy p\nfiles { execute /bin/prog; overlay /home/u/work }\n"));
    EXPECT_NE(errors().find("error[overlay-not-available]: `overlay /home/u/work` needs Linux 5.11\n"),
              std::string::npos)
        << errors();
}

TEST_F(PlanFor, ARootHasItsOwnLinksAndFolders) {
    files.program("/srv/jail/usr/bin/inner").folder("/srv/jail/proc").folder("/srv/jail/dev").folder("/srv/jail/run");
    files.link("/srv/jail/bin", "usr/bin").folder("/srv/jail/var/log").link("/srv/jail/var/run", "/run");
    command.program = "/bin/inner";
    const auto made =
        plan("policy p\nfiles { root /srv/jail; private /var/run/x; write /var/log from /home/u/work }\n");
    EXPECT_FALSE(made);
    EXPECT_EQ(errors(),
              "error[place-missing]: `private /var/run/x` has no place in `root /srv/jail`\n"
              "  --> test.ward:2:33\n"
              "  2 | files { root /srv/jail; private /var/run/x; write /var/log from /home/u/work }\n"
              "    |         -------------- the folder around it\n"
              "    |                                 ^^^^^^^^^^\n"
              "  note: a jail makes nothing in a granted folder: `/srv/jail/run/x` must be a folder\n"
              "  help: make it: `mkdir /srv/jail/run/x`\n");
}

TEST_F(PlanFor, AProgramOfTheRoot) {
    files.program("/srv/jail/usr/bin/inner").link("/srv/jail/bin", "usr/bin").folder("/srv/jail/var/log");
    command.program = "/bin/inner";
    const auto made = plan("policy p\nfiles { root /srv/jail; write /var/log from /home/u/work }\n");
    ASSERT_TRUE(made) << errors();
    const std::string text = describe(*made, sources);
    EXPECT_NE(text.find("clone /srv/jail/usr (folder)"), std::string::npos) << text;
    EXPECT_NE(text.find("link /bin -> usr/bin"), std::string::npos) << text;
    EXPECT_NE(text.find("at /var/log"), std::string::npos) << text;
    EXPECT_STREQ(find(made->init, Operation::change_folder)->path, "/");
}

TEST_F(PlanFor, TheHostsRootIsNoRoot) {
    EXPECT_FALSE(plan("policy p\nfiles { root /nowhere }\n"));
    EXPECT_NE(errors().find("error[path-not-found]: `/nowhere` does not exist on this host\n"), std::string::npos)
        << errors();
}

TEST_F(PlanFor, AStatedStart) {
    const auto made = plan("policy p\nfiles { execute /bin/prog; private /data }\nprocess { directory /data }\n");
    ASSERT_TRUE(made) << errors();
    EXPECT_STREQ(find(made->init, Operation::change_folder)->path, "/data");
    EXPECT_TRUE(made->notes.empty()) << made->notes.front();
}

TEST_F(PlanFor, ResolvingReplacesTheHostsFile) {
    files.file("/etc/resolv.conf");
    const auto made = plan("policy p\nfiles { execute /bin/prog; read /etc/resolv.conf }\nnetwork { resolve }\n");
    ASSERT_TRUE(made) << errors();
    const Step* text = nullptr;
    for (const Step& step : made->init)
        if (step.operation == Operation::make_file && std::string(step.path) == "etc/resolv.conf") text = &step;
    ASSERT_NE(text, nullptr);
    EXPECT_STREQ(text->text, "nameserver 192.0.2.53\noptions use-vc\n");
}

}  // namespace
}  // namespace ward::sandbox
