#!/usr/bin/env python3
"""Writes the linker script that lays what a start executes, and what it writes, side by side (sandbox/start_order.ld).

    cmake --build --preset release --target ward
    sandbox/generate/start_order.py build-release    # as root, some ten minutes

Starts are executed instruction by instruction (ptrace(2)), with all their processes, and the variables of the first
are compared with those of the file when it makes another and when it ends. The map of the linker says which section of
which file each instruction and each variable came from. Names that a later change removes do no harm, and what it adds
lies elsewhere, so that the script goes stale slowly: tests/bench/launch/start_order_test.py says when to make it again.
"""
import bisect
import ctypes
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

PTRACE_TRACEME, PTRACE_PEEKUSER, PTRACE_SINGLESTEP, PTRACE_SETOPTIONS = 0, 3, 9, 0x4200
FOLLOW = 0x2 | 0x4 | 0x8 | 0x40 | 0x00100000  # PTRACE_O_TRACEFORK, TRACEVFORK, TRACECLONE, TRACEEXIT, EXITKILL
FORK, VFORK, CLONE, EXIT = 1, 2, 3, 6  # PTRACE_EVENT_*
RIP = 16 * 8  # of struct user_regs_struct

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.restype = ctypes.c_long
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]

SOURCE = pathlib.Path(__file__).resolve().parents[2]


SCRIPT = """\
/* Written by sandbox/generate/start_order.py: what a start executes, side by side, so that it touches few pages; and
   beside the constants, which follow the code, so that it takes few page tables. */

SECTIONS
{
  .text.start :
  {
EXECUTED
  }
}
INSERT AFTER .text;

/* The variables that a start writes: a process has pages of them for itself. */

SECTIONS
{
  .data.start ALIGN(4096) :
  {
WRITTEN
  }
}
INSERT AFTER .data;
"""


def link(build, ward):
    """The program as the build links it, and the linker's map of it."""
    commands = subprocess.run(["ninja", "-C", build, "-t", "commands", "ward"], check=True, capture_output=True,
                              text=True)
    last = commands.stdout.splitlines()[-1]
    subprocess.run(re.sub(r" -o ward ", f" -o {ward} -Wl,-Map={ward}.map ", last), shell=True, check=True, cwd=build,
                   stderr=subprocess.DEVNULL)
    return pathlib.Path(f"{ward}.map")


def starts(ward):
    """What people run: a policy in full, a shipped profile, and a program that has none."""
    bench = SOURCE / "tests/bench/launch/bench.ward"
    return [[ward, "run", "-p", str(bench), "--", "/usr/bin/true"], [ward, "run", "jq", "--version"],
            [ward, "run", "true"]]


class Image:
    """What the file says of the variables that are not constant after the start, without names."""

    def __init__(self, ward):
        symbols = subprocess.run(["nm", ward], check=True, capture_output=True, text=True).stdout
        place = {name: int(address, 16) for address, _, name in re.findall(r"^(\w+) (\w) (\S+)$", symbols, re.M)}
        self.begin, self.end = place["__data_start"], place["_end"]
        headers = subprocess.run(["readelf", "-lW", ward], check=True, capture_output=True, text=True).stdout
        [(offset, address, size)] = re.findall(r"LOAD +(\w+) (\w+) \w+ (\w+) \w+ RW", headers)
        start = int(offset, 16) + self.begin - int(address, 16)
        stored = pathlib.Path(ward).read_bytes()[start:int(offset, 16) + int(size, 16)]
        self.bytes = stored.ljust(self.end - self.begin, b"\0")

    def written(self, process):
        """The addresses of all bytes that are not as in the file."""
        with open(f"/proc/{process}/mem", "rb", buffering=0) as memory:
            memory.seek(self.begin)
            now = memory.read(self.end - self.begin)
        assert len(now) == len(self.bytes)
        return [self.begin + i for i, (old, new) in enumerate(zip(self.bytes, now)) if old != new]


def start(command, image):
    """The addresses of all instructions that the command and its processes execute, in the order of the first time, and
    of all variables that its first process has written when it makes another, and when it ends."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # a step takes ten times as long across processors
    first = os.fork()
    if first == 0:
        null = os.open("/dev/null", os.O_RDWR)
        for stream in range(3):
            os.dup2(null, stream)
        libc.ptrace(PTRACE_TRACEME, 0, None, None)
        os.execv(command[0], command)
    executed, written, known = {}, {}, set()
    while True:
        try:
            process, status = os.waitpid(-1, 0x40000000)  # __WALL
        except ChildProcessError:
            return executed, written
        if not os.WIFSTOPPED(status):
            continue
        if process not in known:
            known.add(process)
            libc.ptrace(PTRACE_SETOPTIONS, process, None, FOLLOW)
        if process == first and status >> 16 in (FORK, VFORK, CLONE, EXIT):
            written.update(dict.fromkeys(image.written(process)))
        executed.setdefault(libc.ptrace(PTRACE_PEEKUSER, process, RIP, None))
        stop = os.WSTOPSIG(status)
        passed_on = 0 if stop in (signal.SIGTRAP, signal.SIGSTOP) else stop
        libc.ptrace(PTRACE_SINGLESTEP, process, None, passed_on)


def sections(link_map):
    """(address, size, section, file) of each piece of code and of each variable, from `-Wl,-Map`."""
    found = []
    text = re.sub(r"\n( \.\S*)\n +", r"\n\1 ", link_map.read_text())  # a long name has a line of its own
    for section, address, size, file in re.findall(
            r"^ (\.(?:text|data|bss)\S*) +0x([0-9a-f]+) +0x([0-9a-f]+) (\S+)$", text, re.M):
        if int(address, 16) and int(size, 16):
            found.append((int(address, 16), int(size, 16), section, file))
    return sorted(found)


class Pieces:
    """The sections that addresses lie in, in the order of the first time: what follows each other shares pages."""

    def __init__(self, all_pieces):
        self.all = all_pieces
        self.begins = [piece[0] for piece in all_pieces]
        self.used = {}

    def use(self, addresses):
        for address in addresses:
            place = bisect.bisect_right(self.begins, address) - 1
            if place >= 0 and address < self.begins[place] + self.all[place][1]:
                self.used.setdefault(place)

    def lines(self, longest=sys.maxsize):
        pieces = [self.all[place] for place in self.used if self.all[place][1] < longest]
        return "".join(f"    {name}\n" for name in dict.fromkeys(pattern(*piece[2:]) for piece in pieces))

    def size(self):
        return sum(self.all[place][1] for place in self.used)


# Of the C library's start, which reads them, or writes them as they were.
UNSEEN = ["single_threaded.o(.data)", "pthread_mutex_conf.o(.data)", "lowlevellock.o(.bss)", "dl-tls_init_tp.o(.bss)",
          "pthread_once.o(.bss)"]


def pattern(section, file):
    """Sections of functions have names of their own; those of a C library's file are named by the file."""
    member = re.search(r"([^/]+\.a)\(([^)]+)\)$", file)
    if section.count(".") > 1 and (member is None or not member[1].startswith("libc.")):
        return f"*({section})"
    return f"*{member[1]}:{member[2]}({section})" if member else f"*{os.path.basename(file)}({section})"


def main():
    with tempfile.TemporaryDirectory() as folder:
        ward = f"{folder}/ward"
        pieces = sections(link(sys.argv[1], ward))
        code, variables, image = Pieces(pieces), Pieces(pieces), Image(ward)
        for command in starts(ward):
            executed, written = start(command, image)
            code.use(executed)
            variables.use(written)
    page = 4096  # a variable of that size has pages of its own
    unseen = "".join(f"    *libc.a:{name}\n" for name in UNSEEN)
    script = SCRIPT.replace("EXECUTED\n", code.lines()).replace("WRITTEN\n", unseen + variables.lines(longest=page))
    (SOURCE / "sandbox/start_order.ld").write_text(script)
    print(f"{len(code.used)} of {len(pieces)} pieces are executed, {code.size() >> 10} KiB", file=sys.stderr)


if __name__ == "__main__":
    main()
