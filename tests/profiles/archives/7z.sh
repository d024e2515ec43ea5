needs p7zip-full:/usr/bin/7z unzip:/usr/bin/unzip

given() {
    mkdir -p ~/downloads ~/data/deep
    echo one >~/data/one
    echo two >~/data/deep/two
    (cd ~ && 7z a ~/downloads/data.7z data)
}

works() {
    $ward 7z x -bd -bso0 ~/downloads/data.7z
    $ward 7z l -ba -slt ~/downloads/data.7z | grep -E '^(Path|Size|CRC)'
    $ward 7z a -bd -bso0 packed.zip data
    unzip -l packed.zip >/dev/null
    rm packed.zip
}

attack='a list of files to pack, which came with a project, names a private key'
goal='stolen'
denied='read ~/.ssh/id_ed25519'
bait() { echo ~/.ssh/id_ed25519 >list.txt; }
attack() { $ward 7z a -mx0 project.7z @list.txt; }
