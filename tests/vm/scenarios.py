"""What is run in guests, and in which. A scenario is a test of ctest with the name vm.SCENARIO."""
import dataclasses

# The folders that guest/plain makes.
GIVEN = {"WARD_TEST_CGROUP": "/sys/fs/cgroup/given", "WARD_TEST_CGROUP_ALONE": "/sys/fs/cgroup/alone"}

# Tests that are left out of a guest, and why.
LEFT_OUT = {
    "kernel": {
        "*FileProperty*": "thousands of random trees take minutes where the processor is emulated",
        "*Sharing.NamespacesAreOwnUnlessThePolicySharesThem*": "one of its policies names a port: Landlock's interface 4",
        "*Submount.WriteIsRecursive/root": "tmpfs can be id-mapped from Linux 6.3 on; ward refuses it here",
        "*ForAUser.NothingBelongsToTheHostsRoot/root": "the same",
        "*OnDisk*/root": "of its three file systems one can be id-mapped before Linux 6.3; ward refuses the others",
        "*Network.*Ports*": "single ports need Landlock's interface 4, of Linux 6.7; ward does not start, which OldLandlock tests",
        "*Network.ResolvingAsksByTcpAlone*": "the same",
        "*Input.AFileForReadingStaysSo*": "the guard of files that are streams needs interface 3, of Linux 6.2; ward says so in a note, which OldLandlock tests",
        "*Profiles*": "whole programs: the tier `profiles` runs them",
    },
    "escape": {
        "alone.*": "one layer alone is the same there, and emulation takes ten times as long; memory, tasks and cgroups are tested whole",
        "*.race.*": "a race of thirty launches takes too long; it is lost or won in the same code",
        "*.foreign_abi.3": "the emulated processor does not come back from 32-bit code: the control fails",
        "*/ordinary.cgroups.3": "the group is the user's own there, and the root of the tree that its namespace shows",
        "*.connect.2": "the guest has no network device",
        "*.connect.14.*": "the same",
        "*.connect.[4567]*": "single ports need Landlock's interface 4, of Linux 6.7; ward does not start, which OldLandlock of vm.kernel tests",
        "*.connect.8.*": "abstract sockets need interface 6, of Linux 6.12; ward does not start, which OldLandlock of vm.kernel tests",
        "*.connect.12.vsock": "the guest's kernel has no such sockets loaded",
        "*.reopen_stream.*": "the guard of files that are streams needs interface 3, of Linux 6.2; ward says so in a note",
        "*.setuid_file.1.fchmodat2": "the call is of Linux 6.6",
        "*.file_capabilities.2.own-setxattrat": "the call is of Linux 6.13",
    },
}


def without(test):
    """GoogleTest's option; it knows no [] in a pattern."""
    patterns = []
    for pattern in LEFT_OUT[test]:
        head, bracket, rest = pattern.partition("[")
        choices, _, tail = rest.partition("]")
        patterns += [head + choice + tail for choice in choices] if bracket else [pattern]
    return "'--gtest_filter=-" + ":".join(patterns) + "'"


@dataclasses.dataclass
class Scenario:
    init: str  # of guest/: what is started when the files are in place
    commands: str  # of bash; their exit status is that of the test
    kernel_words: str = ""
    environment: dict = dataclasses.field(default_factory=dict)
    memory: int = 1536  # MiB
    timeout: int = 600  # seconds, for a machine that is busy


ALL = {
    # Root and the ordinary user, both with cgroups of version 2.
    "kernel": Scenario("plain", f"./kernel_tests {without('kernel')}", environment=GIVEN, timeout=900),
    # The attempts, and filters of i386 and x32, with a kernel that has the calls of both.
    "escape": Scenario("plain", f"./unit_compiler '--gtest_filter=AbisInTheKernel.*' && ./escape_tests {without('escape')}", kernel_words="syscall.x32=y", environment=GIVEN, timeout=900),
    # What a sleeping jail takes: each launcher in a guest that has just started.
    "memory": Scenario("plain", "./many_jails --gtest_filter=ManyJails.LiveAndLeaveNothing",
                       environment={"WARD_JAILS": "1000", "WARD_MOST_KIB": "675"}),
    "memory-bubblewrap": Scenario("plain", "./many_jails --gtest_filter=ManyJails.OfBubblewrap", environment={"WARD_JAILS": "300"}),
    # A kernel without Landlock.
    "no-landlock": Scenario("plain", "$WARD_SOURCE/tests/vm/checks/no_landlock", kernel_words="lsm=lockdown,yama"),
    # systemd as the first process, which has the tree of cgroups, and a session of the ordinary user.
    "systemd": Scenario("systemd", "$WARD_SOURCE/tests/vm/checks/systemd"),
}
