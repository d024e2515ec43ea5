needs dpkg:/usr/bin/dpkg-deb binutils:/usr/bin/ar tar:/usr/bin/tar gzip:/usr/bin/gzip

# package NAME FOLDER MEMBER...: a package with these members of the folder.
package() {
    name=$1 folder=$2
    shift 2
    mkdir -p ~/parts
    printf 'Package: %s\nVersion: 1\nArchitecture: all\nMaintainer: A\nDescription: a test\n' "$name" >~/parts/control
    printf '#!/bin/sh\necho >executed\n' >~/parts/postinst
    chmod 755 ~/parts/postinst
    echo 2.0 >~/parts/debian-binary
    tar -czf ~/parts/control.tar.gz -C ~/parts ./control ./postinst
    tar -czf ~/parts/data.tar.gz -C "$folder" "$@"
    (cd ~/parts && ar rc ~/downloads/"$name.deb" debian-binary control.tar.gz data.tar.gz)
}

given() {
    mkdir -p ~/downloads ~/tree/usr/share/doc
    echo 'read me' >~/tree/usr/share/doc/readme
    package good ~/tree ./usr
}

works() {
    $ward dpkg-deb -x ~/downloads/good.deb unpacked
    $ward dpkg-deb -e ~/downloads/good.deb control
    $ward dpkg-deb -f ~/downloads/good.deb Package Version
    $ward dpkg-deb -c ~/downloads/good.deb | grep -c readme
}

attack='a package brings a link to the home folder, the next one writes through it'
goal='planted'
denied='write ~/.bashrc'
bait() {
    mkdir ~/first ~/second ~/second/usr
    ln -s ../.. ~/first/usr
    echo 'echo taken over' >~/second/usr/.bashrc
    package first ~/first ./usr
    package second ~/second ./usr/.bashrc
}
attack() {
    $ward dpkg-deb -x ~/downloads/first.deb unpacked
    $ward dpkg-deb -x ~/downloads/second.deb unpacked
}
