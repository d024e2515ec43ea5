"""The page of the shipped profiles: what each is for, what it lets happen, how open it is, and the attack that its test makes."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "profiles"))
import case
import tight

INTRODUCTION = """# Profiles

`ward PROGRAM` takes the profile of the program's name. Each one is proved on the real program by `./dev test profiles`, as root and as an ordinary user:

- *works*: real input gives the same output, exit status and files as without ward;
- *attack*: the input in the last column succeeds without ward, and under the profile is refused by a rule that `ward why` names;
- *tight*: without any one of its permissions *works* fails, or the permission carries a reason (`# kept:`).

The tests are files of a page, `tests/profiles/GROUP/NAME.sh`. [The score](score.md) is that of `ward score` for a working folder like `~/work`: 0 is closed, 10 is open.
What a program reads of the system below `/etc` and `/usr` is not repeated here, nor what every program needs: that is in `base.program`, which all of them
use. This page is made from `profiles/` and `tests/profiles/` by `./dev docs`."""
TITLES = {"network": "Network clients", "archives": "Archives", "documents": "Documents", "media": "Images, sound and video",
          "compilers": "Compilers", "interpreters": "Interpreters", "packages": "Package managers", "servers": "Servers",
          "tools": "Tools", "heavy": "Large programs"}
WORDS = {"$arguments": "what is named on the command line", "$cwd": "the working folder", "$repository": "the repository around it"}


def texts(root):
    folder = root / "profiles"
    return {str(path.relative_to(folder))[:-5].replace("/", "."): path.read_text() for path in folder.rglob("*.ward")}


def granted(all_texts, name, seen):
    """(verb, items) of every statement of a policy, and of what it uses but the base of all."""
    for used in re.findall(r"^use ([\w.-]+)", all_texts[name], re.M):
        if used not in ("base.program", "base.fonts") and used not in seen:
            seen.add(used)
            yield from granted(all_texts, used, seen)
    defaults = dict(re.findall(r"^param (\w+): \w+ = (\w+)", all_texts[name], re.M))
    for _, _, code in tight.statements(all_texts[name].splitlines()):
        code = re.sub(r"\$(\w+)", lambda variable: defaults.get(variable[1], variable[0]), code)
        verb, _, rest = re.sub(r"\b(connect|listen) +tcp\b", r"\1", code).partition(" ")
        yield verb.rstrip("?"), [item.strip() for item in rest.split(",")]


def words_for(items):
    return ", ".join(dict.fromkeys(WORDS.get(item, f"`{item}`") for item in items))


def not_of_the_system(items):
    return [item for item in items if not item.startswith(("/etc/", "/usr/"))]


def deeds(all_texts, name):
    """What the policy lets happen, as a sentence."""
    lists = {}
    for verb, items in granted(all_texts, name, set()):
        lists.setdefault(verb, []).extend(items)
    reads = not_of_the_system(lists.get("read", []))
    parts = [f"reads {words_for(reads)}"] if reads else []
    parts += [f"changes {words_for(lists['write'])}"] if "write" in lists else []
    parts += [f"changes a copy of {words_for(lists['overlay'])} that is thrown away"] if "overlay" in lists else []
    parts += ["any network"] if "host" in lists else []
    parts += [f"{verb}s {preposition} TCP {', '.join(lists[verb])}" for verb, preposition in (("connect", "to"), ("listen", "at")) if verb in lists]
    parts += ["no network"] if not {"host", "connect", "listen"} & lists.keys() else []
    parts += ["no other program"] if "execve" in lists.get("forbid", []) else [f"starts {words_for(lists['execute'])}"]
    return "; ".join(parts)


def scores(root, ward, names):
    """The score of each, in a home folder and a working folder that are as deep on every machine."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        os.mkdir(f"{folder}/work")
        environment = {"HOME": "/home/you", "PATH": "/usr/bin:/bin", "WARD_PATH": str(root / "profiles")}
        output = subprocess.run([ward, "score", "--json", *names], cwd=f"{folder}/work", env=environment, text=True, check=True, capture_output=True).stdout
    return {entry["policy"]: entry["score"] for entry in json.loads(output)}


def page(root, ward):
    cases, all_texts = case.all_cases(), texts(root)
    score = scores(root, ward, [each.name for each in cases])
    lines = [INTRODUCTION]
    for group in case.GROUPS:
        lines += ["", f"## {TITLES[group]}", "", "| profile | for | score | may | attack in its test |", "|---|---|---|---|---|"]
        for each in (each for each in cases if each.group == group):
            purpose = re.search(r'^policy \S+ "(.*)"', all_texts[each.name]).group(1)
            lines.append(f"| [{each.name}](../../profiles/{each.name}.ward) | {purpose} | {score[each.name]:.1f} | "
                         f"{deeds(all_texts, each.name)} | {each.attack} |")
    # Those for fuzzing are in tests/fuzzing.
    untested = sorted(name for name in all_texts if "." not in name and name not in score and not name.startswith("fuzz-"))
    assert not untested, f"without a test in tests/profiles: {untested}"
    return "\n".join(lines) + "\n"
