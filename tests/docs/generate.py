"""Writes the pages of the reference that are tables of the source, or with --check says whether they are right."""
import pathlib
import re
import sys

STRING = r'"((?:[^"\\]|\\.)*)"'


def diagnostics(root):
    text = (root / "policy/slugs.inc").read_text()
    page = ["# Diagnostics", "",
            "Every message of ward has a name that stays the same from version to version. An error means that nothing runs; a warning does not.",
            "The sentence is the rule behind the message. This page is made from `policy/slugs.inc` by `./dev docs`."]
    for line in re.finditer(rf'^// -- (.*)$|^WARD_SLUG\(\w+, {STRING}, (\w+),\s*{STRING}\)', text, re.M):
        if line.group(1):
            page += ["", f"## {line.group(1).capitalize()}", "", "| name | | rule |", "|---|---|---|"]
        else:
            rule = re.sub(r"\\(.)", r"\1", line.group(4)).replace("|", "\\|")
            page.append(f"| `{line.group(2)}` | {line.group(3)} | {rule} |")
    assert sum(row.startswith("| `") for row in page) == text.count("\nWARD_SLUG("), "a row was not understood"
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


PAGES = {"docs/reference/diagnostics.md": diagnostics, "docs/reference/call-groups.md": groups}


def main(root, check):
    stale = [name for name, make in PAGES.items()
             if not (root / name).exists() or (root / name).read_text() != make(root)]
    for name in stale:
        if check:
            print(f"{name} is not what the source says: run `./dev docs`")
        else:
            (root / name).write_text(PAGES[name](root))
            print(f"{name} written")
    return 1 if check and stale else 0


sys.exit(main(pathlib.Path(sys.argv[1]).resolve(), "--check" in sys.argv))
