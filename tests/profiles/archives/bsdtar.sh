needs libarchive-tools:/usr/bin/bsdtar python3:/usr/bin/python3

given() {
    mkdir -p ~/downloads ~/data/deep
    echo one >~/data/one
    echo two >~/data/deep/two
    bsdtar -czf ~/downloads/data.tgz -C ~ data
    bsdtar -cf ~/downloads/data.zip --format zip -C ~ data/one
}

works() {
    $ward bsdtar -xf ~/downloads/data.tgz
    $ward bsdtar -tf ~/downloads/data.zip
    $ward bsdtar -cf packed.cpio --format newc data
    bsdtar -tf packed.cpio
    rm packed.cpio
}

attack='a hard link to a start-up file, whose content comes in the archive and is written through it (with -P)'
goal='planted'
denied='write ~/.bashrc'
bait() {
    python3 -c '
import tarfile
content = b"echo taken over\n"
link = tarfile.TarInfo("notes")
link.type, link.linkname, link.size = tarfile.LNKTYPE, "/home/you/.bashrc", len(content)
link.pax_headers = {"comment": "only in this format may a link have content"}
print(end=(link.tobuf(tarfile.PAX_FORMAT) + content.ljust(1536, bytes(1))).decode())' >~/downloads/hostile.tar
}
attack() { $ward bsdtar -xPf ~/downloads/hostile.tar; }
