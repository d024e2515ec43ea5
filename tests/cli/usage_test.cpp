// Command lines that ask for help, or are wrong.
#include "tests/cli/place.hpp"

namespace ward::test {
namespace {

class Usage : public Place {};

TEST_F(Usage, NothingAtAllIsAMistake) {
    const Outcome outcome = ward({});
    EXPECT_EQ(outcome.status, 2);
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(outcome.err, ward({"--help"}).out);
}

TEST_F(Usage, HelpNamesEverySubcommand) {
    const Outcome outcome = ward({"--help"});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.err, "");
    EXPECT_EQ(outcome.out,
              "usage: ward PROGRAM ARGS...\n"
              "       ward SUBCOMMAND ...\n"
              "\n"
              "Runs a program in a jail that a policy describes. `ward PROGRAM` takes the profile of\n"
              "the program's name. The name of a subcommand wins over a program of that name:\n"
              "`ward run list` runs a program called `list`.\n"
              "\n"
              "subcommands (`ward SUBCOMMAND --help` says more):\n"
              "  run            run a program in a jail\n"
              "  check          say whether policies are right, and whether this host has what they name\n"
              "  show           show what a policy lets happen, with the lines that say so\n"
              "  list           list the policies that can be named\n"
              "  explain        say what a diagnostic, call, group, capability, section or statement means\n"
              "  explain-crash  say what a fuzz target was refused, by which line, and where in its source\n"
              "  fmt            put policies into their canonical form; `-` is standard input to standard output\n"
              "  why            say whether a policy lets something happen, and which line decides\n"
              "  test           say whether policies do what their `test` blocks say\n"
              "  score          say in one figure how much a policy leaves open, and what to tighten first\n"
              "  compile        write the system-call filter of a policy, for people or for other programs\n"
              "  diff           say what the second lets happen that the first does not, and the other way round\n"
              "  import         make a policy of a container's seccomp profile, proved equal to it\n"
              "  doctor         say what this host can enforce, what is in the way, and what to do about it\n"
              "  wrap           make programs run under their profile whenever their name is typed\n"
              "  completion     print the script that completes command lines of ward in a shell\n"
              "  help           show this text, or that of a subcommand\n"
              "  version        show the version, and what ward is made of\n"
              "\n"
              "exit status of a run: the program's own; 128+N if signal N ended it; 124 if its time\n"
              "was up; 125 if nothing ran; 126 or 127 if the program cannot be executed or found\n");
}

TEST_F(Usage, HelpOfRun) {
    const Outcome outcome = ward({"run", "--help"});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(
        outcome.out,
        "usage: ward run [OPTIONS] [--] PROGRAM ARGS...\n"
        "\n"
        "run a program in a jail\n"
        "\n"
        "  -p, --policy NAME|FILE  the policy to jail it under; without it, the profile of the program's name\n"
        "      --set NAME=VALUE    give a parameter of the policy a value\n"
        "      --report FILE       write how it ended and what it used as JSON\n"
        "      --verify            compare what the kernel says about the jail with the plan before the program "
        "runs\n"
        "      --allow STATEMENT   a statement on top of the policy; without a policy, of `base.untrusted`\n"
        "      --save FILE         write a policy that says what `--allow` says; the file must not be there\n"
        "      --allow-degraded FEATURE  run also where the host lacks this feature of those the policy asks for\n"
        "      --dry-run           show every step with the policy line it comes from, and run nothing\n"
        "  -h, --help              show this text\n");
}

TEST_F(Usage, HelpAndVersionAreWordsToo) {
    EXPECT_EQ(ward({"help"}).out, ward({"--help"}).out);
    EXPECT_EQ(ward({"help", "run"}).out, ward({"run", "--help"}).out);
    EXPECT_EQ(ward({"version"}).out, ward({"--version"}).out);
}

TEST_F(Usage, VersionNamesTheTableAndTheLibraries) {
    const Outcome outcome = ward({"--version"});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_TRUE(outcome.out.starts_with("ward 0.")) << outcome.out;
    EXPECT_NE(outcome.out.find("\nsystem calls of x86_64 up to Linux "), std::string::npos) << outcome.out;
    for (const char* library : {"\nlibseccomp ", "\nlibcap-ng ", "\nPEGTL ", "\nBoost.Program_options ", "\nJSON for "})
        EXPECT_NE(outcome.out.find(library), std::string::npos) << library;
}

struct Mistake {
    std::vector<std::string> words;
    int status;
    std::string_view text;
};

class Mistakes : public Place, public testing::WithParamInterface<Mistake> {};

TEST_P(Mistakes, AreSaidWithARemedy) {
    const Outcome outcome = ward(GetParam().words);
    EXPECT_EQ(outcome.status, GetParam().status);
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(outcome.err, GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    CommandLine, Mistakes,
    testing::Values(
        Mistake{{"run"}, 125, "error[usage]: no program is named\n  help: write `ward run PROGRAM ARGS...`\n"},
        Mistake{{"run", "-p", "curl"},
                125,
                "error[usage]: no program is named\n  help: write `ward run PROGRAM ARGS...`\n"},
        Mistake{{"run", "--dryrun", "true"},
                125,
                "error[usage]: there is no option `--dryrun`\n  help: write `--dry-run`\n"},
        Mistake{{"--dryrun", "true"}, 125, "error[usage]: there is no option `--dryrun`\n  help: write `--dry-run`\n"},
        Mistake{{"run", "-p"}, 125, "error[usage]: `--policy` needs a value\n  help: write `--policy NAME|FILE`\n"},
        Mistake{{"run", "--set", "a", "true"},
                125,
                "error[usage]: `--set a` gives no value\n  help: write `--set NAME=VALUE`\n"},
        Mistake{{"run", "--set", "=a", "true"},
                125,
                "error[usage]: `--set =a` gives no value\n  help: write `--set NAME=VALUE`\n"},
        Mistake{{"run", "--set", "a=1", "--set", "a=2", "true"},
                125,
                "error[usage]: the parameter `a` is set twice\n  help: keep one `--set a=`\n"},
        Mistake{{"run", "--dry-run", "--report", "x", "true"},
                125,
                "error[usage]: `--dry-run` runs nothing that `--report` could tell about\n"
                "  help: leave one of the two out\n"},
        Mistake{{"run", "--allow", "", "true"},
                125,
                "error[usage]: `--allow` needs a value\n  help: write `--allow STATEMENT`\n"},
        Mistake{{"run", "-p", "", "true"},
                125,
                "error[usage]: `--policy` needs a value\n  help: write `--policy NAME|FILE`\n"},
        Mistake{
            {"help", "chekc"}, 2, "error[usage]: there is no subcommand `chekc`\n  help: write `ward help check`\n"},
        Mistake{{"help", "curl"},
                2,
                "error[usage]: there is no subcommand `curl`\n  help: `ward help` lists the subcommands\n"},
        Mistake{{"check"}, 2, "error[usage]: no policy is named\n  help: write `ward check FILE`\n"},
        Mistake{
            {"check", "--all"}, 2, "error[usage]: there is no option `--all`\n  help: `--help` lists the options\n"},
        Mistake{{"show"},
                2,
                "error[usage]: `show` takes one policy, and 0 are given\n"
                "  help: write `ward show NAME`; `ward list` knows the names\n"},
        Mistake{{"show", "curl", "jq"},
                2,
                "error[usage]: `show` takes one policy, and 2 are given\n"
                "  help: write `ward show NAME`; `ward list` knows the names\n"},
        Mistake{{"list", "curl"},
                2,
                "error[usage]: `list` takes no policy, and `curl` is one\n  help: write `ward show curl`\n"},
        Mistake{{"chekc", "x"},
                127,
                "error[program-not-found]: there is no program `chekc`\n"
                "  help: a subcommand has a similar name: `ward check`\n"},
        Mistake{{"no-such-program"},
                127,
                "error[program-not-found]: there is no program `no-such-program`\n"
                "  help: install it, or write the path of the program\n"},
        Mistake{{"./no-such-program"},
                127,
                "error[program-not-found]: there is no program `./no-such-program`\n"
                "  help: correct the path, or write the program's name alone to look for it in `PATH`\n"},
        Mistake{{"pythn3"},
                127,
                "error[program-not-found]: there is no program `pythn3`\n"
                "  help: a program with a profile has a similar name: `python3`\n"},
        Mistake{{"run", "/etc"},
                126,
                "error[program-not-executable]: `/etc` is a folder, and no program\n"
                "  help: write the program before it, for example `ward run ls /etc`\n"},
        Mistake{{"/etc/passwd"},
                126,
                "error[program-not-executable]: `/etc/passwd` may not be executed\n"
                "  help: look at its mode with `ls -l`, and name a program\n"}));

// The table in docs/reference/command-line.md.
TEST_F(Usage, StatusesOfSubcommands) {
    struct Case {
        std::vector<std::string> words;
        int status;
    };
    for (const Case& each : {Case{{"check", "no-such-policy"}, 1},
                             {{"show", "no-such-policy"}, 1},
                             {{"score", "no-such-policy"}, 1},
                             {{"list"}, 0},
                             {{"explain", "no-such-word"}, 2},
                             {{"fmt", "no-such-file.ward"}, 1},
                             {{"why", "no-such-policy", "resolve"}, 2},
                             {{"why", "curl", "resolve"}, 0},
                             {{"why", "jq", "resolve"}, 1},
                             {{"why", "curl", "syscall openat"}, 3},
                             {{"test", "no-such-policy"}, 1},
                             {{"compile", "no-such-policy"}, 1},
                             {{"import", "oci-seccomp", "/no-such-file"}, 1},
                             {{"diff", "jq", "no-such-policy"}, 1},
                             {{"diff", "jq", "curl"}, 0},
                             {{"diff", "--require", "stricter", "jq", "curl"}, 1},
                             {{"wrap", "install", "no-such-program"}, 1},
                             {{"wrap", "remove", "no-such-program"}, 1}})
        EXPECT_EQ(ward(each.words).status, each.status) << each.words.front() << ' ' << each.words.back();
}

TEST_F(Usage, AFullDiskIsAnError) {
    const Outcome outcome = plain({"/bin/sh", "-c", WARD_PROGRAM " --help >/dev/full"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.err, "ward: standard output cannot be written: No space left on device\n");
}

}  // namespace
}  // namespace ward::test
