"""Debian's packages of the kernel's headers: fetched with apt-get, unpacked, never installed."""
import pathlib
import re
import subprocess


class Packages:
    """The headers below one folder, and which packages they come from."""

    def __init__(self, folder):
        self.root = folder
        self.kernel = next(folder.glob("usr/src/linux-headers-*-common"))
        self.uapi = folder / "usr/include"
        self.arm64 = folder / "usr/aarch64-linux-gnu/include"
        self.versions = (folder / "versions").read_text().splitlines()


def run(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


def names():
    depends = run("apt-cache", "depends", "linux-headers-amd64")
    image = re.search(r"Depends: (linux-headers-[\w.+-]+)-amd64", depends).group(1)
    return [f"{image}-common", "linux-libc-dev:amd64", "linux-libc-dev-arm64-cross"]


def fetch(folder):
    """The packages of the configured distribution, unpacked in the folder."""
    if not (folder / "versions").exists():
        folder.mkdir(parents=True, exist_ok=True)
        run("apt-get", "-q", "download", *names(), cwd=folder)
        versions = []
        for file in sorted(folder.glob("*.deb")):
            run("dpkg-deb", "-x", file, folder)
            versions.append(run("dpkg-deb", "-f", file, "Package").strip() + " " + run("dpkg-deb", "-f", file, "Version").strip())
        (folder / "versions").write_text("\n".join(versions) + "\n")
    return Packages(pathlib.Path(folder))
