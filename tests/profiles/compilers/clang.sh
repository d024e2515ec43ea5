needs clang:/usr/bin/clang gcc:/usr/bin/gcc libc6-dev:/usr/include/stdio.h

given() { make_c_project; }
works() { build_c_project clang; }

attack='a plug-in that a project loads into the compiler takes a private key'
goal='stolen'
denied='execute $cwd/plugin.so'
bait() {
    cp "$exploit" plugin.so
    echo '-fplugin=./plugin.so' >flags
}
attack() { $ward clang @flags -c main.c; }
