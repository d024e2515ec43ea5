// Filters as people read them.
#include "compiler/disassembly.hpp"

#include <linux/audit.h>
#include <linux/seccomp.h>

#include "compiler/diff_calls.hpp"
#include "compiler/groups.hpp"
#include "compiler/raw_filter.hpp"
#include "tests/unit/compiler/lowering_fixture.hpp"

namespace ward::compiler {
namespace {

constexpr std::uint16_t load = BPF_LD | BPF_W | BPF_ABS;
constexpr std::uint16_t equal = BPF_JMP | BPF_JEQ | BPF_K;
constexpr std::uint16_t any_bit = BPF_JMP | BPF_JSET | BPF_K;
constexpr std::uint16_t give = BPF_RET | BPF_K;

// mmap without PROT_EXEC, read always, nothing else.
const std::vector<sock_filter> small = {
    {load, 0, 0, 4},
    {equal, 0, 6, AUDIT_ARCH_X86_64},
    {load, 0, 0, 0},
    {equal, 5, 0, 0},
    {equal, 0, 3, 9},
    {load, 0, 0, 32},
    {any_bit, 1, 2, 4},
    {give, 0, 0, SECCOMP_RET_KILL_PROCESS},
    {give, 0, 0, SECCOMP_RET_ERRNO | 1},
    {give, 0, 0, SECCOMP_RET_ALLOW},
};
constexpr Abi native[] = {Abi::x86_64};

TEST(Disassembly, OneLineForEachInstruction) {
    const FilterMap map = map_filter(small, native);
    const auto place = [](Abi, std::uint32_t number) {
        return number == 9 ? std::string("web.ward:7") : std::string();
    };
    EXPECT_EQ(disassemble(map, place),
              "    0: load abi\n"
              "    1: if abi == x86_64 then 2 else 8\n"
              "    2: load number\n"
              "    3: if number == read (0) then 9 else 4\n"
              "    4: if number == mmap (9) then 5 else 8                      ; web.ward:7\n"
              "    5: load prot                                                ; mmap, web.ward:7\n"
              "    6: if prot has any of PROT_EXEC then 8 else 9               ; mmap, web.ward:7\n"
              "    7: kill\n"
              "    8: fail with EPERM                                          ; web.ward:7, every other ABI\n"
              "    9: allow                                                    ; web.ward:7\n");
}

// From 100 on: nothing, and nobody has said so; below: a line for each call.
TEST(Disassembly, WhatManyCallsShareNamesTheFirstPlaceAndHowManyMore) {
    constexpr std::uint16_t at_least = BPF_JMP | BPF_JGE | BPF_K;
    const std::vector<sock_filter> program = {
        {load, 0, 0, 0}, {at_least, 0, 1, 100}, {give, 0, 0, SECCOMP_RET_ERRNO | 38}, {give, 0, 0, SECCOMP_RET_ALLOW}};
    const auto place = [](Abi, std::uint32_t number) {
        return number < 3 ? "web.ward:" + std::to_string(number) : std::string(number < 100 ? "web.ward:9" : "default");
    };
    EXPECT_EQ(disassemble(map_filter(program, native), place),
              "    0: load number\n"
              "    1: if number >= times (100) then 2 else 3                   ; web.ward:0 and 4 more\n"
              "    2: fail with ENOSYS                                         ; default\n"
              "    3: allow                                                    ; web.ward:0 and 3 more\n");
}

// A filter sees them with their bit.
TEST(Disassembly, NumbersOfX32AreThoseThatAreCompared) {
    constexpr Abi x32[] = {Abi::x32};
    const std::vector<sock_filter> program = {{load, 0, 0, 0},
                                              {equal, 0, 1, 0x40000089},
                                              {give, 0, 0, SECCOMP_RET_ERRNO | 38},
                                              {give, 0, 0, SECCOMP_RET_ALLOW}};
    const std::string text = disassemble(map_filter(program, x32), [](Abi, std::uint32_t) { return std::string(); });
    EXPECT_NE(text.find("if number == statfs (0x40000089) then"), std::string::npos) << text;
}

TEST(Disassembly, CallsGoWhereTheFilterSendsThem) {
    const FilterMap map = map_filter(small, native);
    for (const FilterPath& path : map.paths) {
        const std::size_t entry = !path.is_named ? 8u : path.number == 0 ? 9u : path.number == 9 ? 5u : 8u;
        EXPECT_EQ(path.entry, entry) << name_of_call(path.abi, path.number);
    }
    EXPECT_EQ(map.arguments_of[5].size(), 1u);
}

TEST(Disassembly, TheGraphHasCallsOfEqualOutcomeTogether) {
    const std::string graph = graph_of(map_filter(small, native), "a \"title\"");
    EXPECT_TRUE(graph.starts_with("digraph filter {\n    label=\"a \\\"title\\\"\";\n")) << graph;
    for (const char* part :
         {"\"x86_64\" [shape=oval];\n", "\"x86_64 9\" [label=\"read\\l\"];\n", "\"x86_64 6\" [label=\"mmap\\l\"];\n",
          "6 [shape=diamond, label=\"prot has any of PROT_EXEC\"];\n", "6 -> 8 [label=yes];\n", "6 -> 9 [label=no];\n",
          "8 [shape=oval, style=bold, label=\"fail with EPERM\"];\n", "every other number"})
        EXPECT_NE(graph.find(part), std::string::npos) << part << "\n" << graph;
}

TEST(Disassembly, EveryInstructionOfARealFilterHasWords) {
    const Compiled compiled = compile_text("syscalls { allow @file-system, @basic-io, socket, clone, ioctl }");
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    const auto program = emit(for_other_launchers(compiled.jail->filter), {.exec_key = 0, .supervised = false});
    const FilterMap map = map_filter(program.value(), native);
    const std::string text = disassemble(map, [](Abi, std::uint32_t) { return std::string(); });
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), static_cast<std::ptrdiff_t>(program->size()));
    for (const char* unclear : {"code 0x", "value ==", "argument 1", "argument 2"})
        EXPECT_EQ(text.find(unclear), std::string::npos) << text;
    EXPECT_NE(text.find("request == TIOCSTI"), std::string::npos) << text;
}

TEST(CallsInWords, NamesOfConstants) {
    const auto call = [](const char* name, std::array<std::uint64_t, 6> arguments, unsigned matters) {
        return call_in_words(Abi::x86_64, *call_number(Abi::x86_64, name), arguments, matters);
    };
    EXPECT_EQ(call("socket", {1, 1 | 02000000, 0}, 3), "socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, _)");
    EXPECT_EQ(call("openat", {0xffffff9c, 0, 0101, 0644}, 13), "openat(AT_FDCWD, _, O_WRONLY|O_CREAT, 0644)");
    EXPECT_EQ(call("ioctl", {0, 0x5412}, 2), "ioctl(_, TIOCSTI, _)");
    EXPECT_EQ(call("ioctl", {0, 0x100005412}, 2), "ioctl(_, 0x100005412, _)");
    EXPECT_EQ(call("read", {}, 0), "read");
    EXPECT_EQ(call_in_words(Abi::x86_64, 100000, {}, 0), "call 100000");
}

TEST(CallsInWords, WholeGroupsByTheirNames) {
    std::vector<std::uint32_t> numbers{*call_number(Abi::x86_64, "ptrace")};
    for_each_call(calls_of(*find_group("@basic-io")), [&](std::uint32_t number) { numbers.push_back(number); });
    EXPECT_EQ(names_of_calls(Abi::x86_64, numbers), (std::vector<std::string>{"@basic-io", "ptrace"}));
}

TEST(RawFilter, BytesAndBack) {
    const std::string bytes = bytes_of(small);
    EXPECT_EQ(bytes.size(), small.size() * 8);
    const auto again = read_raw_filter(bytes);
    ASSERT_TRUE(again);
    EXPECT_EQ(bytes_of(*again), bytes);
    EXPECT_FALSE(read_raw_filter(""));
    EXPECT_FALSE(read_raw_filter(std::string_view(bytes).substr(1)));
    EXPECT_FALSE(read_raw_filter(std::string(4097 * 8, '\0')));
}

TEST(RawFilter, OtherLaunchersHaveNoExecThatTheirProgramHasNot) {
    const Compiled compiled = compile_text("syscalls { allow read }");
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    ASSERT_TRUE(compiled.jail->filter.needs_exec_key);
    const FilterModel model = for_other_launchers(compiled.jail->filter);
    EXPECT_FALSE(model.needs_exec_key);
    for (const CallModel& call : model.abis.front().calls) EXPECT_FALSE(call.one_shot);
}

}  // namespace
}  // namespace ward::compiler
