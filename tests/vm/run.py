"""Runs one of the scenarios in a QEMU guest with Debian's kernel: run.py SCENARIO BUILD-FOLDER.

Prints what the commands of the scenario print, and exits with their status. 77: the guest cannot be had here, and why.
124: it did not end in its time. 125: it ended without a status. Both with the end of its console.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import image  # noqa: E402
import scenarios  # noqa: E402

SKIPPED, OUT_OF_TIME, NO_STATUS = 77, 124, 125
HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parent.parent
TEST_UID = 54321  # the ordinary user of the tests with real jails

# What QEMU need not emulate, and what makes the guest's clock and random numbers ready at once.
KERNEL_WORDS = ("console=ttyS0 quiet loglevel=4 panic=-1 mitigations=off nokaslr no_timer_check tsc=reliable "
                "random.trust_cpu=on cgroup_no_v1=all psi=1")


def skip(reason):
    print(f"vm: Skipped\n{reason}")
    sys.exit(SKIPPED)


def tool(name):
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if path is None:
        skip(f"this machine has no {name}: `./dev test vm` installs it")
    return path


def guest_image(build):
    """The folder with vmlinux and initramfs, made once for each kernel package."""
    packages = sorted((build / "vm").glob("linux-image-*.deb"))
    if not packages:
        skip("no kernel package of Debian's is here: `./dev test vm` fetches it")
    folder = build / "vm" / packages[-1].stem
    parts = [packages[-1], HERE / "image.py", HERE / "guest/init"]
    made = folder / "initramfs"
    if not made.exists() or made.stat().st_mtime < max(part.stat().st_mtime for part in parts):
        image.make(packages[-1], HERE / "guest/init", tool("busybox"), folder)
    return folder


def write_job(folder, scenario, build):
    words = {"WARD_BUILD": build, "WARD_SOURCE": SOURCE, "WARD_GUEST": HERE / "guest", "WARD_INIT": HERE / "guest" / scenario.init,
             "WARD_TEST_UID": TEST_UID}
    (folder / "environment").write_text("".join(f"{name}='{value}'\n" for name, value in words.items()))
    exports = "".join(f"export {name}='{value}'\n" for name, value in {**words, **scenario.environment}.items())
    (folder / "commands").write_text(f"{exports}cd {build}\n{scenario.commands}")
    (folder / "commands").chmod(0o755)


def qemu_command(scenario, kernel, job, processor):
    share = "security_model=none,multidevs=remap"
    # It must not outlive this program, whatever ends that.
    return [tool("setpriv"), "--pdeathsig", "KILL", tool("qemu-system-x86_64"), *processor, "-machine", "pc,hpet=off", "-smp", "2", "-m", str(scenario.memory),
            "-bios", "/usr/share/qemu/qboot.rom", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
            "-kernel", str(kernel / "vmlinux"), "-initrd", str(kernel / "initramfs"),
            "-append", f"{KERNEL_WORDS} {scenario.kernel_words}",
            "-virtfs", f"local,path=/,mount_tag=host,readonly=on,{share}", "-virtfs", f"local,path={job},mount_tag=job,{share}",
            "-drive", f"if=none,id=disk,file={job}/disk,format=raw,cache=unsafe", "-device", "virtio-blk-pci,drive=disk",
            "-serial", f"file:{job}/console", "-serial", "stdio", "-device", "isa-debug-exit,iobase=0xf4,iosize=4"]


EMULATED = ("-accel", "tcg,thread=multi", "-cpu", "max")
VIRTUAL = ("-accel", "kvm", "-cpu", "host")


def processor_for(kernel):
    """KVM where it works: a /dev/kvm alone says little, inside another virtual machine it may start and then hang."""
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return EMULATED
    known = kernel / "processor"
    if not known.exists():
        known.write_text("kvm" if kvm_works(kernel) else "emulated")
    return VIRTUAL if known.read_text() == "kvm" else EMULATED


def kvm_works(kernel):
    """Whether a kernel comes as far as its first message, without anything to start."""
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "disk").touch()
        command = qemu_command(scenarios.Scenario("", "", kernel_words="ignore_loglevel"), kernel, folder, VIRTUAL)
        try:
            subprocess.run(command, timeout=5, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            pass
        console = pathlib.Path(folder) / "console"
        return console.exists() and b"Linux version" in console.read_bytes()


# Seconds until the commands of a scenario have begun, and how often a guest is started for that: an emulated machine with
# two processors was seen to stand still while it booted, before anything of ours had run in it.
BOOT_PATIENCE = 120
BOOTS = 3


def end_of_console(job):
    console = job / "console"
    print("vm: the end of its console:")
    print(console.read_bytes()[-4000:].decode(errors="replace") if console.exists() else "(it has none)")


def await_beginning(guest, job):
    """False: the guest neither ended nor came as far as the commands."""
    patience = time.monotonic() + BOOT_PATIENCE
    while time.monotonic() < patience:
        if (job / "begun").exists() or guest.poll() is not None:
            return True
        time.sleep(0.1)
    return False


def end(guest):
    guest.kill()
    guest.wait()


def start(command, job):
    """A guest in which the commands have begun, or which has ended; None if each of some stood still."""
    for boot in range(1, BOOTS + 1):
        guest = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        if await_beginning(guest, job):
            return guest
        end(guest)
        print(f"vm: boot {boot} of {BOOTS} did not come as far as the commands within {BOOT_PATIENCE} s")
        end_of_console(job)
        sys.stdout.flush()
    return None


def status_of(guest, scenario, job):
    try:
        ended = guest.wait(timeout=scenario.timeout)
    except subprocess.TimeoutExpired:
        end(guest)
        print(f"vm: the guest did not end within {scenario.timeout} s")
        end_of_console(job)
        return OUT_OF_TIME
    status = job / "status"
    if ended % 2 == 1 and status.exists():
        return int(status.read_text())
    print("vm: the guest ended without a status")
    end_of_console(job)
    return NO_STATUS


def run(scenario, build):
    kernel = guest_image(build)
    processor = processor_for(kernel)
    with tempfile.TemporaryDirectory(prefix="ward-vm-") as name:
        job = pathlib.Path(name)
        write_job(job, scenario, build)
        with open(job / "disk", "wb") as disk:
            disk.truncate(2 << 30)
        subprocess.run([tool("mke2fs"), "-q", "-F", "-t", "ext4", "-E", "lazy_itable_init=1,nodiscard", job / "disk"], check=True)
        sys.stdout.flush()
        guest = start(qemu_command(scenario, kernel, job, processor), job)
        return OUT_OF_TIME if guest is None else status_of(guest, scenario, job)


if __name__ == "__main__":
    sys.exit(run(scenarios.ALL[sys.argv[1]], pathlib.Path(sys.argv[2]).resolve()))
