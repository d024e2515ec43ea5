#!/usr/bin/env python3
"""Writes the linker script that lays what a start executes side by side (sandbox/start_order.ld).

    cmake --build --preset release --target ward
    sandbox/generate/start_order.py build-release    # as root, some ten minutes

Starts are executed instruction by instruction (ptrace(2)), with all their processes. The map of the linker says which
section of which file each instruction came from. Names that a later change removes do no harm, and what it adds lies
elsewhere, so that the script goes stale slowly: tests/bench/launch/start_order_test.py says when to make it again.
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
FOLLOW = 0x2 | 0x4 | 0x8 | 0x00100000  # PTRACE_O_TRACEFORK, TRACEVFORK, TRACECLONE, EXITKILL
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
NAMES
  }
}
INSERT AFTER .text;
"""


def link(build, ward):
    """The program as the build links it, and the linker's map of it."""
    commands = subprocess.run(["ninja", "-C", build, "-t", "commands", "ward"], check=True, capture_output=True, text=True)
    last = commands.stdout.splitlines()[-1]
    subprocess.run(re.sub(r" -o ward ", f" -o {ward} -Wl,-Map={ward}.map ", last), shell=True, check=True, cwd=build,
                   stderr=subprocess.DEVNULL)
    return pathlib.Path(f"{ward}.map")


def starts(ward):
    """What people run: a policy in full, a shipped profile, and a program that has none."""
    bench = SOURCE / "tests/bench/launch/bench.ward"
    return [[ward, "run", "-p", str(bench), "--", "/usr/bin/true"], [ward, "run", "jq", "--version"],
            [ward, "run", "true"]]


def executed(command):
    """The addresses of all instructions that the command and its processes execute, in the order of the first time."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # a step takes ten times as long across processors
    if os.fork() == 0:
        null = os.open("/dev/null", os.O_RDWR)
        for stream in range(3):
            os.dup2(null, stream)
        libc.ptrace(PTRACE_TRACEME, 0, None, None)
        os.execv(command[0], command)
    addresses, known = {}, set()
    while True:
        try:
            process, status = os.waitpid(-1, 0x40000000)  # __WALL
        except ChildProcessError:
            return addresses
        if not os.WIFSTOPPED(status):
            continue
        if process not in known:
            known.add(process)
            libc.ptrace(PTRACE_SETOPTIONS, process, None, FOLLOW)
        addresses.setdefault(libc.ptrace(PTRACE_PEEKUSER, process, RIP, None))
        stop = os.WSTOPSIG(status)
        passed_on = 0 if stop in (signal.SIGTRAP, signal.SIGSTOP) else stop
        libc.ptrace(PTRACE_SINGLESTEP, process, None, passed_on)


def sections(link_map):
    """(address, size, section, file) of each piece of code, from `-Wl,-Map`."""
    found = []
    text = re.sub(r"\n( \.text\S*)\n +", r"\n\1 ", link_map.read_text())  # a long name has a line of its own
    for section, address, size, file in re.findall(
            r"^ (\.text\S*) +0x([0-9a-f]+) +0x([0-9a-f]+) (\S+)$", text, re.M):
        if int(address, 16) and int(size, 16):
            found.append((int(address, 16), int(size, 16), section, file))
    return sorted(found)


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
        begins = [piece[0] for piece in pieces]
        used = {}  # in the order of the first time: what follows each other shares pages
        for command in starts(ward):
            for address in executed(command):
                place = bisect.bisect_right(begins, address) - 1
                if place >= 0 and address < begins[place] + pieces[place][1]:
                    used.setdefault(place)
    names = list(dict.fromkeys(pattern(*pieces[place][2:]) for place in used))
    size = sum(pieces[place][1] for place in used)
    print(f"{len(used)} of {len(pieces)} pieces, {size >> 10} KiB", file=sys.stderr)
    listed = "".join(f"    {name}\n" for name in names)
    (SOURCE / "sandbox/start_order.ld").write_text(SCRIPT.replace("NAMES\n", listed))



if __name__ == "__main__":
    main()
