needs gdb:/usr/bin/gdb gcc:/usr/bin/gcc libc6-dev:/usr/include/stdio.h

given() {
    mkdir ~/samples
    echo 'int twice(int x) { return 2 * x; } int main(void) { return twice(1); }' >program.c
    gcc -O1 -g -o ~/samples/program program.c
    printf 'set auto-load safe-path /\necho settings were read\\n\n' >~/.gdbinit
}

works() {
    $ward gdb -q -batch -ex 'list twice' -ex 'disassemble main' ~/samples/program
    $ward gdb -q -batch -ex 'python import gdb.printing' -ex 'python print(gdb.lookup_type("int").sizeof)' ~/samples/program
}

attack='a .gdbinit in a project starts a shell, where safe-path was widened for convenience'
goal='executed'
denied='syscall execve'
bait() { echo 'shell echo >executed' >.gdbinit; }
attack() { $ward gdb -q -batch ~/samples/program; }
