needs make:/usr/bin/make gcc:/usr/bin/gcc libc6-dev:/usr/include/stdio.h

given() {
    mkdir ~/rules
    printf 'CFLAGS = -O1\n' >~/rules/common.mk
    printf '#include <stdio.h>\nint main(void) { puts("built"); return 0; }\n' >main.c
    printf 'program: main.o\n\t$(CC) -o $@ $^\nclean:\n\trm -f main.o; echo clean\n' >Makefile
}

works() {
    $ward make -s -f ~/rules/common.mk -f Makefile program
    $ward make clean
    ./program
}

attack='a Makefile that writes into ~/.bashrc'
goal='planted'
denied='write ~/.bashrc'
bait() { printf 'all:\n\techo taken over >>~/.bashrc\n' >hostile.mk; }
attack() { $ward make -f hostile.mk; }
