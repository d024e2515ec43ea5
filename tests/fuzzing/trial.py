"""Targets, fuzzers, and one run of a fuzzer on a target, with ward or without."""
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
LIBFUZZER, FORK_SERVER, PERSISTENT = "libFuzzer, ASan", "AFL++, fork server", "AFL++, persistent"

# What the planted bug is, the call that it comes to, and the function of the source that makes it.
TARGETS = {
    "converter": ("command injection by `system()`", "clone", "write_result"),
    "archive": ("path traversal in an archive reader", "openat", "sum_of_file"),
    "fetcher": ("SSRF in a fetcher of URLs", "connect", "visit"),
}
SANITIZED = ["clang", "-g", "-O1", "-Wall", "-Wextra", "-Werror", "-fsanitize=fuzzer,address"]
FUZZERS = {
    LIBFUZZER: SANITIZED,
    FORK_SERVER: ["afl-clang-fast", "-g", "-O1", "main.c"],
    PERSISTENT: ["afl-clang-fast", "-g", "-O1", "-fsanitize=fuzzer"],
}
AFL = {"AFL_NO_UI": "1", "AFL_QUIET": "1", "AFL_SKIP_CPUFREQ": "1", "AFL_NO_AFFINITY": "1",
       "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES": "1"}


class Tap:
    """Counts and prints."""

    def __init__(self):
        self.count = self.failures = 0

    def result(self, name, fault="", comment=""):
        self.count += 1
        self.failures += bool(fault)
        print(f"{'not ok' if fault else 'ok'} {self.count} - {name}{': ' + comment if comment else ''}", flush=True)
        for line in fault.splitlines()[-15:]:
            print(f"#   {line}", flush=True)

    def skip(self, name, reason):
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {reason}", flush=True)


class Place:
    """Folders of the test's own. Not below /tmp, which is the jail's own: what leads out of a folder there stays inside."""

    def __init__(self, ward):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="ward-fuzzing-", dir="/var/tmp"))
        self.root.chmod(0o755)
        (self.root / "bin").mkdir()
        self.ward = shutil.copy(ward, self.root / "bin/ward")
        self.environment = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": str(self.root / "home"), "LC_ALL": "C.UTF-8"}
        (self.root / "home").mkdir()

    def compile(self, command, *sources, output):
        subprocess.run([*command, *map(str, sources), "-o", str(self.root / "bin" / output)], cwd=HERE / "targets",
                       env=self.environment | AFL, check=True)

    def build(self):
        hook = self.root / "hook.c"
        hook.write_text(subprocess.run([self.ward, "explain-crash", "--hook"], check=True, text=True, stdout=subprocess.PIPE).stdout)
        jobs = [(SANITIZED, "trouble.c", hook, "trouble"), (["clang", "-O1"], "calls.c", hook, "calls")]
        for target in TARGETS:
            jobs.append((["clang", "-g", "-O1", "main.c"], f"{target}.c", hook, f"{target}-once"))
            for fuzzer, command in FUZZERS.items():
                jobs.append((command, f"{target}.c", hook, name_of(target, fuzzer)))
                jobs.append(([*command, "-DPATCHED"], f"{target}.c", hook, name_of(target, fuzzer, True)))
        jobs += [(command, "forker.c", hook, name_of("forker", fuzzer)) for fuzzer, command in FUZZERS.items()]
        jobs += [([*command, "-DPATCHED", "-DSTEADY"], "converter.c", hook, name_of("steady", fuzzer, True)) for fuzzer, command in FUZZERS.items()]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(lambda job: self.compile(*job[:3], output=job[3]), jobs))


def name_of(target, fuzzer, patched=False):
    return f"{target}-{re.sub('[^a-z]+', '-', fuzzer.lower())}" + ("-patched" if patched else "")


class Trial:
    """One fuzzer on one target, with ward or without."""

    def __init__(self, place, target, fuzzer, *, ward, uid=os.getuid(), patched=False):
        self.place, self.target, self.fuzzer, self.ward, self.uid = place, target, fuzzer, ward, uid
        self.program = place.root / "bin" / name_of(target, fuzzer, patched)
        how = "ward" if ward else "bare"
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"{self.program.name}-{how}-", dir=place.root))
        shutil.copytree(HERE / "seeds" / target, self.folder / "in")
        shutil.copy(HERE / "escapes.dict", self.folder)
        (self.folder / "corpus").mkdir()
        for path in (self.folder, *self.folder.rglob("*")):
            os.chown(path, uid, uid)

    def is_afl(self):
        return self.fuzzer.startswith("AFL")

    def policy(self):
        options = ["-p", "fuzz-afl" if self.is_afl() else "fuzz-target", "--set", f"corpus={self.folder}"]
        options += ["--set", f"target={self.program}"] if self.is_afl() else []
        # An ordinary user has no cgroup on every machine.
        return options + (["--set", "bounded=false"] if self.uid else [])

    def ward_command(self):
        return [self.place.ward, "run", *self.policy(), "--report", str(self.folder / "report.json"), "--"]

    def harmless(self):
        """Without ward: what a target does there harms nobody."""
        return ["bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp", "--bind",
                str(self.folder), str(self.folder), "--unshare-all", "--die-with-parent", "--"]

    def inside(self, seconds=0, runs=0):
        if self.is_afl():
            return ["afl-fuzz", "-i", "in", "-o", "out", "-s", "1", "-x", "escapes.dict", *(["-V", str(seconds)] if seconds else ["-E", str(runs)]),
                    "--", str(self.program)]
        limit = f"-max_total_time={seconds}" if seconds else f"-runs={runs}"
        return [str(self.program), limit, "-seed=1", "-dict=escapes.dict", "-artifact_prefix=./", "corpus", "in"]

    def execute(self, command, **more):
        """What is said is in the log."""
        environment = self.place.environment | AFL | {"ASAN_OPTIONS": "detect_leaks=0:symbolize=0"} | more
        if self.is_afl():
            environment.pop("ASAN_OPTIONS")
        with open(f"{self.folder}.log", "wb") as log:
            subprocess.run(command, cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def run(self, seconds, until_crash=False):
        """Seconds on the clock."""
        command = (self.ward_command() if self.ward else self.harmless()) + self.inside(seconds)
        if self.uid != os.getuid():
            command = ["setpriv", "--reuid", str(self.uid), "--regid", str(self.uid), "--clear-groups", *command]
        started = time.monotonic()
        self.execute(command, **({"AFL_BENCH_UNTIL_CRASH": "1"} if until_crash else {}))
        return time.monotonic() - started

    def log(self):
        return pathlib.Path(f"{self.folder}.log").read_text(errors="replace")

    def crashes(self):
        return sorted([*self.folder.glob("crash-*"), *self.folder.glob("out/default/crashes/id:*")])

    def executions(self):
        if not self.is_afl():
            found = re.search(r"Done (\d+) runs", self.log())
            return int(found[1]) if found else 0
        stats = self.folder / "out/default/fuzzer_stats"
        found = re.search(r"^execs_done\s*: (\d+)", stats.read_text(), re.M) if stats.exists() else None
        return int(found[1]) if found else 0
