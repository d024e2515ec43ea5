// Whole plans for a stated host, against golden texts: every operation is in one of them.
#include "sandbox/planner.hpp"

#include <gtest/gtest.h>
#include <linux/sched.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "compiler/compile.hpp"
#include "policy/parser.hpp"
#include "policy/render.hpp"
#include "sandbox/plan_writer.hpp"
#include "tests/unit/sandbox/plan_fixture.hpp"

namespace ward::sandbox {
namespace {

std::string read_text(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

// ---- golden plans

// How many instructions a filter has is no matter of plans.
std::string normalised(const std::string& text) {
    return std::regex_replace(text, std::regex("[0-9]+ instructions"), "N instructions");
}

// Beside the tests, so that the program runs from any folder.
std::string golden_plan(const std::string& name) {
    const std::string here = __FILE__;
    return here.substr(0, here.rfind('/')) + "/../../golden/plans/" + name;
}

class GoldenPlan : public PlanFor {
protected:
    std::optional<Plan> plan_of_root() {
        be_root();
        host.streams[1].is_terminal = host.streams[2].is_terminal = true;
        return plan(read_text(golden_plan("root.ward")));
    }

    std::optional<Plan> plan_of_user() {
        host.streams[0] = {.is_file = true};
        host.umask = 077;
        return plan(read_text(golden_plan("user.ward")));
    }

    void compare(const std::optional<Plan>& made, const std::string& name) {
        ASSERT_TRUE(made) << errors();
        EXPECT_EQ(broken_rule(*made), "");
        std::string text = normalised(describe(*made, sources));
        for (const std::string& note : made->notes) text += "note: " + note + '\n';
        const std::string path = golden_plan(name);
        if (std::getenv("WARD_GOLDEN_UPDATE") != nullptr) std::ofstream(path) << text;
        EXPECT_EQ(text, read_text(path)) << path;
    }
};

TEST_F(GoldenPlan, OfRoot) {
    compare(plan_of_root(), "root.plan");
}

TEST_F(GoldenPlan, OfAnOrdinaryUser) {
    compare(plan_of_user(), "user.plan");
}

TEST_F(GoldenPlan, HaveEveryOperation) {
    std::set<Operation> used;
    const auto user = plan_of_user();
    const auto root = plan_of_root();
    ASSERT_TRUE(user && root);
    for (const auto* each : {&*user, &*root})
        for (const auto* steps : {&each->prepare, &each->mapped, &each->init, &each->program})
            for (const Step& step : *steps) used.insert(step.operation);
#define WARD_OPERATION(id, words) EXPECT_EQ(used.count(Operation::id), 1U) << #id;
#include "sandbox/operations.inc"
#undef WARD_OPERATION
}

// ---- single decisions

constexpr const char* smallest = "policy p\nfiles { execute /bin/prog }\n";

TEST_F(PlanFor, TheCallersFolderIsTheWorkingFolder) {
    const auto made = plan("policy p\nfiles { execute /bin/prog; read $cwd }\n");
    ASSERT_TRUE(made) << errors();
    EXPECT_STREQ(find(made->init, Operation::change_folder)->path, "/home/u/work");
    EXPECT_TRUE(made->notes.empty());
}

std::vector<std::uint64_t> umasks(const Plan& plan) {
    std::vector<std::uint64_t> all;
    for (const Step& step : plan.init)
        if (step.operation == Operation::set_umask) all.push_back(step.number[0]);
    return all;
}

TEST_F(PlanFor, AUmaskThatTakesSomethingFromThePlansModesIsPutAside) {
    host.umask = 022;
    const auto plain = plan(smallest);
    ASSERT_TRUE(plain) << errors();
    EXPECT_EQ(umasks(*plain), std::vector<std::uint64_t>{});
    EXPECT_EQ(plain->umask, 022U);
    host.umask = 027;
    const auto strict = plan(smallest);
    ASSERT_TRUE(strict) << errors();
    EXPECT_EQ(umasks(*strict), (std::vector<std::uint64_t>{0, 027}));
    EXPECT_EQ(broken_rule(*strict), "");
    EXPECT_LT(find(strict->init, Operation::set_umask), find(strict->init, Operation::attach_root));
}

TEST_F(PlanFor, InitIsBoundToItsSupervisorAfterEachChangeOfIds) {
    const auto bonds = [](const std::vector<Step>& steps) {
        return std::ranges::count(steps, Operation::parent_death_signal, &Step::operation);
    };
    const auto of_user = plan(smallest);
    ASSERT_TRUE(of_user) << errors();
    EXPECT_EQ(bonds(of_user->init), 1);
    be_root();
    const auto of_root = plan(smallest);
    ASSERT_TRUE(of_root) << errors();
    EXPECT_EQ(bonds(of_root->init), 2);
}

// It begins where init is when it is made: with limits that is a cgroup of its own.
TEST_F(PlanFor, TheCgroupNamespaceIsMadeWithTheOthersWithoutLimits) {
    const auto without = plan(smallest);
    ASSERT_TRUE(without) << errors();
    EXPECT_NE(find(without->init, Operation::unshare)->number[0] & CLONE_NEWCGROUP, 0U);
    const auto with = plan(std::string(smallest) + "limits { open-files 10 }\n");
    ASSERT_TRUE(with) << errors();
    EXPECT_EQ(find(with->init, Operation::unshare)->number[0] & CLONE_NEWCGROUP, 0U);
    EXPECT_EQ(std::ranges::count(with->init, Operation::unshare, &Step::operation), 2);
}

TEST_F(PlanFor, AFolderThatLeadsToAGrantIsThere) {
    const auto made = plan("policy p\nfiles { execute /bin/prog; read $arguments }\n");
    ASSERT_TRUE(made) << errors();
    EXPECT_STREQ(find(made->init, Operation::change_folder)->path, "/home/u/work");
}

TEST_F(PlanFor, AFolderThatIsNotGrantedIsThereAndEmpty) {
    const auto made = plan(smallest);
    ASSERT_TRUE(made) << errors();
    EXPECT_STREQ(find(made->init, Operation::change_folder)->path, "/home/u/work");
    const bool is_made = std::any_of(made->init.begin(), made->init.end(), [](const Step& step) {
        return step.operation == Operation::make_folder && std::string_view(step.path) == "home/u/work";
    });
    EXPECT_TRUE(is_made);
    EXPECT_TRUE(made->notes.empty());
}

TEST_F(PlanFor, AHiddenFolderIsNotTheWorkingFolder) {
    const auto made = plan("policy p\nfiles { execute /bin/prog; read /home; hide $cwd }\n");
    ASSERT_TRUE(made) << errors();
    EXPECT_STREQ(find(made->init, Operation::change_folder)->path, "/home/u");
    EXPECT_EQ(made->notes,
              std::vector<std::string>{
                  "the working folder `/home/u/work` is not in the jail: the program starts in `/home/u`"});
}

TEST_F(PlanFor, InitEntersCgroupsOfVersion1ByItself) {
    const std::string text = std::string(smallest) + "limits { tasks 4 }\n";
    EXPECT_EQ(find(plan(text)->init, Operation::enter_cgroup), nullptr);
    host.cgroups["pids"] = {"/c/pids", 1};
    const auto made = plan(text);
    ASSERT_TRUE(made);
    EXPECT_EQ(find(made->init, Operation::await_supervisor), nullptr);
    ASSERT_NE(find(made->init, Operation::enter_cgroup), nullptr);
    EXPECT_EQ(find(made->init, Operation::enter_cgroup)->slot, made->cgroup_slots.at("/c/pids"));
    EXPECT_EQ(made->cgroup_parents.at("pids").folder, "/c/pids");
}

TEST_F(PlanFor, OnlyWhatIsNeededIsIdMapped) {
    be_root();
    const auto made =
        plan("policy p\nfiles { execute /bin/prog; read /usr/share, /root, /home/u/.bashrc; write /home/u/work }\n");
    ASSERT_TRUE(made) << errors();
    std::vector<std::string> mapped;
    for (const Step& step : made->mapped)
        for (const Step& opened : made->prepare)
            if (opened.operation == Operation::clone_tree && opened.into == step.slot) mapped.emplace_back(opened.path);
    EXPECT_EQ(mapped, (std::vector<std::string>{"/home/u/work", "/root"}));
}

TEST_F(PlanFor, AKillNeedsAListenerOnceOnly) {
    const std::string text = std::string(smallest) + "syscalls { refuse ptrace with kill }\n";
    const auto flags = [](const Plan& made) { return find(made.program, Operation::load_filter)->number[0]; };
    auto made = plan(text);
    ASSERT_TRUE(made) << errors();
    EXPECT_TRUE(made->supervised_kill);
    EXPECT_EQ(flags(*made), 8U);
    host.listener_taken = true;
    made = plan(text);
    ASSERT_TRUE(made);
    EXPECT_FALSE(made->supervised_kill);
    EXPECT_EQ(flags(*made), 0U);
}

TEST_F(PlanFor, TheHostsNetworkHasNoLoopbackOfItsOwn) {
    const auto made = plan(std::string(smallest) + "network { host }\n");
    ASSERT_TRUE(made);
    EXPECT_EQ(find(made->init, Operation::loopback_up), nullptr);
    EXPECT_EQ(made->namespaces & 0x40000000U, 0U);
}

// ---- errors

TEST_F(PlanFor, AProgramThatIsNotGrantedIsAnError) {
    EXPECT_FALSE(plan("policy p\nfiles { execute /usr; read /bin }\n"));
    EXPECT_EQ(errors(),
              "error[program-not-granted]: `/bin/prog` may not be executed in this jail\n"
              "  --> test.ward:1:8\n"
              "  1 | policy p\n"
              "    |        ^\n"
              "  2 | files { execute /usr; read /bin }\n"
              "    |                            ---- decides about `/usr/bin/prog`, without `execute`\n"
              "  help: write `execute $program`, or `execute /usr/bin/prog`, in `files { }`\n");
}

TEST_F(PlanFor, ExecuteOnANoexecMountIsAnError) {
    EXPECT_FALSE(plan("policy p\nfiles { execute /bin/prog, /srv/noexec }\n"));
    EXPECT_EQ(errors(),
              "error[mount-forbids]: `/srv/noexec` cannot be executed: `/srv/noexec` is mounted `noexec`\n"
              "  --> test.ward:2:28\n"
              "  2 | files { execute /bin/prog, /srv/noexec }\n"
              "    |                            ^^^^^^^^^^^\n"
              "  help: put the programs on a mount without `noexec`, for example below `/usr/local`\n");
}

TEST_F(PlanFor, WriteOnAReadOnlyMountIsAnError) {
    EXPECT_FALSE(plan("policy p\nfiles { execute /bin/prog; write /srv/sealed }\n"));
    EXPECT_EQ(errors(),
              "error[mount-forbids]: `/srv/sealed` cannot be written: `/srv/sealed` is mounted read-only\n"
              "  --> test.ward:2:34\n"
              "  2 | files { execute /bin/prog; write /srv/sealed }\n"
              "    |                                  ^^^^^^^^^^^\n"
              "  help: write `read /srv/sealed`\n");
}

TEST_F(PlanFor, ATreeThatCannotBeMappedIsAnErrorForRoot) {
    const std::string text = "policy p\nfiles { execute /bin/prog; write /srv/over }\n";
    EXPECT_TRUE(plan(text)) << errors();
    be_root();
    EXPECT_FALSE(plan(text));
    EXPECT_EQ(
        errors(),
        "error[not-id-mappable]: `write /srv/over` cannot be mapped to the ids of the jail: `/srv/over` is of type "
        "`overlay`\n"
        "  --> test.ward:2:34\n"
        "  2 | files { execute /bin/prog; write /srv/over }\n"
        "    |                                  ^^^^^^^^^\n"
        "  note: what a program writes must belong to a user of the host, not to the jail\n"
        "  help: start ward as an ordinary user, or name folders that do not contain `/srv/over`\n");
}

TEST_F(PlanFor, ASubmountThatCannotBeMappedIsNamed) {
    be_root();
    EXPECT_FALSE(plan("policy p\nfiles { execute /bin/prog; write /srv }\n"));
    ASSERT_EQ(diagnostics.errors(), 1U);
    EXPECT_NE(diagnostics.all().front().message().find("`/srv/over` is of type `overlay`"), std::string::npos);
}

TEST_F(PlanFor, ADeviceThatIsNotThereIsAnError) {
    EXPECT_FALSE(plan("policy p\nfiles { execute /bin/prog; device nul }\n"));
    EXPECT_EQ(errors(),
              "error[device-not-found]: this host has no character device `/dev/nul`\n"
              "  --> test.ward:2:35\n"
              "  2 | files { execute /bin/prog; device nul }\n"
              "    |                                   ^^^\n"
              "  help: a similar name exists: `null`\n");
}

TEST_F(PlanFor, TooManyMountsAreAnError) {
    for (int i = 0; i < max_slots; ++i) files.file("/many/" + std::to_string(i));
    EXPECT_FALSE(plan("policy p\nfiles { execute /bin/prog; read /many/* }\n"));
    EXPECT_EQ(errors(),
              "error[too-many-mounts]: the jail would have more than 512 mounts\n"
              "  --> test.ward:1:8\n"
              "  1 | policy p\n"
              "    |        ^\n"
              "  help: grant the folders in place of the files in them\n");
}

// The cgroups and the ruleset have slots, too: no number of files may be one too many without a word.
TEST_F(PlanFor, TheLastSlotsAreCountedWhoeverTakesThem) {
    host.cgroups["pids"] = {"/c/pids", 1};
    host.cgroups["memory"] = {"/c/memory", 1};
    bool any_fits = false;
    for (int i = 0; i < max_slots; ++i) {
        files.file("/many/" + std::to_string(i));
        if (i < max_slots - 20) continue;
        policy::Diagnostics seen;
        std::swap(seen, diagnostics);
        const auto made = plan("policy p\nfiles { execute /bin/prog; read /many/* }\nlimits { tasks 4; memory 1M }\n");
        EXPECT_NE(made.has_value(), errors().find("too-many-mounts") != std::string::npos) << i;
        any_fits |= made.has_value();
    }
    EXPECT_TRUE(any_fits);
}

TEST_F(PlanFor, AFilterThatIsTooLongIsAnError) {
    const auto file = sources.add("test.ward", smallest);
    policy::PolicySet set;
    set.members.push_back({*policy::parse(sources, file, diagnostics), 0});
    auto jail = compiler::compile(set, {}, diagnostics);
    ASSERT_TRUE(jail) << errors();
    for (std::uint32_t number = 0; number < 20000; ++number) {
        const auto error = static_cast<std::uint16_t>(1 + number % 100);
        const compiler::Response refusal{.kind = compiler::Response::Kind::refuse, .error = error};
        jail->filter.abis.front().calls.push_back({{}, refusal});
    }
    auto plan = make_plan(*jail, host, command, diagnostics);
    ASSERT_TRUE(plan) << errors();
    EXPECT_FALSE(add_filter(*plan, *jail, diagnostics));
    EXPECT_EQ(errors(),
              "error[filter-too-long]: the system-call filter is too long\n"
              "  --> test.ward:1:8\n"
              "  1 | policy p\n"
              "    |        ^\n"
              "  note: the kernel takes filters of at most 4096 instructions\n"
              "  help: allow whole groups in place of single calls with conditions\n");
}

TEST_F(PlanFor, AWriteThatModeBitsRefuseIsANote) {
    const auto made = plan("policy p\nfiles { execute /bin/prog; read $cwd; write /usr/share/data }\n");
    ASSERT_TRUE(made) << errors();
    EXPECT_EQ(made->notes, std::vector<std::string>{"`write /usr/share/data`: its mode 0755 lets user 0 write, not the "
                                                    "program (user 1000)"});
}

TEST_F(PlanFor, AHostThatDoesNotAnswerIsAnError) {
    host.unknown = "`/proc/self/status`: no such file or directory (ENOENT)";
    EXPECT_FALSE(plan(smallest));
    EXPECT_EQ(errors(),
              "error[host-unknown]: this host does not tell `/proc/self/status`: no such file or directory (ENOENT)\n"
              "  note: what a jail needs is decided by what the host is, and a guess may make a weaker one\n"
              "  help: mount proc(5) at `/proc`, and lift what keeps ward from asking the kernel\n");
}

// `landlock: files of the streams` is what a kernel without it cannot do; nothing claims that it does.
TEST_F(PlanFor, AKernelWithoutLandlockIsNotSaidToHaveIt) {
    host.streams[0].is_file = true;
    auto made = plan(smallest);
    ASSERT_TRUE(made) << errors();
    EXPECT_NE(find(made->init, Operation::new_ruleset), nullptr);
    EXPECT_TRUE(made->notes.empty()) << made->notes.front();
    host.landlock_abi = 0;
    made = plan(smallest);
    ASSERT_TRUE(made) << errors();
    ASSERT_EQ(made->notes.size(), 1U);
    EXPECT_TRUE(made->notes[0].starts_with("a file that is a standard stream can be opened again")) << made->notes[0];
    EXPECT_EQ(find(made->init, Operation::new_ruleset), nullptr);
    EXPECT_EQ(find(made->program, Operation::enter_ruleset), nullptr);
    for (const std::string& feature : made->enforced) EXPECT_EQ(feature.find("landlock"), std::string::npos);
}

TEST_F(PlanFor, AJailThatMayNestIsNotSaidToGuardItsStreams) {
    host.streams[0].is_file = true;
    const auto made = plan(std::string(smallest) + "process {\n    nested allow\n}\n");
    ASSERT_TRUE(made) << errors();
    ASSERT_EQ(made->notes.size(), 1U);
    EXPECT_EQ(made->notes[0],
              "a file that is a standard stream can be opened again, for writing too, if its mode allows that: what "
              "prevents it would forbid the mounts that `nested allow` is for, and here a pipe does (`cat FILE | ward "
              "...`)");
}

TEST(PlanWriter, SlotsEndWithTheLast) {
    Plan plan;
    PlanWriter writer(plan);
    for (int slot = 0; slot < max_slots; ++slot) EXPECT_EQ(writer.new_slot(), slot);
    EXPECT_TRUE(writer.slots_suffice());
    for (int more = 0; more < 0x10000; ++more) EXPECT_EQ(writer.new_slot(), no_slot);
    EXPECT_FALSE(writer.slots_suffice());
}

}  // namespace
}  // namespace ward::sandbox
