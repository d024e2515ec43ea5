// The shipped profiles with the real programs of this machine: what they are for works, and what an
// attacker would want does not.
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "tests/kernel/jail_test.hpp"

namespace fs = std::filesystem;

namespace ward::test {

namespace {

// A page with one line of text, without the tables that readers make up for themselves.
std::string pdf_with(const std::string& text) {
    const std::string content = "BT /F1 24 Tf 72 700 Td (" + text + ") Tj ET";
    return "%PDF-1.4\n"
           "1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj\n"
           "2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj\n"
           "3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R\n"
           "  /Resources <</Font <</F1 5 0 R>>>>>> endobj\n"
           "4 0 obj <</Length " +
           std::to_string(content.size()) + ">> stream\n" + content +
           "\nendstream endobj\n"
           "5 0 obj <</Type /Font /Subtype /Type1 /BaseFont /Helvetica>> endobj\n"
           "trailer <</Root 1 0 R>>\n"
           "%%EOF\n";
}

}  // namespace

class Profiles : public JailTest {
protected:
    void SetUp() override {
        JailTest::SetUp();
        if (IsSkipped()) return;
        scene().add_folder(scene().home() + "/.ssh", 0700);
        scene().add_file(scene().home() + "/.ssh/id", "the key", 0600);
        scene().add_file(scene().outside() + "/secret", "the secret");
    }

    // `ward PROGRAM ARGUMENTS...` in the work folder: the profile is found by the program's name.
    [[nodiscard]] Outcome ward(const std::vector<std::string>& words, const std::string& input = {}) {
        std::vector<std::string> arguments = {program("ward")};
        for (const std::string& word : words) arguments.push_back(scene().expand(word));
        Invocation invocation = scene().plain(arguments);
        invocation.input = input;
        return run(invocation);
    }

    void add(const std::string& name, const std::string& text) { scene().add_file(scene().work() + "/" + name, text); }
    [[nodiscard]] std::string made(const std::string& name) { return read_file(scene().work() + "/" + name); }
};
WARD_AS_BOTH_USERS(Profiles);

TEST_P(Profiles, TheProfileIsSaidOnStandardError) {
    add("data.json", "{}");
    const Outcome outcome = ward({"jq", ".", "data.json"});
    EXPECT_NE(outcome.err.find("profile `jq`"), std::string::npos) << outcome.err;
}

TEST_P(Profiles, PdftotextPrintsTheText) {
    add("file.pdf", pdf_with("words from a page"));
    const Outcome outcome = ward({"pdftotext", "file.pdf", "-"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_NE(outcome.out.find("words from a page"), std::string::npos) << outcome.out << outcome.err;
}

TEST_P(Profiles, PdftotextWritesAFile) {
    add("file.pdf", pdf_with("words from a page"));
    const Outcome outcome = ward({"pdftotext", "file.pdf"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_NE(made("file.txt").find("words from a page"), std::string::npos) << outcome.err;
}

TEST_P(Profiles, PdftotextDoesNotSeeAKey) {
    const Outcome outcome = ward({"pdftotext", "$home/.ssh/id", "-"});
    EXPECT_NE(outcome.status, 0);
    EXPECT_EQ(outcome.out.find("key"), std::string::npos);
}

TEST_P(Profiles, JqFilters) {
    add("data.json", R"({"a": [1, 2, {"b": "found"}]})");
    const Outcome outcome = ward({"jq", "-r", ".a[2].b", "data.json"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(outcome.out, "found\n");
}

TEST_P(Profiles, JqReadsStandardInput) {
    const Outcome outcome = ward({"jq", "-c", "map(. + 1)"}, "[1, 2, 3]");
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(outcome.out, "[2,3,4]\n");
}

TEST_P(Profiles, JqKeepsItsStatus) {
    EXPECT_EQ(ward({"jq", "-e", ".a"}, "{\"a\": false}").status, 1);
    EXPECT_EQ(ward({"jq", "-n", "halt_error(7)"}).status, 7);
}

TEST_P(Profiles, TarPacksAndUnpacks) {
    scene().add_folder(scene().work() + "/tree");
    add("tree/file", "packed");
    for (const std::string options : {"f", "zf"}) {
        const Outcome packed = ward({"tar", "c" + options, "out.tar", "tree"});
        EXPECT_EQ(packed.status, 0) << packed.err;
        fs::remove_all(scene().work() + "/tree/file");
        const Outcome unpacked = ward({"tar", "x" + options, "out.tar"});
        EXPECT_EQ(unpacked.status, 0) << unpacked.err;
        EXPECT_EQ(made("tree/file"), "packed");
        struct stat found {};
        EXPECT_EQ(lstat((scene().work() + "/tree/file").c_str(), &found), 0);
        EXPECT_EQ(found.st_uid, scene().user().uid);
        fs::remove(scene().work() + "/out.tar");
    }
}

TEST_P(Profiles, TarDoesNotUnpackOutside) {
    add("evil", "evil");
    // -P keeps the name that leads out of the folder, for packing and unpacking.
    const Outcome packed = run(scene().plain(
        {"/usr/bin/tar", "-P", "--transform", scene().expand("s,evil,$outside/planted,"), "-cf", "evil.tar", "evil"}));
    ASSERT_EQ(packed.status, 0) << packed.err;
    // It may well succeed, in a /tmp of its own.
    EXPECT_FALSE(ward({"tar", "-P", "-xf", "evil.tar"}).timed_out);
    EXPECT_FALSE(fs::exists(scene().outside() + "/planted"));
    EXPECT_EQ(run(scene().plain({"/usr/bin/tar", "-P", "-xf", "evil.tar"})).status, 0) << "without ward it does";
    EXPECT_TRUE(fs::exists(scene().outside() + "/planted"));
}

TEST_P(Profiles, PythonRunsAScript) {
    add("script.py",
        "import json, sys, hashlib\n"
        "open('made', 'w').write(json.dumps({'argument': sys.argv[1]}))\n"
        "print('it ran')\n");
    const Outcome outcome = ward({"python3", "script.py", "word"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(outcome.out, "it ran\n");
    EXPECT_EQ(made("made"), R"({"argument": "word"})");
}

TEST_P(Profiles, PythonIsRefusedWhatItsPolicyDoesNotName) {
    add("script.py",
        "import sys\n"
        "try:\n"
        "    print(open(sys.argv[1]).read())\n"
        "except OSError as error:\n"
        "    print('refused', error.errno)\n");
    // The words are no paths of the command line, which would grant them.
    const auto refused = [this](const std::string& path) {
        add("path.py",
            "import runpy, sys\nsys.argv = ['x', '" + scene().expand(path) + "']\nrunpy.run_path('script.py')\n");
        return ward({"python3", "path.py"});
    };
    for (const char* path : {"$home/.ssh/id", "$outside/secret", "/etc/shadow", "/proc/1/environ"}) {
        const Outcome outcome = refused(path);
        EXPECT_EQ(outcome.out.find("refused"), 0U) << path << outcome.out << outcome.err;
    }
    const Outcome outside = run(scene().plain({"/usr/bin/python3", "script.py", scene().outside() + "/secret"}));
    EXPECT_EQ(outside.out, "the secret\n") << "without ward it can";
}

TEST_P(Profiles, PythonHasNoNetworkAndStartsNothing) {
    add("script.py",
        "import os, socket\n"
        "for attempt in (lambda: socket.create_connection(('127.0.0.1', 1)), lambda: os.execv('/bin/sh', ['sh'])):\n"
        "    try:\n"
        "        attempt()\n"
        "        print('done')\n"
        "    except OSError as error:\n"
        "        print('refused')\n");
    EXPECT_EQ(ward({"python3", "script.py"}).out, "refused\nrefused\n");
}

// A web server on the host's loopback.
class WebServer {
public:
    explicit WebServer(const Invocation& invocation) : running_(invocation) {
        if (!running_.wait_for_output(") ...")) return;
        const std::string said = running_.output();
        port_ = said.substr(said.find("port ") + 5);
        port_.resize(port_.find(' '));
    }
    ~WebServer() { running_.kill(SIGTERM); }
    WebServer(const WebServer&) = delete;
    WebServer& operator=(const WebServer&) = delete;

    [[nodiscard]] const std::string& port() const { return port_; }

private:
    Running running_;
    std::string port_;
};

TEST_P(Profiles, CurlFetchesAFile) {
    scene().add_file(scene().outside() + "/page.html", "a page of the server");
    const WebServer server(scene().plain(
        {"/usr/bin/python3", "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", scene().outside()}));
    ASSERT_NE(server.port(), "");
    const std::string address = "http://127.0.0.1:" + server.port() + "/page.html";
    const Outcome outcome = ward({"curl", "-sS", "-o", "out", address});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(made("out"), "a page of the server");
    EXPECT_EQ(ward({"curl", "-sS", address}).out, "a page of the server");
    EXPECT_EQ(ward({"curl", "-sS", "http://localhost:" + server.port() + "/page.html"}).out, "a page of the server")
        << "by a name";
}

TEST_P(Profiles, CurlDoesNotSendAKey) {
    const Outcome outcome = ward({"curl", "-sS", "file://" + scene().home() + "/.ssh/id"});
    EXPECT_NE(outcome.status, 0);
    EXPECT_EQ(outcome.out, "");
}

}  // namespace ward::test
