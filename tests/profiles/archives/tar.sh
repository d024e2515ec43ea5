needs tar:/usr/bin/tar gzip:/usr/bin/gzip xz-utils:/usr/bin/xz zstd:/usr/bin/zstd bzip2:/usr/bin/bzip2

given() {
    mkdir -p ~/data/deep
    echo one >~/data/one
    ln -s one ~/data/link
    echo two >~/data/deep/two
    tar -czf ~/data.tar.gz -C ~ data
}

works() {
    $ward tar -xzf ~/data.tar.gz
    for kind in z j J; do
        $ward tar -c -$kind -f packed.tar --sort=name --mtime=@0 --owner=0 --group=0 -C ~ data
        tar -t -$kind -f packed.tar
    done
    $ward tar --zstd -cf packed.tar data
    zstd -dc packed.tar | tar -t
    rm packed.tar
}

attack='a file whose name is an option starts a shell when the folder is packed with *'
goal='stolen'
denied='read ~/.ssh/id_ed25519'
bait() {
    echo 'read key <~/.ssh/id_ed25519; echo "$key" >stolen' >notes.sh
    : >'--checkpoint=1'
    : >'--checkpoint-action=exec=sh notes.sh'
}
attack() { $ward tar -cf backup.tar *; }
