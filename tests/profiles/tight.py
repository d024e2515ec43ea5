"""The permissions of a profile, one by one, and the profile without one of them.

A permission is one item of a list after `read`, `write`, `execute`, `overlay`, `device`, `connect`, `listen`, `unix`, `allow` or
`keep`, or a statement such as `host` or `set`. Taking away a prohibition or a limit would only widen the jail, so these are none.
A statement with `# kept: REASON` in its line, or in the line above, is needed by something that no test shows."""
import dataclasses
import re

LISTS = ("read", "write", "execute", "overlay", "device", "connect tcp", "listen tcp", "unix", "allow", "keep")
WHOLE = ("host", "resolve", "unix", "set", "private", "link", "file", "directory", "share", "nested", "debug", "user", "setuid")
SECTIONS = ("files", "network", "syscalls", "capabilities", "environment", "process")


@dataclasses.dataclass
class Permission:
    line: int       # of the statement, from 0
    words: str      # `read? /etc/fonts`
    text: str       # the profile without it
    kept: str       # the reason, or nothing


def split_comment(line):
    code, mark, comment = line.partition("#")
    return code.rstrip(), comment.strip() if mark else ""


def statements(lines):
    """(first line, last line, code) of every statement in a section that grants something."""
    blocks, start = [], None  # the blocks around a line: `files`, or `when` and `files`
    for number, line in enumerate(lines):
        code, _ = split_comment(line)
        section = blocks[-1] if blocks else None
        if section in (None, "when"):
            opened = re.match(r"^(?:\} else |(\w+)\b.*)\{$", code.strip())
            if not opened and "{" in code:
                raise ValueError(f"line {number + 1}: a section has a line for each statement")
            if code.strip().startswith("}"):
                blocks.pop()
            if opened:
                blocks.append(opened.group(1) or "when")
            continue
        if "{" in code:
            raise ValueError(f"line {number + 1}: blocks in blocks are not read here")
        if code.strip() == "}":
            blocks.pop()
        elif section in SECTIONS and code.strip():
            start = number if start is None else start
            if not code.endswith(","):
                yield start, number, " ".join(split_comment(each)[0].strip() for each in lines[start:number + 1])
                start = None


def reason(lines, first, last):
    """What follows `# kept:` beside a statement or above it."""
    comments = [split_comment(line)[1] for line in lines[first:last + 1]]
    above = first - 1
    while above >= 0 and lines[above].strip().startswith("#"):
        comments.append(split_comment(lines[above])[1])
        above -= 1
    return next((each.removeprefix("kept:").strip() for each in comments if each.startswith("kept:")), "")


def without(lines, first, last, replacement):
    return "\n".join(lines[:first] + replacement + lines[last + 1:]) + "\n"


def permissions(text):
    lines = text.splitlines()
    for first, last, code in statements(lines):
        kept = reason(lines, first, last)
        verb, _, rest = code.partition(" ")
        if " tcp " in f" {code} " and verb in ("connect", "listen"):
            verb, rest = f"{verb} tcp", rest.strip().removeprefix("tcp")
        if verb.rstrip("?") in LISTS and rest.strip() and " from " not in rest and " except " not in rest:
            items = [item.strip() for item in rest.split(",")]
            for item in items:
                others = ", ".join(each for each in items if each != item)
                yield Permission(first, f"{verb} {item}", without(lines, first, last, [f"    {verb} {others}"] if others else []), kept)
        elif verb.rstrip("?") in LISTS + WHOLE:
            yield Permission(first, code, without(lines, first, last, []), kept)
