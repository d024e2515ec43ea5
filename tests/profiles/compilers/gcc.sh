needs gcc:/usr/bin/gcc libc6-dev:/usr/include/stdio.h

given() { make_c_project; }
works() { build_c_project gcc; }

attack='a source that takes a private key into the program (.incbin)'
goal='stolen'
denied='read ~/.ssh/id_ed25519'
bait() { echo '__asm__(".incbin \"/home/you/.ssh/id_ed25519\"");' >hostile.c; }
attack() { $ward gcc -c hostile.c; }
