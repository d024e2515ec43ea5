#!/usr/bin/env python3
"""Lets every system call of a launch go wrong, once, and looks at what ran.

usage: sweep.py WARD PROGRAMS

WARD: the launcher. PROGRAMS: the folder of inject, state_probe and careless. Prints a table for each
user and kind of fault, and ends with 1 if one run was weaker than its policy, went on for ever, left
something over, or did not run without saying why.

WARD_FAULTS=all: every point with every error; without it, one error for each point, chosen by a hash of
the point, so that each run of the tests makes the same faults.
WARD_FAULTS_ONLY=TEXT: the sweeps whose title has it. WARD_FAULTS_PEER=1: bubblewrap's figures beside ward's.
"""
import collections
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zlib

ERRORS = {"EPERM": 1, "EINTR": 4, "EAGAIN": 11, "ENOMEM": 12, "EACCES": 13, "EINVAL": 22, "ENOSPC": 28, "ENOSYS": 38}
RETRY = {"EINTR", "EAGAIN"}
ORDINARY = 54321  # of no user of the machine
FIRST_ID = 0x70000000  # of root's jails
SECONDS = 15  # far more than a launch takes on a busy machine
WORKERS = 2

# Calls, or those of one process, whose fault says nothing about the launcher.
NOT_INJECTED = {
    "close": "gives the descriptor back whatever it answers: close(2)",
    "brk": "answers with the end of the heap, never with an error: brk(2)",
    (0, "futex"): "wakes: that cannot fail, and the C library ends the launcher if it does (status 134)",
    **dict.fromkeys(("exit_group", "exit"), "does not return"),
    **dict.fromkeys(("getuid", "geteuid", "getgid", "getegid", "getpid", "umask"), "cannot fail, say their pages"),
}

# Errors that are the honest answer of a kernel without a feature, and what is weaker on such a kernel, as the
# threat model says.
WITHOUT_FEATURE = {("landlock_create_ruleset", "ENOSYS"): {"try.stream-again"}}

POLICY = """policy faults
files {{
    execute $program
    read    {scene}/shown
    hide    {scene}/shown/hidden
    write   {scene}/work
    overlay {scene}/layered
    private /tmp size 4M mode 1777
    device  null
}}
environment {{ keep SHOWN, OUTSIDE }}
process {{ hostname box }}
limits {{ core 0; open-files 64; tasks 6; {memory} }}
syscalls {{
    allow  @default, @basic-io, @file-system, @io-event, @process, @signal, @network-io, @ipc
    allow  ioctl, uname, mremap, madvise, sysinfo, getpriority
    refuse reboot with kill
}}
"""


def call_names():
    names = {467: "open_tree_attr"}  # younger than the headers may be
    for folder in ("/usr/include/x86_64-linux-gnu", "/usr/include"):
        header = f"{folder}/asm/unistd_64.h"
        if not os.path.exists(header):
            continue
        for line in open(header, encoding="ascii"):
            if found := re.match(r"#define __NR_(\w+) (\d+)", line):
                names[int(found[2])] = found[1]
    return names


NAMES = call_names()
Point = collections.namedtuple("Point", "process call occurrence")
Run = collections.namedtuple("Run", "reached executed hang orphans status state errors command")


class Scene:
    """Folders that a jail shows, and the launcher's command line."""

    def __init__(self, folder, launcher, user, programs, facts=("",), refusals=(125, 126, 127)):
        """facts: how the lines of the state begin that count. refusals: what it may end with if nothing ran."""
        self.folder, self.launcher, self.user, self.programs = folder, launcher, user, programs
        self.facts, self.refusals = facts + ("end",), refusals
        for name in ("shown/hidden", "work", "layered", "home"):
            os.makedirs(f"{folder}/{name}")
        for name in ("shown/file", "shown/hidden/secret", "layered/file", "outside", "input"):
            with open(f"{folder}/{name}", "w", encoding="ascii") as file:
                file.write("text\n")
        shutil.copy(f"{programs}/state_probe", f"{folder}/shown/program")
        memory = "memory 64M; cpu-set 0" if user == 0 else ""
        with open(f"{folder}/faults.ward", "w", encoding="ascii") as file:
            file.write(POLICY.format(scene=folder, memory=memory))
        for place, folders, files in os.walk(folder):
            for path in [place] + [f"{place}/{name}" for name in folders + files]:
                os.chown(path, user, user)
        self.environment = {"HOME": f"{folder}/home", "SHOWN": f"{folder}/shown", "OUTSIDE": f"{folder}/outside",
                            "SECRET": "secret", "PATH": "/usr/bin:/bin"}
        spaces = ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"]
        self.probe = [f"{programs}/state_probe"] + [os.readlink(f"/proc/self/ns/{name}") for name in spaces]
        self.count = 0
        # Cgroups of a launcher that was killed, or believed that they are gone: its next start removes them.
        self.left = []

    def command(self, options):
        return self.launcher(self, options) + self.probe

    def run(self, fault, options=(), trace="-"):
        self.count += 1
        result = f"{self.folder}/result-{self.count}-{zlib.crc32(fault.encode())}"
        user = str(self.user) if os.geteuid() == 0 else "-"
        words = [f"{self.programs}/inject", fault, trace, result, str(SECONDS), user, "--", *self.command(options)]
        with open(f"{self.folder}/input", encoding="ascii") as stdin:
            done = subprocess.run(words, stdin=stdin, capture_output=True, text=True, errors="replace", check=False,
                                  cwd=f"{self.folder}/work", env=self.environment, timeout=4 * SECONDS)
        if done.returncode != 0:
            raise SystemExit(f"inject {fault}: {done.stderr}")
        found = dict(line.split() for line in open(result, encoding="ascii"))
        os.unlink(result)
        return Run(*(int(found[key]) for key in ("reached", "executed", "hang", "orphans", "status")),
                   [line for line in normal(done.stdout) if line.startswith(self.facts)], done.stderr,
                   int(found["command"]))


def ward(path):
    return lambda scene, options: [path, "run", "-p", f"{scene.folder}/faults.ward", *options, "--"]


def normal(state):
    """Without the id range of this one jail."""
    return re.sub(r"\b\d{10}\b", lambda number: f"base+{(int(number[0]) - FIRST_ID) % 65536}"
                  if int(number[0]) >= FIRST_ID else number[0], state).splitlines()


# ---- the points


# From the one to the other the supervisor looks at the host. A kernel that lies about that describes another host, and
# the jail is what it would be there.
LOOKS_AT_HOST = ("newfstatat", "rt_sigprocmask")


def points_of(trace, from_call=None, but_not=(None, None)):
    """Of the launcher's own processes, in order. from_call: the first one of process 0 that counts; but_not: behind
    it, from the first of these to the second, those of process 0 do not."""
    counts = collections.Counter()
    points, begun, left_out, looked = [], from_call is None, False, False
    for line in open(trace, encoding="ascii"):
        words = line.split()
        if words[1] == "exec":
            continue
        process, call = int(words[0]), NAMES.get(int(words[1]), words[1])
        counts[process, call] += 1
        if process == 0:
            begun = begun or call == from_call
            looked = looked or (left_out and call == but_not[1])
            left_out = begun and not looked and (left_out or call == but_not[0])
        if (process != 0 or (begun and not left_out)) and not {call, (process, call)} & NOT_INJECTED.keys():
            points.append(Point(process, call, counts[process, call]))
    return points


def number_of(call):
    return next(number for number, name in NAMES.items() if name == call)


def fault_text(point, kind):
    start = f"{point.process}:{number_of(point.call)}:{point.occurrence}:"
    if kind == "SIGKILL":
        return start + "kill"
    return start + ("return:0" if kind == "lie" else f"error:{ERRORS[kind]}")


# ---- one outcome: a letter, and what is wrong about it


def left_over_groups(command):
    found = []
    for folder, folders, _ in os.walk("/sys/fs/cgroup"):
        found += [f"{folder}/{name}" for name in folders if name.startswith(f"ward-{command}-")]
        folders[:] = [name for name in folders if not name.startswith("ward-")]
    return found


def judge(run, reference, job, scene):
    point, kind = job
    if run.hang:
        return "H", "it hangs"
    if run.orphans:
        return "O", f"{run.orphans} processes are left"
    if scene.folder in open("/proc/self/mountinfo", encoding="utf-8").read():
        return "M", "a mount is left on the host"
    if scene.user == 0 and (groups := left_over_groups(run.command)):
        scene.left += groups
        if kind not in ("lie", "SIGKILL"):
            return "G", f"cgroups are left: {' '.join(groups)}"
    if not run.reached:
        return "-", None
    complete = run.state and run.state[-1] == "end"
    if run.executed and complete:
        if run.state == reference.state:
            return "s", None
        if tighter(run.state, reference.state):
            return "t", None
        difference = [line for line in run.state if line not in reference.state]
        missing = [line for line in reference.state if line not in run.state]
        if {line.split()[0] for line in difference + missing} <= WITHOUT_FEATURE.get((point.call, kind), set()):
            return "n", None
        return "W", f"it ran in another state: {difference} in place of {missing}"
    if run.executed:
        part = [line for line in run.state if line not in reference.state]
        if run.state and run.state[:-1] and any(line not in reference.state for line in run.state[:-1]):
            return "W", f"it ran in another state: {part}"
        return ("e", None) if run.status != 0 else ("R", "it was ended, and the status is 0")
    if kind == "SIGKILL" and run.status == 128 + 9:
        return "k", None
    if run.status not in scene.refusals:
        return "R", f"the status is {run.status}: {run.errors.strip()}"
    return ("c", None) if run.errors.strip() else ("R", "nothing says why it did not run")


def tighter(state, reference):
    """Whether only tries that worked have another answer."""
    changed = [(now, before) for now, before in zip(state, reference) if now != before]
    return len(state) == len(reference) and all(
        before.startswith("try.") and before.endswith(" works") and now.split()[0] == before.split()[0]
        for now, before in changed)


MEANINGS = {"c": "closed: did not run, and said why", "s": "ran, in the state of a clean run",
            "t": "ran, and could do less than in a clean run", "e": "ran in that state, and was ended", "k": "the launcher was killed, and all with it",
            "n": "ran as on a kernel that has not got the feature, which the threat model names",
            "-": "the call was not made in this run", "W": "RAN WEAKER", "H": "HANGS", "O": "ORPHANS",
            "M": "MOUNTS LEFT", "X": "BLIND", "G": "CGROUPS LEFT", "R": "WRONG STATUS OR NO MESSAGE"}


# ---- a sweep


def sweep(title, scene, kinds, options=(), from_call=None, but_not=(None, None), everything=False):
    """Makes the faults, prints a table, and gives back what was wrong."""
    trace = f"{scene.folder}/trace"
    scene.run("none", options)  # removes what others may have left behind
    reference = scene.run("none", options, trace)
    if not reference.executed or reference.status != 0 or reference.state[-1:] != ["end"]:
        raise SystemExit(f"{title}: a clean run fails with {reference.status}: {reference.errors}{reference.state}")
    if scene.run("none", options).state != reference.state:
        raise SystemExit(f"{title}: two clean runs differ")
    points = points_of(trace, from_call, but_not)
    jobs = [(point, kind) for point in points for kind in chosen(point, kinds, everything)]

    def one(job):
        run = scene.run(fault_text(*job), options)
        letter, wrong = judge(run, reference, job, scene)
        if letter in "HORW" and wrong:  # once more: a machine that is too busy is no finding
            letter, wrong = judge(scene.run(fault_text(*job), options), reference, job, scene)
        return job, letter, wrong

    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        results = list(pool.map(one, jobs))
    print_table(title, points, kinds, results)
    scene.run("none", options)
    stay = [group for group in scene.left if os.path.exists(group)]
    if scene.left:
        print(f"{len(scene.left)} cgroups were left for the next start, which left {len(stay)} of them")
    return [(f"{title}: the next start", "G", f"does not remove {group}") for group in stay] + [(f"{title}: process {job[0].process}, {job[0].call} number {job[0].occurrence}, {job[1]}", letter, wrong)
            for job, letter, wrong in results if wrong]


def chosen(point, kinds, everything):
    if everything or len(kinds) == 1:
        return kinds
    return [kinds[zlib.crc32(repr(tuple(point)).encode()) % len(kinds)]]


def print_table(title, points, kinds, results):
    cells = collections.defaultdict(collections.Counter)
    for (point, kind), letter, _ in results:
        cells[point.process, point.call, kind][letter] += 1
    rows = collections.Counter((point.process, point.call) for point in points)
    print(f"\n{title}: {len(points)} points, {len(results)} runs")
    print(f"{'process':8}{'call':24}{'points':>6}  " + "".join(f"{kind:10}" for kind in kinds))
    for (process, call), count in sorted(rows.items()):
        texts = [" ".join(f"{letter}{number}" for letter, number in sorted(cells[process, call, kind].items()))
                 for kind in kinds]
        print(f"{process:<8}{call:24}{count:>6}  " + "".join(f"{text:10}" for text in texts).rstrip())
    totals = collections.Counter(letter for _, letter, _ in results)
    for letter, number in totals.most_common():
        print(f"{number:6}  {letter}  {MEANINGS[letter]}")
    sys.stdout.flush()


def control(programs, user):
    """The sweep finds what a launcher that never looks at an answer does. Gives back what it has missed."""
    with tempfile.TemporaryDirectory(prefix="ward-faults-") as folder:
        os.chmod(folder, 0o755)
        shutil.copytree(programs, f"{folder}/programs")
        scene = Scene(f"{folder}/scene", lambda scene, options: [f"{scene.programs}/careless"], user,
                      f"{folder}/programs", facts=("status.", "namespace.", "limit.", "try.keyctl"))
        found = sweep("control: a careless launcher", scene, ["EPERM"], from_call="unshare")
    weaker = {re.search(r", (\w+) number", what)[1] for what, letter, _ in found if letter == "W"}
    missed = {"unshare", "prlimit64", "prctl", "seccomp"} - weaker
    return [("the sweep itself", "X", f"it does not see that this was refused: {call}") for call in sorted(missed)]


def peer(programs, user, everything):
    """What the same sweep finds in bubblewrap; printed, and no finding of ours."""
    def bubblewrap(scene, _):
        binds = [word for path in (scene.programs, f"{scene.folder}/shown") for word in ("--ro-bind", path, path)]
        return ["/usr/bin/bwrap", "--unshare-all", "--die-with-parent", "--clearenv", "--cap-drop", "ALL", *binds,
                "--tmpfs", f"{scene.folder}/shown/hidden", "--remount-ro", f"{scene.folder}/shown/hidden", "--bind",
                f"{scene.folder}/work", f"{scene.folder}/work", "--tmpfs", "/tmp", "--proc", "/proc", "--dev", "/dev",
                "--setenv", "SHOWN", f"{scene.folder}/shown", "--setenv", "OUTSIDE", f"{scene.folder}/outside", "--"]

    with tempfile.TemporaryDirectory(prefix="ward-faults-", dir="/var/tmp") as folder:
        os.chmod(folder, 0o755)
        shutil.copytree(programs, f"{folder}/programs")
        scene = Scene(f"{folder}/scene", bubblewrap, user, f"{folder}/programs", refusals=range(1, 256))
        sweep("peer: bubblewrap", scene, list(ERRORS), everything=everything)


def main():
    launcher, programs = sys.argv[1:]
    everything = os.environ.get("WARD_FAULTS") == "all"
    only = os.environ.get("WARD_FAULTS_ONLY", "")
    ordinary = ORDINARY if os.geteuid() == 0 else os.geteuid()
    wrong = control(programs, ordinary)
    if os.environ.get("WARD_FAULTS_PEER") == "1":
        peer(programs, ordinary, everything)
    users = [("root", 0), ("ordinary user", ORDINARY)] if os.geteuid() == 0 else [("caller", os.geteuid())]
    for name, user in users:
        folder = tempfile.mkdtemp(prefix="ward-faults-")
        os.chmod(folder, 0o755)
        try:
            shutil.copy(launcher, f"{folder}/ward")
            shutil.copytree(programs, f"{folder}/programs")
            scene = Scene(f"{folder}/scene", ward(f"{folder}/ward"), user, f"{folder}/programs")
            nothing = (None, None)
            for title, kinds, options, from_call, but_not in (
                    (f"errors, {name}", list(ERRORS), (), None, nothing),
                    (f"lies, {name}", ["lie"], ("--verify",), "socketpair", LOOKS_AT_HOST),
                    (f"kills, {name}", ["SIGKILL"], (), "socketpair", nothing)):
                if only in title:
                    wrong += sweep(title, scene, kinds, options, from_call, but_not, everything)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    for what, letter, words in wrong:
        print(f"{MEANINGS[letter]}: {what}: {words}")
    print(f"\n{len(wrong)} findings")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
