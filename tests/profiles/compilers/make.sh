needs make:/usr/bin/make gcc:/usr/bin/gcc libc6-dev:/usr/include/stdio.h python3:/usr/bin/python3

given() {
    mkdir ~/rules
    printf 'CFLAGS = -O1\n' >~/rules/common.mk
    printf '#include <stdio.h>\n#include "text.h"\nint main(void) { puts(TEXT); return 0; }\n' >main.c
    cat >Makefile <<'MAKE'
program: main.o
	$(CC) -o $@ $^
main.o: text.h
text.h:
	python3 -c 'import asyncio, json, sqlite3; asyncio.run(asyncio.sleep(0)); print("#define TEXT", json.dumps("built"))' >$@
clean:
	rm -f main.o; echo clean
MAKE
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
