"""Writes the pages of the reference that are tables of the source, or with --check says whether they are right.
usage: generate.py ROOT [WARD] [--check]"""
import pathlib
import re
import sys

sys.dont_write_bytecode = True  # nothing is left in the source tree

import manual
import profiles_page

STRING = r'"((?:[^"\\]|\\.)*)"'


def explanations(root):
    """What `ward explain` says about each identifier of slugs.inc: text, wrong and right example."""
    text = (root / "sandbox/cli/explain/diagnostics.inc").read_text()
    rows = re.findall(r'^WARD_EXPLANATION\((\w+), R"\((.*?)\)", R"\((.*?)\)", R"\((.*?)\)"\)$', text, re.M | re.S)
    assert len(rows) == text.count("\nWARD_EXPLANATION("), "an explanation was not understood"
    return {name: [part.strip("\n") for part in parts] for name, *parts in rows}


def diagnostics(root):
    text = (root / "policy/slugs.inc").read_text()
    explained = explanations(root)
    page = ["# Diagnostics", "",
            "Every message of ward has a name that stays the same from version to version. An error means that nothing runs; a warning does not.",
            "`ward explain NAME` says what is said here. The examples are run by the tests: a policy is `web.ward` unless a line says another name,",
            "and is checked with `ward check` unless a line begins with `$`. This page is made from `policy/slugs.inc` and",
            "`sandbox/cli/explain/diagnostics.inc` by `./dev docs`."]
    for line in re.finditer(rf'^// -- (.*)$|^WARD_SLUG\((\w+), {STRING}, (\w+),\s*{STRING}\)', text, re.M):
        if line.group(1):
            page += ["", f"## {line.group(1).capitalize()}"]
            continue
        explanation, *examples = explained[line.group(2)]
        rule = re.sub(r"\\(.)", r"\1", line.group(5))
        page += ["", f"### {line.group(3)}", "", f"{line.group(4).capitalize()}: {rule}", "", explanation]
        for title, example in zip(("Wrong", "Right"), examples):
            page += ["", f"{title}:", "", "```text", example, "```"] if example else []
    assert sum(row.startswith("### ") for row in page) == text.count("\nWARD_SLUG("), "a row was not understood"
    return "\n".join(page) + "\n"


def groups(root):
    text = (root / "compiler/groups.inc").read_text()
    page = ["# Groups of system calls", "",
            "The names stand after `allow` and `forbid` in `syscalls`, and mean what they mean in systemd. A name that x86_64 does not have is",
            "part of a group and without effect there. `@known` is every call of ward's table. This page is made from `compiler/groups.inc` by `./dev docs`."]
    for group in re.finditer(r'^WARD_GROUP\(\w+, "(@[\w-]+)", "([^"]*)",\s*((?:"[^"]*",?\s*)+)\)', text, re.M):
        members = ", ".join(f"`{name}`" for name in re.findall(r'"([^"]*)"', group.group(3)))
        page += ["", f"## {group.group(1)}", "", group.group(2), "", members]
    assert sum(row.startswith("## ") for row in page) == text.count("\nWARD_GROUP("), "a group was not understood"
    return "\n".join(page) + "\n"


def score(root):
    text = (root / "compiler/score_weights.inc").read_text()
    page = ["# The score", "",
            "`ward score POLICY` says in one figure how much a policy leaves open: 0 is nothing, 10 is everything. Each row below counts between nothing and its",
            "weight, and the figure is their sum, made to fit 10. A policy that allows less never has a higher figure. The weights are judgement, as those of",
            "`systemd-analyze security` are: compare policies by it, and read [`ward diff`](../how-to/compare-policies.md) for what is different. Below 2 is closed, below 3.5 tight,",
            "below 5 medium, below 7 open. This page is made from `compiler/score_weights.inc` by `./dev docs`.",
            "", "```console", "$ ward score jq", "jq ... of 10: ...", "...", "next: ...", "```"]
    rows = 0
    for line in re.finditer(rf'^// -- (.*)$|^WARD_EXPOSURE\(\w+, (\d+), {STRING},\s*{STRING},\s*{STRING}\)', text, re.M):
        if line.group(1):
            page += ["", f"## {line.group(1).capitalize()}", "", "| | weight | counts | tighter |", "|---|---|---|---|"]
            continue
        rows += 1
        page.append("| " + " | ".join((line.group(3), line.group(2), line.group(4), line.group(5))) + " |")
    assert rows == text.count("\nWARD_EXPOSURE("), "a row was not understood"
    return "\n".join(page) + "\n"


PAGES = {"docs/reference/diagnostics.md": diagnostics, "docs/reference/call-groups.md": groups,
         "docs/reference/score.md": score, "docs/man/ward.1": manual.ward_1, "docs/man/ward-policy.5": manual.ward_policy_5}


def main(root, ward, check):
    PAGES["docs/reference/profiles.md"] = lambda root: profiles_page.page(root, ward)
    stale = [name for name, make in PAGES.items()
             if not (root / name).exists() or (root / name).read_text() != make(root)]
    for name in stale:
        if check:
            print(f"{name} is not what the source says: run `./dev docs`")
        else:
            (root / name).write_text(PAGES[name](root))
            print(f"{name} written")
    return 1 if check and stale else 0


ROOT, *WARD = [pathlib.Path(word).resolve() for word in sys.argv[1:] if word != "--check"]
sys.exit(main(ROOT, WARD[0] if WARD else ROOT / "build/ward", "--check" in sys.argv))
