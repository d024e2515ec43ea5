#!/usr/bin/env python3
"""Proves the shipped profiles on the programs that they are for. For each profile:

  works   real input gives the same output, exit status and files with ward as without
  attack  a malicious input succeeds without ward, and under it is refused by a rule that `ward why` names
  tight   without any one permission of the profile `works` fails, or the permission carries a reason
  check   `ward check` has nothing to say, and no place of secrets can be read

usage: run.py WARD [--jobs N] [--user root|ordinary] [--quick] [--without GROUP] [GROUP|PROFILE...]
       run.py --packages [--without GROUP] [GROUP|PROFILE...]     prints PACKAGE:FILE words

Prints TAP, and at the end a table. Each test is one file, GROUP/PROFILE.sh; library.sh says what it finds. Needs root: the
tests run in network namespaces of their own, as root and as an ordinary user."""
import argparse
import concurrent.futures
import contextlib
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # nothing is left in the source tree

import case as cases
import stage
import tight

LINES = 15  # of what a failed test printed


@dataclasses.dataclass
class Result:
    name: str
    failure: str = ""
    comment: str = ""
    skipped: bool = False


class NotGiven(Exception):
    """What a test needs could not be made: its own fault, or the machine's."""


class Trial:
    """All tests of one profile."""

    def __init__(self, case, public, users, quick):
        self.case, self.public, self.quick = case, public, quick
        self.users = {uid: user for uid, user in users.items() if case.only in ("", user)}
        self.given, self.stages = {}, contextlib.ExitStack()
        self.expected, self.results = {}, []
        self.permissions, self.kept, self.seconds = 0, 0, 0.0

    def under(self, policy):
        return f"env WARD_PATH={self.public}/profiles {self.public}/ward run --policy {policy} --"

    def profile(self):
        return self.public / "profiles" / f"{self.case.name}.ward"

    def run(self):
        started = time.monotonic()
        missing = [package for package, file in self.case.packages if not pathlib.Path(file).exists()]
        if missing:
            self.results = [Result(f"{self.case.name}", skipped=True, comment=f"not installed: {' '.join(missing)}")]
            return self
        with self.stages:
            try:
                self.every_test()
            except NotGiven as fault:
                self.add("given", f"fails:\n{fault}")
        self.seconds = time.monotonic() - started
        return self

    def every_test(self):
        self.check()
        for uid, user in self.users.items():
            self.works(uid, user)
            self.attack(uid, user)
        if not self.quick and not any(result.failure for result in self.results):
            self.tight()

    def add(self, name, failure="", comment=""):
        self.results.append(Result(f"{self.case.name}: {name}", failure, comment))

    def outcome(self, function, uid, policy=None, seconds=stage.SECONDS):
        if uid not in self.given:
            self.given[uid] = self.stages.enter_context(stage.Stage(self.public, self.case, uid))
            outcome = self.given[uid].call("given", "")
            if outcome.status != 0:
                raise NotGiven(outcome.log)
        with stage.Stage(self.public, self.case, uid, self.under(policy) if policy else "", copy=self.given[uid]) as place:
            return place.run(function, seconds)

    def works(self, uid, user):
        expected = self.outcome("works", uid)
        if expected.status != 0:
            self.add(f"works as {user}", f"fails without ward, status {expected.status}:\n{expected.log}")
            return
        self.expected[uid] = expected
        self.add(f"works as {user}", difference(expected, self.outcome("works", uid, self.profile())))

    def attack(self, uid, user):
        open_field = self.outcome("attack", uid)
        if self.case.goal not in open_field.effects:
            self.add(f"attack as {user}", f"does not succeed without ward:\n{open_field.output.decode(errors='replace')}{open_field.log}")
            return
        jailed = self.outcome("attack", uid, self.profile())
        achieved = {self.case.goal, "stolen", "planted"} & set(jailed.effects)
        if achieved:
            self.add(f"attack as {user}", f"succeeds under ward: {' '.join(achieved)}\n{jailed.log}")
        elif jailed.status == "no end":
            self.add(f"attack as {user}", f"does not end under ward\n{jailed.log}")
        elif "error[" in jailed.log or "nothing listens" in jailed.log:
            self.add(f"attack as {user}", f"ward did not start it:\n{jailed.log}")
        else:
            self.explain(user, said(jailed.errors))

    def ask(self, *words):
        """What a subcommand of ward answers on the stage."""
        with stage.Stage(self.public, self.case, 0) as place:
            return subprocess.run(place.inside([self.public / "ward", *words]), text=True, capture_output=True,
                                  env={**place.environment(), "WARD_PATH": str(self.public / "profiles")})

    def check(self):
        answer = self.ask("check", self.profile())
        self.add("check", answer.stderr + answer.stdout if answer.returncode != 0 or answer.stderr else "")
        score = json.loads(self.ask("score", "--json", self.profile()).stdout)[0]
        secrets = next(exposure for exposure in score["exposures"] if exposure["name"] == "secrets")
        key = self.ask("why", self.profile(), "read ~/.ssh/id_ed25519")
        exposed = f"{secrets['what']} can be read: {secrets['place']}\n" if secrets["share"] else ""
        exposed += key.stdout if key.returncode != 1 else ""
        self.add("no secrets", "" if self.case.secrets else exposed, self.case.secrets)

    def explain(self, user, message):
        answer = self.ask("why", self.profile(), self.case.denied)
        if answer.returncode != 1:
            self.add(f"attack as {user}", f"`ward why {self.case.name} '{self.case.denied}'` does not say `denied`:\n{answer.stdout}{answer.stderr}")
        else:
            reason = reason_in(answer.stdout).replace(f"{self.public}/profiles/", "")
            self.add(f"attack as {user}", comment=f"{self.case.goal} without ward; {reason}{message}")

    def tight(self):
        for permission in tight.permissions(self.profile().read_text()):
            if permission.kept:
                self.kept += 1
                continue
            self.permissions += 1
            with tempfile.TemporaryDirectory(prefix="ward-tight-") as folder:
                os.chmod(folder, 0o755)
                policy = pathlib.Path(folder) / f"{self.case.name}.ward"
                policy.write_text(permission.text)
                # One kind of user is enough: a program may look for its settings in the home folder of passwd(5).
                same = all(not difference(self.expected[uid], self.outcome("works", uid, policy, stage.SECONDS_TO_FAIL)) for uid in self.users)
            self.add(f"needs `{permission.words}`", f"line {permission.line + 1}: works without it" if same else "")


def reason_in(answer):
    """The first line of an answer of `ward why`, and the place of the rule that decides, where there is one."""
    first, second = (answer.splitlines() + [""])[:2]
    return f"{first} ({second.strip().removeprefix('--> ')})" if "-->" in second else first


def said(errors):
    """The last line that the attacked program itself wrote to standard error."""
    lines = [line.strip() for line in errors.splitlines() if line.strip() and not line.startswith(("ward: ", "warning["))]
    return f"\nthe program: {lines[-1]}" if lines else ""


def difference(expected, found):
    """What is not as it should be, or nothing."""
    parts = []
    if found.status != expected.status:
        parts.append(f"exit status {found.status} instead of {expected.status}")
    if found.output != expected.output:
        parts.append(f"output {found.output[-400:]!r} instead of {expected.output[-400:]!r}")
    names = sorted(name for name in expected.files.keys() | found.files.keys() if expected.files.get(name) != found.files.get(name))
    parts += [f"{name}: {found.files.get(name)} instead of {expected.files.get(name)}" for name in names[:10]]
    return "\n".join(parts) + (f"\n{found.log}" if found.log else "") if parts else ""


class Tap:
    def __init__(self):
        self.count, self.failed = 0, 0

    def show(self, trial):
        for result in trial.results:
            self.count += 1
            self.failed += bool(result.failure)
            print(f"{'not ok' if result.failure else 'ok'} {self.count} - {result.name}" + (f" # SKIP {result.comment}" if result.skipped else ""))
            for line in (result.failure or ("" if result.skipped else result.comment)).splitlines()[:LINES]:
                print(f"  # {line[:300]}")
        sys.stdout.flush()


def table(trials):
    print(f"# {'profile':14} {'works':6} {'attack':24} {'tight':>12} {'seconds':>8}")
    for trial in trials:
        bad = {kind: any(kind in result.name and result.failure for result in trial.results) for kind in ("works", "attack", "needs")}
        if trial.results and trial.results[0].skipped:
            print(f"# {trial.case.name:14} skipped: {trial.results[0].comment}")
            continue
        count = f"{trial.permissions}" + (f" + {trial.kept} kept" if trial.kept else "")
        print(f"# {trial.case.name:14} {'FAILED' if bad['works'] else 'same':6} {'FAILED' if bad['attack'] else trial.case.goal + ', denied':24} "
              f"{'FAILED' if bad['needs'] else count:>12} {trial.seconds:8.1f}")


def chosen(words, without):
    known = cases.all_cases()
    names = {case.name for case in known} | set(cases.GROUPS)
    for word in words:
        if word not in names:
            raise SystemExit(f"run.py: no group and no profile is called {word}")
    return [case for case in known if not words or case.name in words or case.group in words if case.group != without]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, usage=argparse.SUPPRESS)
    parser.add_argument("--packages", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--user", choices=["root", "ordinary"])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--without", choices=cases.GROUPS)
    parser.add_argument("words", nargs="*")
    return parser.parse_intermixed_args()


def main():
    options = arguments()
    if options.packages:
        print("\n".join(sorted({":".join(pair) for case in chosen(options.words, options.without) for pair in case.packages})))
        return 0
    if os.geteuid() != 0:
        raise SystemExit("run.py: run it as root: each test has a network namespace of its own")
    public, words = stage.make_public(options.words[0]), options.words[1:]
    users = {0: "root", stage.ORDINARY_USER: "an ordinary user"}
    users = {uid: name for uid, name in users.items() if options.user in (None, "root" if uid == 0 else "ordinary")}
    trials, tap = [Trial(case, public, users, options.quick) for case in chosen(words, options.without)], Tap()
    print("TAP version 14")
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for trial in pool.map(Trial.run, trials):
            tap.show(trial)
    print(f"1..{tap.count}")
    table(trials)
    return 1 if tap.failed or not trials else 0


if __name__ == "__main__":
    sys.exit(main())
