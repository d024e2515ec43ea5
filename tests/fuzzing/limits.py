"""Targets that break a limit: what each of them comes to under libFuzzer in the jail."""
import json
import os
import re
import subprocess

from trial import LIBFUZZER, Trial


def trouble(place, letter, *options, settings=()):
    """What the fuzzer says, what the report says, and the files that it left."""
    trial = Trial(place, "converter", LIBFUZZER, ward=True)
    trial.program = place.root / "bin/trouble"
    for seed in (trial.folder / "in").iterdir():
        seed.unlink()
    (trial.folder / "in/seed").write_text(letter + "ero")
    limits = [word for setting in settings for word in ("--set", setting)]
    command = [*trial.ward_command()[:-1], *limits, "--", str(trial.program), *options, "-artifact_prefix=./", "-runs=1", "in"]
    log = subprocess.run(command, cwd=trial.folder, env=place.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, timeout=120).stdout.decode(errors="replace")
    report = json.loads((trial.folder / "report.json").read_text())
    artifacts = sorted({path.name.partition("-")[0] for path in trial.folder.glob("*-*")})
    size = sum(path.stat().st_blocks * 512 for path in trial.folder.rglob("*"))
    return log, report, artifacts, size


def number_after(words, log):
    found = re.search(rf"{words}: (\d+)", log)
    return int(found[1]) if found else -1


LIMITS = [
    ("hangs", "h", ["-timeout=2"], [], "libFuzzer's `-timeout` saves the input",
     lambda log, report, artifacts, size: artifacts == ["timeout"]),
    ("takes memory", "m", ["-rss_limit_mb=150"], [], "libFuzzer's `-rss_limit_mb` saves the input",
     lambda log, report, artifacts, size: artifacts == ["oom"]),
    ("takes memory, and its fuzzer has no limit", "m", ["-rss_limit_mb=0"], ["memory=200M"],
     "the jail ends at `memory`, and the report says `memory`",
     lambda log, report, artifacts, size: report["end"] == "memory" and report["peak_memory_bytes"] <= 200 << 20),
    ("is a fork bomb", "f", [], [], "the first `fork` is a crash, and the input is saved; under AFL++ too",
     lambda log, report, artifacts, size: artifacts == ["crash"] and "refused call 56 clone" in log),
    ("makes threads without end", "t", [], [], "no more than `tasks` says: 64; the input is saved",
     lambda log, report, artifacts, size: 0 < number_after("threads", log) < 64 and artifacts == ["crash"]),
    ("fills /tmp", "p", [], [], "/tmp is the jail's own, and full at 256 MiB; nothing reaches the disk",
     lambda log, report, artifacts, size: 250 <= number_after("megabytes", log) <= 256 and size < 1 << 20),
    ("writes a file without end beside the corpus", "c", [], [], "SIGXFSZ at `file-size`: 64 MiB; the input is saved",
     lambda log, report, artifacts, size: artifacts == ["crash"] and size <= (65 << 20)),
]


def test_limits(place, tap):
    for name, letter, options, settings, words, holds in LIMITS:
        if settings and os.getuid() != 0:
            tap.skip(f"a target that {name}", "an ordinary user may have no cgroup")
            continue
        log, report, artifacts, size = trouble(place, letter, *options, settings=settings)
        fault = "" if holds(log, report, artifacts, size) else f"{artifacts} {size} {report.get('end')}\n{log}"
        tap.result(f"a target that {name}", fault, words)
