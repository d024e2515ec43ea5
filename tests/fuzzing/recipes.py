"""What docs/how-to/fuzzing-in-ci.md says, executed as far as it goes without the service."""
import os
import re
import shutil
import subprocess

from trial import HERE

HOWTO = HERE.parent.parent / "docs/how-to/fuzzing-in-ci.md"


def recipes():
    """NAME: TEXT of the files on the page."""
    return dict(re.findall(r"^<!-- file: (\S+) -->\n```\w+\n(.*?)^```$", HOWTO.read_text(), re.M | re.S))


def steps(workflow):
    """What its steps run, in order: `run: COMMAND` and `run: |` with lines."""
    lines = workflow.splitlines()
    for number, line in enumerate(lines):
        found = re.match(r"( *)run: (.*)", line)
        if found and found[2] == "|":
            rest = lines[number + 1:]
            indented = [not row.startswith(found[1] + "  ") for row in rest] + [True]
            yield "\n".join(rest[:indented.index(True)])
        elif found:
            yield found[2]


def project(place, name, target, patched=False):
    """What the page takes for granted: a target, its seeds, and ward where a build of it would be."""
    folder = place.root / name
    (folder / "ward/build").mkdir(parents=True)
    source = (HERE / "targets" / f"{target}.c").read_text()
    (folder / "target.c").write_text(("#define PATCHED\n" if patched else "") + source)
    shutil.copytree(HERE / "seeds" / target, folder / "seeds")
    for file, text in recipes().items():
        (folder / file).write_text(text)
        (folder / file).chmod(0o755)
    (folder / "ward/build/ward").symlink_to(place.ward)
    (folder / "ward/dev").write_text("#!/bin/sh\n")
    (folder / "ward/dev").chmod(0o755)
    return folder


def execute(place, folder, command):
    environment = place.environment | {"GITHUB_PATH": str(folder / "path"), "PATH": f"{folder}/ward/build:{place.environment['PATH']}"}
    # There is nothing to install, and nobody to ask for a password.
    prelude = "apt-get() { :; }; sudo() { \"$@\"; }\nset -e\n"
    return subprocess.run(["/bin/bash", "-c", prelude + command], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=200)


def test_recipes(place, tap):
    bounded = os.getuid() == 0  # else there may be no cgroup, as the page says
    for name, target, patched, wanted in (("found", "fetcher", False, 1), ("clean", "fetcher", True, 0)):
        folder = project(place, name, target, patched)
        if not bounded:
            script = folder / "fuzz.sh"
            script.write_text(script.read_text().replace("--set corpus=", "--set bounded=false --set corpus="))
        said, status = "", 0
        for step in steps((folder / "fuzzing.yml").read_text()):
            result = execute(place, folder, step.replace("fuzz.sh 600", "fuzz.sh 5"))
            said, status = said + result.stdout.decode(errors="replace"), result.returncode
        fault = "" if bool(status) == bool(wanted) and ("the target called `connect(" in said) == bool(wanted) else f"status {status}\n{said}"
        tap.result(f"the workflow on a target with {'a bug' if wanted else 'no bug'}", fault)
    result = execute(place, project(place, "afl", "archive"), "export AFL_BENCH_UNTIL_CRASH=1; " + ("" if bounded else
                     "sed -i 's/--set corpus/--set bounded=false &/' fuzz-afl.sh; ") + "./fuzz-afl.sh 60")
    said = result.stdout.decode(errors="replace")
    tap.result("the recipe for AFL++", "" if "the target called `openat(" in said and result.returncode == 1 else said)
