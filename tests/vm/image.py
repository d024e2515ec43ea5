"""What QEMU starts, made from a kernel package of Debian's: vmlinux, and an initramfs with busybox and the modules that are needed."""
import lzma
import pathlib
import stat
import subprocess

# Modules for the disks and shares of the guest, and what is attacked there; what they depend on comes with them.
MODULES = ("virtio_pci", "virtio_blk", "9pnet_virtio", "9p", "overlay", "crc32c_generic", "ext4", "loop", "fuse")


def unpack(package, folder):
    """The files of a kernel package that a guest needs. No rights are needed, and nothing is installed."""
    names = ["./boot/vmlinuz-*"] + [f"./lib/modules/*/kernel/{part}/*" for part in ("fs", "net/9p", "drivers/virtio", "drivers/block", "lib", "crypto")]
    archive = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE)
    subprocess.run(["tar", "-x", "-C", folder, "--wildcards", *names], stdin=archive.stdout, check=True)
    if archive.wait() != 0:
        raise RuntimeError(f"{package} cannot be unpacked")


def vmlinux(image):
    """The kernel itself out of its compressed image: QEMU starts it by its PVH entry, which saves seconds of emulated unpacking."""
    data = image.read_bytes()
    kernel = lzma.LZMADecompressor().decompress(data[data.index(b"\xfd7zXZ\x00"):])
    if not kernel.startswith(b"\x7fELF"):
        raise RuntimeError(f"there is no kernel in {image}")
    return kernel


def modules_in_order(folder):
    """The files of the modules, each behind those that it depends on. The package has no modules.dep: installing it makes that."""
    files = {path.stem.replace("-", "_"): path for path in folder.rglob("*.ko")}
    ordered = []

    def add(name):
        path = files.get(name.replace("-", "_"))
        if path is None or path in ordered:  # built into the kernel, or done
            return
        depends = path.read_bytes().partition(b"\0depends=")[2].partition(b"\0")[0].decode()
        for other in filter(None, depends.split(",")):
            add(other)
        ordered.append(path)

    for name in MODULES:
        add(name)
    return ordered


def cpio(files):
    """An archive in the format `newc`, which the kernel unpacks (Documentation/driver-api/early-userspace/buffer-format.rst)."""
    archive = bytearray()
    for number, (name, mode, data) in enumerate([*files, ("TRAILER!!!", 0, b"")], 1):
        fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)
        archive += b"070701" + b"".join(b"%08x" % field for field in fields) + name.encode() + b"\0"
        archive += b"\0" * (-len(archive) % 4) + data
        archive += b"\0" * (-len(archive) % 4)
    return bytes(archive)


def initramfs(modules, init, busybox):
    """Uncompressed: unpacking costs more than reading where a processor is emulated."""
    folder, program, text = stat.S_IFDIR | 0o755, stat.S_IFREG | 0o755, stat.S_IFREG | 0o644
    files = [(name, folder, b"") for name in ("bin", "dev", "proc", "sys", "modules")]
    files += [("init", program, init.read_bytes()), ("bin/busybox", program, pathlib.Path(busybox).read_bytes())]
    files += [(f"modules/{path.name}", text, path.read_bytes()) for path in modules]
    files += [("modules.order", text, "".join(f"{path.name}\n" for path in modules).encode())]
    return cpio(files)


def make(package, init, busybox, folder):
    """Makes vmlinux and initramfs in `folder`."""
    unpacked = folder / "unpacked"
    unpacked.mkdir(parents=True, exist_ok=True)
    unpack(package, unpacked)
    [image] = (unpacked / "boot").glob("vmlinuz-*")
    (folder / "vmlinux").write_bytes(vmlinux(image))
    (folder / "initramfs").write_bytes(initramfs(modules_in_order(unpacked), init, busybox))
