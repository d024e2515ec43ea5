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

# No archive is known that takes over 7-Zip 26.02, which Debian 12 has. /usr/bin/7z is a script, so the profile has a shell; the
# exploit may start it, and that shell nothing else.
attack='a broken archive that takes the parser over starts a program by a shell'
goal='executed'
denied='execute /usr/bin/touch'
attack() { taken_over /usr/lib/p7zip/7z x -bd -bso0 ~/downloads/data.7z; }
