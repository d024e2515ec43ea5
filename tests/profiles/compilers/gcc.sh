needs gcc:/usr/bin/gcc libc6-dev:/usr/include/stdio.h

given() {
    mkdir ~/library
    echo '#define GREETING "hello"' >~/library/greeting.h
    echo 'int status(void) { return 3; }' >~/library/status.c
    printf '#include <stdio.h>\n#include <greeting.h>\nint status(void);\nint main(void) { puts(GREETING); return status(); }\n' >main.c
}

works() {
    $ward gcc -Wall -O1 -c -I ~/library main.c
    $ward gcc -Wall -O1 -c ~/library/status.c
    $ward gcc -o program main.o status.o
    ./program || echo "status $?"
}

attack='a source that takes a private key into the program (.incbin)'
goal='stolen'
denied='read ~/.ssh/id_ed25519'
bait() { echo '__asm__(".incbin \"/home/you/.ssh/id_ed25519\"");' >hostile.c; }
attack() { $ward gcc -c hostile.c; }
