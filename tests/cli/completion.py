"""Completion in the real shells: a line is typed, Tab is pressed, and the shell says what the line has become."""
import os
import pathlib
import pty
import select
import shutil
import sys
import tempfile
import time

WARD = pathlib.Path(sys.argv[1]).resolve()

# What is typed, and what it becomes. The last ones complete a name to a part that several have.
LINES = [
    ("ward chec", "ward check"),
    ("ward pdftot", "ward pdftotext"),
    ("ward run -p pdftot", "ward run -p pdftotext"),
    ("ward run --policy=pdftot", "ward run --policy=pdftotext"),
    ("ward check --form", "ward check --format"),
    ("ward check --format=sar", "ward check --format=sarif"),
    ("ward explain @basic-", "ward explain @basic-io"),
    ("ward explain pidfd_ge", "ward explain pidfd_getfd"),
    ("ward explain use-cyc", "ward explain use-cycle"),
    ("ward check ./my\\ po", "ward check ./my policy.ward"),
    ("ward help chec", "ward help check"),
    ("ward check zzz", "ward check zzz"),
]

SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], "source <(ward completion bash)"),
    "zsh": (["zsh", "-f", "-i"], "bindkey -e; autoload -Uz compinit; compinit -u; source <(ward completion zsh)"),
    "fish": (["fish", "--no-config", "-i"], "ward completion fish | source"),
}


class Shell:
    def __init__(self, name, folder):
        command, setup = SHELLS[name]
        environment = {"HOME": str(folder), "PATH": f"{folder}/bin:/usr/bin:/bin", "TERM": "dumb", "LC_ALL": "C.UTF-8"}
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.chdir(folder)
            os.execvpe(command[0], command, environment)
        self.run("true")
        self.run(setup)

    def type(self, text):
        os.write(self.terminal, text.encode())

    def read_until(self, mark, seconds=20.0):
        seen, end = b"", time.monotonic() + seconds
        while mark.encode() not in seen and time.monotonic() < end:
            if select.select([self.terminal], [], [], 0.1)[0]:
                seen += os.read(self.terminal, 65536)
        return seen.decode(errors="replace")

    def run(self, command):
        self.type(f"{command}\n echo do''ne\n")
        shown = self.read_until("done")
        assert "done" in shown, f"`{command}` never came back: {shown!r}"

    def completed(self, line):
        """The line after Tab, as the words that the shell makes of it."""
        self.type(line + "\t")
        time.sleep(0.4)  # the shell asks ward, and a key pressed now would end the menu
        self.type("\x01echo '<' \x05 '>'\n")
        shown = self.read_until(" >\r\n") + self.read_until("\n", 0.2)
        found = [part for part in shown.replace("\r", "").split("\n") if part.startswith("< ") and part.endswith(">")]
        assert found, f"no answer to {line!r}: {shown!r}"
        return " ".join(found[-1][2:-1].split())

    def close(self):
        os.close(self.terminal)
        os.waitpid(self.process, 0)


def faults_of(name, folder):
    shell = Shell(name, folder)
    faults = []
    for typed, wanted in LINES:
        became = shell.completed(typed)
        if became != wanted:
            faults.append(f"{name}: {typed!r} becomes {became!r}, not {wanted!r}")
    shell.close()
    return faults


def main():
    faults = []
    for name in SHELLS:
        if not shutil.which(name):
            faults.append(f"{name} is not installed: `./dev test` installs it")
            continue
        with tempfile.TemporaryDirectory(prefix="ward-completion-") as folder:
            (pathlib.Path(folder) / "bin").mkdir()
            (pathlib.Path(folder) / "bin/ward").symlink_to(WARD)
            (pathlib.Path(folder) / "my policy.ward").write_text("policy my\n")
            faults += faults_of(name, folder)
    print("\n".join(faults) or f"{len(LINES)} lines in each of {', '.join(SHELLS)}")
    return 1 if faults else 0


sys.exit(main())
