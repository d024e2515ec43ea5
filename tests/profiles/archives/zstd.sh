needs zstd:/usr/bin/zstd

given() {
    mkdir ~/downloads
    seq 2000 >~/downloads/numbers
    zstd -q ~/downloads/numbers
}

works() {
    $ward zstd -q -d ~/downloads/numbers.zst -o numbers
    $ward zstd -q -19 -T2 -o again.zst ~/downloads/numbers
    $ward zstd -q -t again.zst
}

attack='a file that is a link to a private key is packed with the rest'
goal='stolen'
denied='read ~/.ssh/id_ed25519'
bait() { ln -s ~/.ssh/id_ed25519 ~/downloads/readme.txt; }
attack() { $ward zstd -q -f ~/downloads/readme.txt -o readme.zst; }
