"""Executes the documentation: every command of every page gives what the page says.

A ```console block is commands (`$ ...`) with their output; a line `...` in it stands for any lines, and
`...` in a line for any characters. A ```ward block is a policy that `ward check` must accept, in
the form of `ward fmt`. A page's blocks run in order in one folder. Comments before a block say more:

    <!-- setup: NAME -->         first runs setups/NAME in the page's folder, which may print NAME=value lines
    <!-- file: NAME -->          the block is written to NAME first (any kind of block)
    <!-- statements -->          the block is a part of a policy: `policy` and `use base.program` go before it
    <!-- not run: REASON -->     the block is only shown
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap

HERE = pathlib.Path(__file__).resolve().parent
BLOCK = re.compile(r"((?:^ *<!-- [^\n]* -->\n+)*)^( *)```(\w*)\n(.*?)^\2```$", re.S | re.M)
# How exactly this host can keep a limit with a `?`: an ordinary user may have no cgroup. Pages do not show it.
HOST_NOTE = re.compile(r"^ward: note: `\w+\? [^`]*` holds for each process alone: .*\n", re.M)
COMMENT = re.compile(r"<!-- ([\w ]+?)(?:: (.*?))? -->")


class Page:
    def __init__(self, root, path, ward):
        self.root, self.path = root, path
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ward-docs-"))
        self.work = self.folder / "work"
        for folder in ("home", "work", "bin"):
            (self.folder / folder).mkdir()
        self.folder.chmod(0o755)
        (self.folder / "bin" / "ward").symlink_to(ward)
        self.environment = {"HOME": str(self.folder / "home"), "PATH": f"{self.folder}/bin:/usr/bin:/bin",
                            "LC_ALL": "C.UTF-8", "USER": "you"}
        self.background = []
        self.faults = []
        self.commands = self.policies = 0

    def close(self):
        for process in self.background:
            process.kill()
            process.wait()
        shutil.rmtree(self.folder)

    def fault(self, line, text):
        self.faults.append(f"{self.path.relative_to(self.root)}:{line}: {text}")

    def shell(self, command):
        result = subprocess.run(["/bin/bash", "-c", command], cwd=self.work, env=self.environment, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
        return HOST_NOTE.sub("", result.stdout).replace(str(self.folder / "home"), "/home/you").replace(str(self.work), "/home/you/work")

    def setup(self, name):
        """A set-up prints the variables that the page's commands see, then closes its standard output."""
        process = subprocess.Popen([HERE / "setups" / name, self.root], cwd=self.work, env=self.environment,
                                   text=True, stdout=subprocess.PIPE)
        for line in process.stdout:
            key, _, value = line.strip().partition("=")
            self.environment[key] = value
        self.background.append(process)

    def console(self, line, text):
        commands = re.split(r"^\$ ", text, flags=re.M)
        if commands[0].strip():
            self.fault(line, "a console block begins with a `$ ` line")
        for part in commands[1:]:
            command, _, expected = part.partition("\n")
            while command.endswith("\\"):
                more, _, expected = expected.partition("\n")
                command = command[:-1] + more.strip()
            self.commands += 1
            shown = self.shell(command)
            if not matches(expected, shown):
                self.fault(line, f"`{command}` prints\n{indented(shown)}where the page says\n{indented(expected)}")

    def policy(self, line, text, options):
        if "statements" in options:
            text = f"policy part\n\nuse base.program\n\n{text}"
        name = options.get("file") or re.match(r"policy ([\w.-]+)", text).group(1) + ".ward"
        (self.work / name).write_text(text)
        self.policies += 1
        shown = self.shell(f"ward check ./{name}")
        if shown != f"./{name}: ok\n":
            self.fault(line, f"the policy is not accepted:\n{indented(shown)}")
        canonical = self.shell(f"ward fmt - <{name}")
        if canonical != text:
            self.fault(line, f"the policy is not in its canonical form:\n{indented(canonical)}")

    def execute(self):
        text = self.path.read_text()
        if 2 * len(BLOCK.findall(text)) != len(re.findall(r"^ *```", text, re.M)):
            self.fault(1, "not every block of this page was understood")
        for match in BLOCK.finditer(text):
            options = {key: value or "" for key, value in COMMENT.findall(match.group(1))}
            line = text.count("\n", 0, match.start(3)) + 1
            kind, body = match.group(3), textwrap.dedent(match.group(4))
            for key in options.keys() - {"setup", "file", "statements", "not run", "tree"}:
                self.fault(line, f"`<!-- {key} -->` means nothing to tests/docs/run.py")
            if "setup" in options:
                self.setup(options["setup"])
            if "file" in options:
                (self.work / options["file"]).write_text(body)
            if "not run" in options:
                continue
            if kind == "console":
                self.console(line, body)
            elif kind == "ward":
                self.policy(line, body, options)


def matches(expected, shown):
    pattern = ""
    for line in expected.rstrip().splitlines(keepends=True):
        if line.strip() == "...":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*".join(map(re.escape, line.rstrip("\n").split("..."))) + r"\s*?\n"
    return re.fullmatch(pattern, shown.rstrip() + "\n" if shown.strip() else "") is not None


def indented(text):
    return "".join(f"    {line}\n" for line in text.splitlines()) or "    (nothing)\n"


def main(root, ward):
    pages = sorted(root.glob("*.md")) + sorted((root / "docs").rglob("*.md"))
    faults, commands, policies = [], 0, 0
    for path in pages:
        page = Page(root, path, ward)
        try:
            page.execute()
        finally:
            page.close()
        faults += page.faults
        commands += page.commands
        policies += page.policies
    print("\n".join(faults))
    print(f"{len(pages)} pages, {commands} commands and {policies} policies executed, {len(faults)} faults")
    return 1 if faults or not commands or not policies else 0


sys.exit(main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()))
