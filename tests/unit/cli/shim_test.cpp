#include "sandbox/cli/shim.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

#include "sandbox/cli/caller.hpp"

namespace ward::cli {
namespace {

class Shim : public testing::Test {
protected:
    void SetUp() override {
        char name[] = "/tmp/ward-shim-XXXXXX";
        ASSERT_NE(mkdtemp(name), nullptr);
        folder = name;
    }
    void TearDown() override { ASSERT_EQ(std::system(("rm -r " + folder).c_str()), 0); }
    std::string file(const std::string& name, const std::string& text) {
        const std::string path = folder + '/' + name;
        std::ofstream(path) << text;
        EXPECT_EQ(chmod(path.c_str(), 0755), 0);
        return path;
    }
    std::string folder;
};

TEST_F(Shim, IsAScriptThatNamesItsProgram) {
    EXPECT_EQ(shim_text("/opt/it's/ward", "curl"),
              "#!/bin/sh\n"
              "# ward-shim: curl in a jail; `ward wrap remove curl` takes it away\n"
              "exec '/opt/it'\\''s/ward' run -p 'curl' -- 'curl' \"$@\"\n");
}

TEST_F(Shim, IsKnownByItsText) {
    EXPECT_TRUE(is_shim(file("curl", shim_text("/usr/bin/ward", "curl"))));
    EXPECT_FALSE(is_shim(file("sh", "#!/bin/sh\nexec curl \"$@\"\n")));
    EXPECT_FALSE(is_shim(file("empty", "")));
    EXPECT_FALSE(is_shim(folder + "/none"));
    EXPECT_FALSE(is_shim(folder));
    const std::string fifo = folder + "/fifo";
    ASSERT_EQ(mkfifo(fifo.c_str(), 0700), 0);
    EXPECT_FALSE(is_shim(fifo)) << "and does not hang";
}

TEST_F(Shim, IsNoProgramWhereverItLies) {
    const std::string shim = file("curl", shim_text("/usr/bin/ward", "curl"));
    ASSERT_EQ(mkdir((folder + "/real").c_str(), 0755), 0);
    const std::string real = file("real/curl", "#!/bin/sh\n");
    EXPECT_EQ(find_program("curl", folder + ":" + folder + "/real", "/").path, real);
    EXPECT_EQ(find_program("curl", folder, "/").status, 127);
    EXPECT_EQ(find_program(shim, folder, "/").status, 127);
}

TEST_F(Shim, ThePathInTheJailHasNone) {
    EXPECT_EQ(without_shims("/h/bin:/usr/bin:/bin", "/h/bin"), "/usr/bin:/bin");
    EXPECT_EQ(without_shims("/usr/bin:/h/bin/:/bin:/h/bin", "/h/bin"), "/usr/bin:/bin");
    EXPECT_EQ(without_shims("/usr/bin::/bin", "/h/bin"), "/usr/bin::/bin");
    EXPECT_EQ(without_shims("", "/h/bin"), "");
}

TEST_F(Shim, AFirstLineThatNamesWard) {
    EXPECT_TRUE(is_script_of_ward(file("a", "#!/usr/bin/env -S ward run -p python3 --\n")));
    EXPECT_TRUE(is_script_of_ward(file("b", "#! /usr/local/bin/ward run -p python3 --\nx\n")));
    EXPECT_TRUE(is_script_of_ward(file("c", "#!/usr/bin/env ward\n")));
    EXPECT_FALSE(is_script_of_ward(file("d", "#!/usr/bin/env python3\n# ward\n")));
    EXPECT_FALSE(is_script_of_ward(file("e", "#!/usr/bin/env -S warden\n")));
    EXPECT_FALSE(is_script_of_ward(file("f", "ward\n")));
    EXPECT_FALSE(is_script_of_ward(file("g", "#!\nward\n")));
}

}  // namespace
}  // namespace ward::cli
