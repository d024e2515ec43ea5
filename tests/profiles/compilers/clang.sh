needs clang:/usr/bin/clang gcc:/usr/bin/gcc libc6-dev:/usr/include/stdio.h

given() {
    mkdir ~/library
    echo '#define GREETING "hello"' >~/library/greeting.h
    echo 'int status(void) { return 3; }' >~/library/status.c
    printf '#include <stdio.h>\n#include <greeting.h>\nint status(void);\nint main(void) { puts(GREETING); return status(); }\n' >main.c
}

works() {
    $ward clang -Wall -O1 -c -I ~/library main.c
    $ward clang -Wall -O1 -c ~/library/status.c
    $ward clang -o program main.o status.o
    ./program || echo "status $?"
}

attack='a plug-in that a project loads into the compiler takes a private key'
goal='stolen'
denied='execute $cwd/plugin.so'
bait() {
    cp "$exploit" plugin.so
    echo '-fplugin=./plugin.so' >flags
}
attack() { $ward clang @flags -c main.c; }
