"""Runs one function of a test on a fresh stage: a home folder with secrets in it, and namespaces of its own for network,
mounts and more, so that nothing of a test stays behind or meets another one. Needs root."""
import atexit
import contextlib
import dataclasses
import fnmatch
import hashlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SECRET = "the-private-key-of-this-test"
START_UP = (".bashrc", ".profile", ".vimrc")
ORDINARY_USER = 1234
SECONDS = 60  # for one function; less where it is expected to fail, which may be by waiting in vain
SECONDS_TO_FAIL = 15

# As root, in the new namespaces: the stage as /home, the user in passwd(5), loopback, ports below 1024 for everybody, and what the
# test calls its machine.
ENTER = """
mount --bind "$stage" /home
cd /home/you/work
(cat /etc/passwd; echo 'tester:x:1234:1234::/home/you:/bin/sh') >"$stage/passwd"
mount --bind "$stage/passwd" /etc/passwd
ip link set lo up
echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start
. "$library"; . "$case"
if command -v machine >/dev/null; then machine; fi
exec "$@"
"""
# As the user of the test. All but the attack end at the first command that fails.
RUN = """
set -eu
. "$library"; . "$case"
[ "$0" != attack ] || set +e
if command -v "$0" >/dev/null; then "$0"; fi
"""


def make_public(ward):
    """A folder that everybody may read, with copies of what an ordinary user needs: the source tree may be root's alone."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="ward-profiles-"))
    atexit.register(shutil.rmtree, folder)
    for name in ("profiles", "tests/profiles", "tests/demo"):
        shutil.copytree(HERE.parent.parent / name, folder / name)
    shutil.copy(ward, folder / "ward")
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", folder / "exploit.so", HERE / "exploit.c"], check=True)
    subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
    return folder


@dataclasses.dataclass
class Outcome:
    status: int
    output: bytes
    errors: str
    files: dict     # of the work folder
    effects: list   # what an attack achieved
    log: str        # standard error, and what the servers of the test said


def describe(path):
    """What can be compared of a file: its kind, mode and content."""
    if path.is_symlink():
        return f"link to {os.readlink(path)}"
    if path.is_dir():
        return "folder"
    if not path.is_file():
        return "special"
    mode = path.stat().st_mode & 0o777
    return f"file {mode:o} {hashlib.sha256(path.read_bytes()).hexdigest()}"


def tree(root, generated=()):
    """Every file below root, but those that a test knows to be different each time."""
    names = {str(path.relative_to(root)): path for path in sorted(root.rglob("*"))}
    return {name: describe(path) for name, path in names.items() if not any(fnmatch.fnmatch(name, pattern) for pattern in generated)}


class Stage:
    def __init__(self, public, case, uid, ward="", copy=None):
        """Without ward the stage is new, otherwise a copy of one on which `given` has run."""
        self.public, self.case, self.uid, self.ward = public, case, uid, ward
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"ward-{case.name}-"))
        self.home, self.attacker = self.folder / "you", self.folder / "attacker"
        self.work = self.home / "work"
        self.furnish() if copy is None else subprocess.run(["cp", "-a", f"{copy.folder}/.", self.folder], check=True)

    def furnish(self):
        self.folder.chmod(0o755)
        for folder in (self.home, self.work, self.home / ".ssh", self.attacker):
            folder.mkdir(mode=0o755)
        (self.home / ".ssh").chmod(0o700)
        (self.home / ".ssh" / "id_ed25519").write_text(SECRET + "\n")
        (self.home / ".ssh" / "id_ed25519").chmod(0o600)
        for name in START_UP:
            (self.home / name).write_text(f"# {name}\n")
        for path in [self.folder, *self.folder.rglob("*")]:
            os.chown(path, self.uid, self.uid)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def environment(self):
        return {"HOME": "/home/you", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC",
                "USER": "root" if self.uid == 0 else "tester", "attacker": "/home/attacker", "stage": str(self.folder), "secret": SECRET,
                "profile": self.case.name, "user_id": str(self.uid), "exploit": str(self.public / "exploit.so"),
                "library": str(self.public / "tests/profiles/library.sh"),
                "case": str(self.public / "tests/profiles" / self.case.group / self.case.path.name)}

    def run(self, function, seconds=SECONDS):
        """The bait of an attack comes without ward, and is no effect of it."""
        bait = self.call("bait", "") if function == "attack" else None
        return bait if bait and bait.status != 0 else self.call(function, self.ward, seconds)

    def inside(self, command):
        """The command line that runs this one on the stage."""
        return ["unshare", "--net", "--mount", "--ipc", "sh", "-euc", ENTER, "sh",
                "setpriv", f"--reuid={self.uid}", f"--regid={self.uid}", "--clear-groups", *command]

    def call(self, function, ward, seconds=SECONDS):
        before = self.outside()
        environment = {**self.environment(), "ward": ward, "patience": str(20 * seconds // 3)}
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            try:
                status = subprocess.run(self.inside(["sh", "-c", RUN, function]), env=environment, stdin=subprocess.DEVNULL,
                                        stdout=output, stderr=errors, timeout=seconds).returncode
            except subprocess.TimeoutExpired:
                status = "no end"
            self.end_servers()
            output.seek(0), errors.seek(0)
            out, err = output.read(), errors.read().decode(errors="replace")
        return Outcome(status, out, err, tree(self.work, self.case.generated), self.effects(before, out), err + self.servers_log())

    def end_servers(self):
        """Ends what the test left running: every process for which the folder of this stage is /home."""
        mounted = f"/{self.folder.name} /home ".encode()
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if mounted in (process / "mountinfo").read_bytes():
                    os.kill(int(process.name), signal.SIGKILL)

    def servers_log(self):
        log = self.folder / "attacker.log"
        return log.read_text(errors="replace") if log.exists() else ""

    def outside(self):
        """What an attack may not change: the home folder without the work folder and what is the program's own."""
        return tree(self.home, ["work", "work/*", ".cache", ".cache/fontconfig*", *self.case.own])

    def effects(self, before, output):
        found = []
        files = [path for root in (self.work, self.attacker) for path in root.rglob("*") if path.is_file() and not path.is_symlink()]
        if SECRET.encode() in output or any(SECRET.encode() in path.read_bytes() for path in files):
            found.append("stolen")
        if any(text != before.get(name) and "folder" != text for name, text in self.outside().items()):
            found.append("planted")
        if (self.work / "executed").exists():
            found.append("executed")
        if (self.attacker / "collected").exists():
            found.append("reached")
        return found
