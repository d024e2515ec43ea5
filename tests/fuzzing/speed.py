"""Executions per second of processor time: with ward, without it, and in the least jail that has a filter.

Not by the clock: on a busy machine that measures the share of a session (sched(7), autogroup), and a jail is one of its own."""
import contextlib
import ctypes
import os
import re
import resource
import shutil
import statistics
import struct
import subprocess

from trial import FORK_SERVER, LIBFUZZER, PERSISTENT, Trial

# Executions of one measurement: half a second on the machine that this was written on. Short and often: what the rest of the
# machine does in the meantime changes each second, and then both sides of a ratio have the same of it.
RUNS = {LIBFUZZER: 250_000, FORK_SERVER: 2_500, PERSISTENT: 25_000}
FEW_RUNS, STARTS = 50, 5  # to measure the start, which is subtracted
WARD, BARE, FLOOR = "with ward", "without", "under a filter that allows everything"
# What no noise explains: of the rate, and of the pages that an execution copies. That is where a hook is paid for.
LEAST_RATIO, MORE_FAULTS = 0.85, 1
MOST_OF_FLOOR = 1.5  # a call that is always allowed costs what any filter costs: the kernel does not run the filter for it
PR_SET_CHILD_SUBREAPER = 36
ALLOW_EVERYTHING = struct.pack("HBBI", 0x06, 0, 0, 0x7fff0000)  # BPF_RET, SECCOMP_RET_ALLOW


def be_subreaper(value):
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


@contextlib.contextmanager
def orphans_are_ours():
    """Without a PID namespace a fuzzer leaves processes that somebody else would wait for: half of what it used was not
    seen, and the jailed run, whose init waits for everything, looked slower."""
    be_subreaper(1)
    try:
        yield
    finally:
        be_subreaper(0)


def wait_for_all():
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


def prelude():
    """What makes runs alike. One processor: a fuzzer and its fork server take turns, and on two the scheduler is what is
    measured. Priority over everybody else where that is allowed, so that nobody takes its caches. Memory at the same
    places: by those an input copies three pages more or less."""
    real_time = ["chrt", "--fifo", "1"]
    command = ["setarch", "--addr-no-randomize", "taskset", "--cpu-list", str(min(os.sched_getaffinity(0)))]
    allowed = subprocess.run([*real_time, "true"], stderr=subprocess.DEVNULL).returncode == 0
    return (real_time if allowed else []) + command


def least_jail(place, folder):
    """bubblewrap with the shortest filter there is: what any filter costs."""
    (place.root / "allow.bpf").write_bytes(ALLOW_EVERYTHING)
    return ["sh", "-c", f'exec "$@" 9<{place.root}/allow.bpf', "sh", "bwrap", "--seccomp", "9", "--ro-bind", "/", "/", "--dev", "/dev",
            "--proc", "/proc", "--tmpfs", "/tmp", "--bind", str(folder), str(folder), "--unshare-all", "--"]


def jail_of(trial, way):
    return {WARD: trial.ward_command, BARE: list, FLOOR: lambda: least_jail(trial.place, trial.folder)}[way]()


def measure(place, fuzzer, way, before, runs):
    """Executions, seconds of the processors and page faults, start and all."""
    trial = Trial(place, "steady", fuzzer, ward=way == WARD, patched=True)
    at_first = resource.getrusage(resource.RUSAGE_CHILDREN)
    trial.execute([*before, *jail_of(trial, way), *trial.inside(runs=runs)])
    wait_for_all()
    at_last = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = trial.executions()
    if done < runs or trial.crashes():
        raise RuntimeError(f"{fuzzer} {way}: {trial.log()}")
    shutil.rmtree(trial.folder)
    return (done, at_last.ru_utime + at_last.ru_stime - at_first.ru_utime - at_first.ru_stime,
            at_last.ru_minflt - at_first.ru_minflt)


def start_of(place, fuzzer, way, before):
    """The same of a run that ends at once."""
    return [statistics.median(column) for column in zip(*(measure(place, fuzzer, way, before, FEW_RUNS) for _ in range(STARTS)))]


def one_round(place, fuzzer, starts, order, before):
    """WAY: executions per second, page faults per execution."""
    figures = {}
    for way in order:
        done, seconds, faults = (whole - start for whole, start in
                                 zip(measure(place, fuzzer, way, before, RUNS[fuzzer]), starts[way]))
        figures[way] = (done / seconds, faults / done)
    return figures


def time_of_call(place, way, before):
    """Nanoseconds, with the hook where it wakes."""
    trial = Trial(place, "steady", LIBFUZZER, ward=way == WARD, patched=True)
    trial.program = place.root / "bin/calls"
    trial.execute([*before, *jail_of(trial, way), str(trial.program)])
    return int(re.search(r"nanoseconds: (\d+)", trial.log())[1])


def summary(rounds):
    """Of each way the median rate, of each but the bare one the median ratio in a round, and page faults."""
    rates = {way: statistics.median(each[way][0] for each in rounds) for way in rounds[0]}
    ratios = {way: statistics.median(each[way][0] / each[BARE][0] for each in rounds) for way in (WARD, FLOOR)}
    faults = {way: statistics.median(each[way][1] for each in rounds) for way in rounds[0]}
    return rates, ratios, faults


def test_fuzzer(place, tap, fuzzer, rounds, before):
    """The three ways in turn, each first as often as the others."""
    ways = [WARD, BARE, FLOOR]
    starts = {way: start_of(place, fuzzer, way, before) for way in ways}
    measured = [one_round(place, fuzzer, starts, ways[number % 3:] + ways[:number % 3], before) for number in range(rounds)]
    rates, ratios, faults = summary(measured)
    slow = ratios[WARD] < LEAST_RATIO or faults[WARD] > faults[BARE] + MORE_FAULTS
    words = (f"{rates[WARD]:.0f} with ward, {rates[BARE]:.0f} without, ratio {ratios[WARD]:.3f}, {ratios[FLOOR]:.3f} {FLOOR}; "
             f"page faults {faults[WARD]:.1f} and {faults[BARE]:.1f}")
    tap.result(f"{fuzzer}: executions per second", words if slow else "", words)
    return rates, ratios, {way: start[1] * 1000 for way, start in starts.items()}


def test_speed(place, tap, rounds):
    """FUZZER: rates, ratios, milliseconds of the start; and nanoseconds of a system call."""
    before = prelude()
    with orphans_are_ours():
        rows = {fuzzer: test_fuzzer(place, tap, fuzzer, rounds, before) for fuzzer in RUNS}
        calls = {way: min(time_of_call(place, way, before) for _ in range(3)) for way in (WARD, BARE, FLOOR)}
    dear = calls[WARD] > calls[FLOOR] * MOST_OF_FLOOR
    words = f"{calls[WARD]} ns with ward, {calls[BARE]} without, {calls[FLOOR]} {FLOOR}"
    tap.result("a system call that does nothing", words if dear else "", words)
    return rows, calls
