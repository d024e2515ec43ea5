#!/usr/bin/env python3
"""Proves the profiles for fuzzing on libFuzzer with ASan and on AFL++, its fork server and its persistent mode:

  found    a target with a planted bug: with ward the fuzzer saves an input that shows it, and `ward explain-crash` names
           the call, the rule and the line of the source; without ward it saves none
  clean    the same target without the bug makes no false crash
  forks    under AFL++ a target that forks is a crash, while the fork server forks
  speed    executions per second with ward and without it, in turn
  limits   a target that hangs, takes memory, forks, or fills a disk stays inside its limits, and the report says so

usage: run.py WARD [--seconds N] [--rounds N] [--clean N] [--page] [--only-speed]

Without ward the targets with bugs run in bubblewrap, so that what they do does no harm: it tells nobody. Prints TAP. --page writes
docs/reference/fuzzing.md; else that page must have the same rows."""
import argparse
import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True  # nothing is left in the source tree

import forks
import limits
import page
import recipes
import speed
from trial import FORK_SERVER, FUZZERS, TARGETS, Place, Tap, Trial

ORDINARY = 1234  # a user


# ---- found


def explained(trial, crash):
    """What `ward explain-crash` says about the input, run once more."""
    program = trial.place.root / "bin" / f"{trial.target}-once"
    policy = ["-p", "fuzz-target", "--set", f"corpus={trial.folder}", "--set", "bounded=false"]
    with open(crash, "rb") as given:
        log = subprocess.run([trial.place.ward, "run", *policy, "--", str(program)], cwd=trial.folder, stdin=given,
                             env=trial.place.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout
    return subprocess.run([trial.place.ward, "explain-crash", "-", "--set", f"corpus={trial.folder}"], input=log, cwd=trial.folder,
                          env=trial.place.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout.decode()


def find(place, target, fuzzer, uid):
    """Seconds, or a fault."""
    trial = Trial(place, target, fuzzer, ward=True, uid=uid)
    seconds = trial.run(seconds=300, until_crash=True)
    if not trial.crashes():
        return None, f"nothing found in {seconds:.0f} s:\n{trial.log()}"
    _, call, function = TARGETS[target]
    text = explained(trial, trial.crashes()[0])
    wanted = (f"the target called `{call}(", "\ndenied: ", f" in {target}.c:")
    missing = [words for words in wanted if words not in text]
    if shutil.which("llvm-addr2line") and f" {function} in" not in text:
        missing.append(function)
    return seconds, f"explain-crash does not say {missing}:\n{text}" if missing else ""


ENOUGH = 1000  # executions that show something


def tried(place, target, fuzzer, seconds, **how):
    """A trial that is over. On a slow machine it takes a second one, of ten times as long."""
    trial = Trial(place, target, fuzzer, **how)
    trial.run(seconds=seconds)
    if not trial.crashes() and trial.executions() <= ENOUGH:
        trial = Trial(place, target, fuzzer, **how)
        trial.run(seconds=10 * seconds)
    return trial


def miss(place, target, fuzzer, seconds):
    """A fault, if the bug is found without ward."""
    trial = tried(place, target, fuzzer, seconds, ward=False)
    if trial.crashes():
        return f"found without ward:\n{trial.log()}"
    return "" if trial.executions() > ENOUGH else f"it did not run:\n{trial.log()}"


def test_found(place, tap, users, seconds, rows):
    pairs = [(target, fuzzer) for target in TARGETS for fuzzer in FUZZERS]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        with_ward = {(*pair, uid): pool.submit(find, place, *pair, uid) for uid in users for pair in pairs
                     if pair[1] != FORK_SERVER or uid == os.getuid()}  # the slow one once
        without = {pair: pool.submit(miss, place, *pair, seconds) for pair in pairs}
        for pair in pairs:
            for uid, user in users.items():
                if (*pair, uid) not in with_ward:
                    continue
                took, fault = with_ward[(*pair, uid)].result()
                tap.result(f"{pair[0]}, {pair[1]}: found as {user}", fault, f"{took:.1f} s" if took else "")
            rows[pair] = {"found": took}
            tap.result(f"{pair[0]}, {pair[1]}: not found without ward", without[pair].result(), f"{seconds} s")


# ---- clean


def stay_clean(place, target, fuzzer, seconds):
    trial = tried(place, target, fuzzer, seconds, ward=True, patched=True)
    if trial.crashes() or "==WARD" in trial.log():
        return 0, f"a false crash:\n{trial.log()}"
    return trial.executions(), "" if trial.executions() > ENOUGH else f"it did not run:\n{trial.log()}"


def test_clean(place, tap, seconds, rows):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() if seconds < 60 else 9) as pool:
        runs = {(target, fuzzer): pool.submit(stay_clean, place, target, fuzzer, seconds)
                for target in TARGETS for fuzzer in FUZZERS}
        for pair, run in runs.items():
            executions, fault = run.result()
            rows[pair]["clean"] = executions
            tap.result(f"{pair[0]}, {pair[1]}: no false crash", fault, f"{executions} executions in {seconds} s")


def test_everything(place, tap, users, options):
    rows = {}
    test_found(place, tap, users, options.seconds, rows)
    test_clean(place, tap, options.clean, rows)
    forks.test_forks(place, tap, options.seconds)
    speeds = speed.test_speed(place, tap, options.rounds)
    limits.test_limits(place, tap)
    recipes.test_recipes(place, tap)
    page.test_page(tap, rows, speeds, options)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("ward", type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=3, help="without ward")
    parser.add_argument("--clean", type=int, default=3, help="seconds of each clean target")
    parser.add_argument("--rounds", type=int, default=9, help="of speed")
    parser.add_argument("--page", action="store_true")
    parser.add_argument("--only-speed", action="store_true", help="with --page: of the page these figures alone")
    options = parser.parse_args()
    tap = Tap()
    place = Place(options.ward.resolve())
    users = {ORDINARY: "an ordinary user", 0: "root"} if os.getuid() == 0 else {os.getuid(): "an ordinary user"}
    print("TAP version 14", flush=True)
    try:
        place.build()
        if options.only_speed:
            speeds = speed.test_speed(place, tap, options.rounds)
            if options.page:
                page.replace_speed(speeds, options)
        else:
            test_everything(place, tap, users, options)
    finally:
        shutil.rmtree(place.root)
    print(f"1..{tap.count}")
    print(f"# {tap.count - tap.failures} of {tap.count} hold")
    return 1 if tap.failures else 0


if __name__ == "__main__":
    sys.exit(main())
