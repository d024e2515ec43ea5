// What other seccomp tools get wrong: each rule is a policy of a few lines, the model, and the program that
// would be loaded, which is proved and interpreted.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/mempolicy.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <cerrno>

#include "compiler/calls.hpp"
#include "compiler/proof.hpp"
#include "compiler/syscall_table.hpp"
#include "tests/unit/compiler/bpf_interpreter.hpp"
#include "tests/unit/compiler/call_policies.hpp"
#include "tests/unit/compiler/model_oracle.hpp"

namespace ward::compiler {
namespace {

constexpr EmitOptions options{0x0123456789abcdef, true};
constexpr std::uint64_t garbage = 0xfeedface00000000u;

std::uint32_t errno_value(int error) {
    return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error);
}

class MisreadCalls : public testing::Test {
protected:
    void compile(const std::string& statements, void (*prepare)(Jail&) = nullptr) {
        lowered_ = test::lower(statements, prepare);
        ASSERT_EQ(lowered_.diagnostics.errors(), 0u) << lowered_.text();
        program_ = emit(lowered_.jail.filter, options).value();
        const auto disproof = disprove(program_, lowered_.jail.filter, options);
        EXPECT_FALSE(disproof.has_value()) << disproof->reason;
    }

    // What the program returns, which the model must say too.
    std::uint32_t run(Abi abi, std::uint32_t number, test::Arguments arguments = {}) const {
        seccomp_data data{};
        data.nr = static_cast<int>(number);
        data.arch = audit_architecture(abi);
        std::copy(arguments.begin(), arguments.end(), std::begin(data.args));
        const std::uint32_t result = test::interpret(program_, data);
        EXPECT_EQ(result, test::expected(lowered_.jail.filter, options, data));
        return result;
    }
    std::uint32_t run(Abi abi, std::string_view call, test::Arguments arguments = {}) const {
        return run(abi, call_number(abi, call).value(), arguments);
    }
    std::uint32_t run(std::string_view call, test::Arguments arguments = {}) const {
        return run(Abi::x86_64, call, arguments);
    }

    test::Lowered lowered_;
    std::vector<sock_filter> program_;
};

// CVE-2019-10063 and others: the kernel takes the low half.
TEST_F(MisreadCalls, A32BitArgumentIgnoresItsUpperHalf) {
    compile("allow ioctl\nforbid ioctl if request == FIONREAD");
    for (const std::uint64_t high : {std::uint64_t{0}, std::uint64_t{1} << 32, garbage}) {
        EXPECT_EQ(run("ioctl", {0, FIONREAD | high}), errno_value(EPERM));
        EXPECT_EQ(run("ioctl", {0, TIOCSTI | high}), errno_value(EPERM));
        EXPECT_EQ(run("ioctl", {0, TIOCGWINSZ | high}), SECCOMP_RET_ALLOW);
    }
    EXPECT_EQ(run("ioctl", {0, 0x100005412}), errno_value(EPERM)) << "it is TIOCSTI";
    compile("allow ioctl if request == TIOCGWINSZ");
    EXPECT_EQ(run("ioctl", {0, 0x100005413}), SECCOMP_RET_ALLOW) << "it is TIOCGWINSZ";
    EXPECT_EQ(run("ioctl", {0, 0x541300000000}), errno_value(EPERM));
}

// Declared as a word, of which the kernel looks at 32 bits: int lmode = mode, and flags of which it tests single bits.
TEST_F(MisreadCalls, AWordOfWhichTheKernelTakesHalfIgnoresTheOther) {
    compile(
        "allow mbind, fcntl\nforbid mbind if mode == MPOL_BIND\nforbid fcntl if cmd == F_SETFL and arg == O_APPEND\n"
        "allow mmap\nforbid mmap if prot == PROT_READ | PROT_WRITE | PROT_EXEC\nforbid mmap if flags has MAP_FIXED");
    for (const std::uint64_t high : {std::uint64_t{0}, std::uint64_t{1} << 32, garbage}) {
        EXPECT_EQ(run("mbind", {0, 0, MPOL_BIND | high}), errno_value(EPERM));
        EXPECT_EQ(run("mbind", {0, 0, MPOL_PREFERRED | high}), SECCOMP_RET_ALLOW);
        EXPECT_EQ(run("mmap", {0, 0, (PROT_READ | PROT_WRITE | PROT_EXEC) | high, MAP_PRIVATE}), errno_value(EPERM));
        EXPECT_EQ(run("mmap", {0, 0, PROT_READ | high, MAP_PRIVATE | high}), SECCOMP_RET_ALLOW);
        EXPECT_EQ(run("mmap", {0, 0, PROT_READ, MAP_FIXED | high}), errno_value(EPERM));
        EXPECT_EQ(run("fcntl", {0, F_SETFL, O_APPEND | high}), errno_value(EPERM));
    }
}

// A C library may extend the sign of an int or not.
TEST_F(MisreadCalls, AtFdcwdIsMeantWithAndWithoutItsSign) {
    compile("allow openat if dirfd == AT_FDCWD");
    EXPECT_EQ(run("openat", {0xffffff9c}), SECCOMP_RET_ALLOW);
    EXPECT_EQ(run("openat", {0xffffffffffffff9c}), SECCOMP_RET_ALLOW);
    EXPECT_EQ(run("openat", {0x00000000ffffff9d}), errno_value(EPERM));
    compile("allow openat if dirfd != AT_FDCWD");
    EXPECT_EQ(run("openat", {0xffffff9c}), errno_value(EPERM));
    EXPECT_EQ(run("openat", {0xffffffffffffff9c}), errno_value(EPERM));
    EXPECT_EQ(run("openat", {5}), SECCOMP_RET_ALLOW);
}

TEST_F(MisreadCalls, Mmap2DoesNotExistOnX86_64) {
    EXPECT_EQ(test::lower("allow mmap2").slugs(), std::vector<std::string>{"error foreign-syscall"});
    compile("abi native, i386\nallow mmap2");
    EXPECT_EQ(run(Abi::i386, "mmap2"), SECCOMP_RET_ALLOW);
    EXPECT_EQ(run(Abi::i386, "mmap"), errno_value(EPERM));
    EXPECT_EQ(run("mmap"), errno_value(EPERM));
    EXPECT_EQ(run(Abi::x86_64, call_number(Abi::i386, "mmap2").value()), errno_value(EPERM))
        << "another call of x86_64";
}

TEST_F(MisreadCalls, AForeignAbiEndsTheProcessAndNotTheThread) {
    compile("allow @known\nforbid io_uring_setup");
    EXPECT_EQ(run(Abi::i386, "read"), SECCOMP_RET_KILL_PROCESS);
    EXPECT_EQ(run(Abi::x32, "read"), SECCOMP_RET_KILL_PROCESS);
    EXPECT_EQ(run(Abi::aarch64, "read"), SECCOMP_RET_KILL_PROCESS);
}

TEST_F(MisreadCalls, X32IsAnotherAbiWithTheArchitectureOfX86_64) {
    compile("abi native, x32\nallow read, ioctl");
    EXPECT_EQ(run(Abi::x32, "read"), SECCOMP_RET_ALLOW);
    EXPECT_EQ(run(Abi::x32, "ioctl", {0, TIOCGWINSZ}), SECCOMP_RET_ALLOW);
    EXPECT_EQ(run(Abi::x32, "ioctl", {0, TIOCSTI}), errno_value(EPERM));
    EXPECT_EQ(run(Abi::x32, x32_bit | syscall_number("ioctl").value()), errno_value(ENOSYS))
        << "x32 has a number of its own for it";
    EXPECT_EQ(run(Abi::i386, "read"), SECCOMP_RET_KILL_PROCESS);
}

TEST_F(MisreadCalls, UnknownAndFutureNumbersAreEnosysOnEveryAbi) {
    compile("abi native, i386, x32\nallow read\nrefuse with kill");
    for (const std::uint32_t number : {337u, 500u, 511u, 512u, 600u, 100000u}) {
        EXPECT_EQ(run(Abi::x86_64, number), errno_value(ENOSYS)) << number;
        EXPECT_EQ(run(Abi::x32, number == 512u ? 599u | x32_bit : number | x32_bit), errno_value(ENOSYS)) << number;
    }
    for (const std::uint32_t number : {222u, 500u, 1u << 30}) EXPECT_EQ(run(Abi::i386, number), errno_value(ENOSYS));
    EXPECT_EQ(run("write"), SECCOMP_RET_USER_NOTIF);
}

// ---- clone3

TEST_F(MisreadCalls, Clone3IsEnosysWhereCloneFlagsAreRestricted) {
    compile("allow clone, clone3");
    EXPECT_EQ(run("clone3"), errno_value(ENOSYS)) << "no new namespaces";
    const auto nested = [](Jail& jail) { jail.process.nested = {{}}; };
    compile("allow clone, clone3", nested);
    EXPECT_EQ(run("clone3"), SECCOMP_RET_ALLOW);
    EXPECT_EQ(run("clone", {CLONE_NEWUSER}), SECCOMP_RET_ALLOW);
    EXPECT_EQ(run("clone", {}), SECCOMP_RET_ALLOW);
    compile("allow clone if flags lacks CLONE_NEWUSER\nallow clone3", nested);
    EXPECT_EQ(run("clone3"), errno_value(ENOSYS)) << "its flags are in memory";
    EXPECT_EQ(run("clone", {CLONE_NEWUSER | garbage}), errno_value(EPERM));
    EXPECT_EQ(run("clone", {CLONE_NEWNET}), SECCOMP_RET_ALLOW);
    compile("allow clone, clone3\nforbid clone if flags has CLONE_NEWUSER", nested);
    EXPECT_EQ(run("clone3"), errno_value(ENOSYS));
    compile("abi native, i386\nallow clone, clone3\nforbid clone if flags has CLONE_NEWUSER", nested);
    EXPECT_EQ(run(Abi::i386, "clone3"), errno_value(ENOSYS));
    for (const std::string end : {"kill", "trap"}) {
        compile("allow clone\nrefuse with " + end);
        EXPECT_EQ(run("clone3"), errno_value(ENOSYS)) << "what the C library tries first ends no program";
        compile("allow getpid\nrefuse with " + end);
        EXPECT_NE(run("clone3"), errno_value(ENOSYS)) << "no clone, nothing to fall back to";
        compile("allow clone\nrefuse clone3 with " + end);
        EXPECT_NE(run("clone3"), errno_value(ENOSYS)) << "it is asked for by name";
    }
}

TEST_F(MisreadCalls, Openat2IsEnosysWhereTheFlagsOfOpenatAreRestricted) {
    const auto setuid = [](Jail& jail) { jail.may_set_setuid = true; };
    compile("allow openat, openat2", setuid);
    EXPECT_EQ(run("openat2"), SECCOMP_RET_ALLOW);
    compile("allow openat if flags has O_RDONLY\nallow openat2", setuid);
    EXPECT_EQ(run("openat2"), errno_value(ENOSYS));
}

// ---- i386

TEST_F(MisreadCalls, SocketcallReachesOnlyWhatIsAllowedWhateverItsArguments) {
    compile("abi native, i386\nallow @network-io\nforbid listen\nrefuse listen with EACCES");
    EXPECT_EQ(run(Abi::i386, "socketcall", {1}), errno_value(ENOSYS)) << "the families of socket are limited";
    EXPECT_EQ(run(Abi::i386, "socketcall", {8}), errno_value(ENOSYS)) << "and those of socketpair";
    EXPECT_EQ(run(Abi::i386, "socketcall", {3}), SECCOMP_RET_ALLOW) << "connect";
    EXPECT_EQ(run(Abi::i386, "socketcall", {4}), errno_value(EACCES)) << "listen is forbidden";
    EXPECT_EQ(run(Abi::i386, "socketcall", {21}), errno_value(ENOSYS)) << "there is no such call";
    compile("abi native, i386\nallow @network-io except connect\nallow connect if fd == 3");
    EXPECT_EQ(run(Abi::i386, "socketcall", {3}), errno_value(ENOSYS)) << "its arguments are in memory";
    EXPECT_EQ(run(Abi::i386, "connect", {3}), SECCOMP_RET_ALLOW);
    compile("abi native, i386\nallow connect");
    EXPECT_EQ(run(Abi::i386, "socketcall", {3}), errno_value(ENOSYS)) << "it is not allowed itself";
    compile("abi native, i386\nallow socketcall if call == SYS_CONNECT\nallow connect, bind");
    EXPECT_EQ(run(Abi::i386, "socketcall", {3}), SECCOMP_RET_ALLOW);
    EXPECT_EQ(run(Abi::i386, "socketcall", {2}), errno_value(ENOSYS)) << "the condition does not hold";
}

TEST_F(MisreadCalls, AnOperationWithoutANumberOfItsOwnFollowsItsName) {
    compile("abi native, i386\nallow @known\nforbid accept, semop\nrefuse semop with EACCES");
    EXPECT_EQ(run(Abi::i386, "socketcall", {5}), errno_value(EPERM)) << "accept";
    EXPECT_EQ(run(Abi::i386, "socketcall", {18}), SECCOMP_RET_ALLOW) << "accept4";
    EXPECT_EQ(run(Abi::i386, "ipc", {1}), errno_value(EACCES)) << "semop";
    EXPECT_EQ(run(Abi::i386, "ipc", {4}), SECCOMP_RET_ALLOW) << "semtimedop";
    compile("abi native, i386\nallow socketcall, accept, ipc, semtimedop");
    EXPECT_EQ(run(Abi::i386, "socketcall", {5}), SECCOMP_RET_ALLOW);
    EXPECT_EQ(run(Abi::i386, "socketcall", {18}), errno_value(EPERM));
    EXPECT_EQ(run(Abi::i386, "ipc", {1}), errno_value(EPERM));
    EXPECT_EQ(run(Abi::i386, "ipc", {4}), SECCOMP_RET_ALLOW);
    compile("abi native, i386\nallow @known\nforbid send");
    EXPECT_EQ(run(Abi::i386, "socketcall", {9}), errno_value(EPERM)) << "send";
    EXPECT_EQ(run(Abi::i386, "socketcall", {11}), SECCOMP_RET_ALLOW) << "sendto";
    compile("abi native, i386\nallow @known except accept\nallow accept if fd == 3");
    EXPECT_EQ(run(Abi::i386, "socketcall", {5}), errno_value(ENOSYS)) << "its arguments are in memory";
}

TEST_F(MisreadCalls, IpcReachesTheCallThatItsFirstArgumentSays) {
    compile("abi native, i386\nallow ipc, shmget, shmat, msgsnd\nforbid msgget\nrefuse msgget with EACCES");
    EXPECT_EQ(run(Abi::i386, "ipc", {23}), SECCOMP_RET_ALLOW) << "shmget";
    EXPECT_EQ(run(Abi::i386, "ipc", {23 | 0x10000}), SECCOMP_RET_ALLOW) << "the upper half is a version";
    EXPECT_EQ(run(Abi::i386, "ipc", {13}), errno_value(EACCES)) << "msgget";
    EXPECT_EQ(run(Abi::i386, "ipc", {13 | 0x10000 | garbage}), errno_value(EACCES));
    EXPECT_EQ(run(Abi::i386, "ipc", {2}), errno_value(EPERM)) << "semget, which nothing allows";
    EXPECT_EQ(run(Abi::i386, "ipc", {99}), errno_value(ENOSYS));
    compile("abi native, i386\nallow ipc\nallow shmget if size < 4096");
    EXPECT_EQ(run(Abi::i386, "ipc", {23}), errno_value(ENOSYS));
}

TEST_F(MisreadCalls, ANumberOf64BitsIsInTwoRegistersOfI386) {
    compile("abi native, i386\nallow pread64 if pos < 0x100000010");
    EXPECT_EQ(run("pread64", {0, 0, 0, 0x10000000f}), SECCOMP_RET_ALLOW);
    EXPECT_EQ(run("pread64", {0, 0, 0, 0x100000010}), errno_value(EPERM));
    EXPECT_EQ(run(Abi::i386, "pread64", {0, 0, 0, 0xf, 1}), SECCOMP_RET_ALLOW);
    EXPECT_EQ(run(Abi::i386, "pread64", {0, 0, 0, 0x10, 1}), errno_value(EPERM));
    EXPECT_EQ(run(Abi::i386, "pread64", {0, 0, 0, 0xffffffff, 0}), SECCOMP_RET_ALLOW);
    EXPECT_EQ(run(Abi::i386, "pread64", {0, 0, 0, 0, 0xffffffff}), SECCOMP_RET_ALLOW) << "negative";
    compile("abi native, i386\nallow pread64 if pos == -1");
    EXPECT_EQ(run(Abi::i386, "pread64", {0, 0, 0, 0xffffffff, 0xffffffff}), SECCOMP_RET_ALLOW);
    EXPECT_EQ(run(Abi::i386, "pread64", {0, 0, 0, 0xffffffff, 0}), errno_value(EPERM));
}

TEST_F(MisreadCalls, GuardsHoldOnEveryAbi) {
    compile("abi native, i386, x32\nallow chmod, ioctl, clone, socket, open");
    for (const Abi abi : {Abi::x86_64, Abi::i386, Abi::x32}) {
        EXPECT_EQ(run(abi, "chmod", {0, 04755}), errno_value(EPERM));
        EXPECT_EQ(run(abi, "chmod", {0, 0755}), SECCOMP_RET_ALLOW);
        EXPECT_EQ(run(abi, "ioctl", {0, TIOCSTI}), errno_value(EPERM));
        EXPECT_EQ(run(abi, "clone", {CLONE_NEWUSER}), errno_value(EPERM));
        EXPECT_EQ(run(abi, "socket", {AF_PACKET}), errno_value(EAFNOSUPPORT));
        EXPECT_EQ(run(abi, "open", {0, O_CREAT, 04755}), errno_value(EPERM));
    }
}

// ---- rules about one call

// libseccomp drops one of two rules about the same call, kafel takes the first.
TEST_F(MisreadCalls, OneCallWithSeveralDisjointConditions) {
    compile(
        "allow mmap if prot == PROT_READ\nallow mmap if prot == PROT_READ|PROT_WRITE and flags has MAP_PRIVATE\n"
        "allow mmap if fd == 7 and len < 4096");
    EXPECT_EQ(run("mmap", {0, 9999, PROT_READ, MAP_SHARED, 3}), SECCOMP_RET_ALLOW);
    EXPECT_EQ(run("mmap", {0, 9999, PROT_READ | PROT_WRITE, MAP_PRIVATE, 3}), SECCOMP_RET_ALLOW);
    EXPECT_EQ(run("mmap", {0, 9999, PROT_READ | PROT_WRITE, MAP_SHARED, 3}), errno_value(EPERM));
    EXPECT_EQ(run("mmap", {0, 4095, PROT_EXEC, MAP_SHARED, 7}), SECCOMP_RET_ALLOW);
    EXPECT_EQ(run("mmap", {0, 4096, PROT_EXEC, MAP_SHARED, 7}), errno_value(EPERM));
}

// The kernel cuts what is above 4095 to 4095.
TEST_F(MisreadCalls, AnErrnoAbove4095IsRefused) {
    EXPECT_EQ(test::lower("allow read\nrefuse write with 4096").slugs(),
              std::vector<std::string>{"error errno-out-of-range"});
    compile("allow read\nrefuse write with 4095");
    EXPECT_EQ(run("write"), SECCOMP_RET_ERRNO | 4095u);
}

TEST_F(MisreadCalls, APolicyForAnotherMachineHasItsNumbers) {
    const auto lowered =
        test::lower({{"abi native\nallow openat if dirfd == AT_FDCWD\nallow read"}}, nullptr, Abi::aarch64);
    ASSERT_EQ(lowered.diagnostics.errors(), 0u) << lowered.text();
    ASSERT_EQ(lowered.jail.filter.abis.size(), 1u);
    const AbiModel& model = lowered.jail.filter.abis.front();
    EXPECT_EQ(model.abi, Abi::aarch64);
    EXPECT_EQ(test::answer(model.calls[63], {}), Response{Response::Kind::allow}) << "read";
    EXPECT_EQ(test::answer(model.calls[56], {0xffffff9c}), Response{Response::Kind::allow}) << "openat";
    EXPECT_EQ(test::answer(model.calls[56], {3}), test::refusal(EPERM));
}

}  // namespace
}  // namespace ward::compiler
