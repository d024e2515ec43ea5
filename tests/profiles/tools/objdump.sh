needs binutils:/usr/bin/objdump gcc:/usr/bin/gcc libc6-dev:/usr/include/stdio.h

given() {
    mkdir ~/samples
    echo 'int twice(int x) { return 2 * x; } int main(void) { return twice(1); }' >~/samples/program.c
    gcc -O1 -o ~/samples/program ~/samples/program.c
}

works() {
    $ward objdump -d --no-show-raw-insn ~/samples/program
    $ward objdump -h ~/samples/program
}

attack='a broken program that takes the reader over calls home'
goal='reached'
denied='syscall connect'
attack() {
    collect 6666
    taken_over objdump -h ~/samples/program
}
