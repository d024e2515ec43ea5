needs xz-utils:/usr/bin/xz gcc:/usr/bin/gcc

given() {
    mkdir ~/downloads
    seq 2000 >~/downloads/numbers
    xz -k ~/downloads/numbers
}

works() {
    $ward xz -dc ~/downloads/numbers.xz >numbers
    $ward xz -T2 -9 numbers
    $ward xz -t -v numbers.xz 2>/dev/null
    $ward xz --robot --list numbers.xz
}

attack='a library with a back door, as liblzma of 2024, calls home'
goal='reached'
denied='syscall connect'
attack() {
    collect 6666
    taken_over xz -dc ~/downloads/numbers.xz >numbers
}
