needs rsync:/usr/bin/rsync

given() {
    mkdir -p ~/data/deep
    echo one >~/data/one
    echo two >~/data/deep/two
    printf 'use chroot = no\n[module]\npath = /home/you/data\n' >~/rsyncd.conf
}

works() {
    $ward rsync -a ~/data/ copy
    serve 873 rsync --daemon --no-detach --config="$HOME/rsyncd.conf"
    $ward rsync -a rsync://127.0.0.1/module/ fetched
}

attack='a tree that is published with its links followed has one to a private key'
goal='stolen'
denied='read ~/.ssh/id_ed25519'
bait() { ln -s ~/.ssh/id_ed25519 ~/data/picture.png; }
attack() { $ward rsync -rL ~/data/ public; }
