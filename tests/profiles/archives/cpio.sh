needs cpio:/usr/bin/cpio

given() {
    mkdir -p ~/downloads ~/data/deep
    echo one >~/data/one
    echo two >~/data/deep/two
    (cd ~ && find data | sort | cpio -o -H newc >~/downloads/data.cpio)
}

works() {
    $ward cpio -i -d -F ~/downloads/data.cpio
    $ward cpio -i -t --quiet <~/downloads/data.cpio
    echo data/one | $ward cpio -o -H newc -O packed.cpio
    cpio -i -t --quiet <packed.cpio
    rm packed.cpio
}

attack='a member with an absolute path'
goal='planted'
denied='write ~/.bashrc'
bait() {
    cp ~/.bashrc ~/old
    echo 'echo taken over' >~/.bashrc
    echo ~/.bashrc | cpio -o -H newc >~/downloads/hostile.cpio
    cp ~/old ~/.bashrc
}
attack() { $ward cpio -i -u -F ~/downloads/hostile.cpio; }
