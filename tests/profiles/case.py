"""One test file, GROUP/NAME.sh: what it says of itself. It is read as text here; only the stage runs it."""
import dataclasses
import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent
# Groups in the order in which they run. What is heavy (hundreds of megabytes of packages) comes last.
GROUPS = ["network", "archives", "documents", "media", "compilers", "interpreters", "packages", "servers", "tools", "heavy"]
GOALS = {
    "stolen": "the private key is where the attacker gets it",
    "planted": "a file of the home folder outside of the work folder was made or changed",
    "executed": "a program of the attacker ran",
    "reached": "a server of the attacker was connected to",
}


@dataclasses.dataclass
class Case:
    name: str        # of the profile
    group: str
    path: pathlib.Path
    packages: list   # (package, file that it brings)
    attack: str      # in words
    goal: str        # what the attack achieves without ward: one of GOALS
    denied: str      # the question to `ward why` that the attack comes to
    only: str        # the kind of user that it runs as, or nothing for both
    secrets: str     # why the program reads private keys, for the one that they are for
    own: list        # patterns of files in the home folder that the program may change in an attack too: its cache
    generated: list  # patterns of files that differ from run to run


def value(text, name, path, default=None):
    """The text of a line NAME='...'; without a default it must be there."""
    found = re.search(rf"^{name}='([^'\n]*)'", text, re.M)
    if not found and default is None:
        raise SystemExit(f"{path}: write {name}='...' on a line of its own")
    return found.group(1) if found else default


def read(path):
    text = path.read_text()
    packages = [word.split(":") for line in re.findall(r"^needs (.*)$", text, re.M) for word in line.split()]
    for function in ("works", "attack"):
        if not re.search(rf"^{function}\(\) ", text, re.M):
            raise SystemExit(f"{path}: has no function {function}()")
    return Case(path.stem, path.parent.name, path, packages, *(value(text, name, path) for name in ("attack", "goal", "denied")),
                *(value(text, name, path, "") for name in ("only", "secrets")),
                *(value(text, name, path, "").split() for name in ("own", "generated")))


def all_cases():
    """Every case in the order of the groups; a folder that is no group is an error."""
    paths = sorted(HERE.glob("*/*.sh"))
    for path in paths:
        if path.parent.name not in GROUPS:
            raise SystemExit(f"{path}: no such group in case.py")
    return [read(path) for group in GROUPS for path in paths if path.parent.name == group]
