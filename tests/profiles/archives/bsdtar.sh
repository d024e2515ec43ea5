needs libarchive-tools:/usr/bin/bsdtar

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

attack='a member with an absolute path, unpacked with -P'
goal='planted'
denied='write ~/.bashrc'
bait() {
    echo 'echo taken over' >new
    bsdtar -cPf ~/downloads/hostile.tar -s '|new|/home/you/.bashrc|' new
}
attack() { $ward bsdtar -xPf ~/downloads/hostile.tar; }
