#!/bin/sh
# The code between clone and exec must not lean on libc: everything that its object files take from
# elsewhere is listed here. Arguments: the library that holds them.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
ar x "$1" child.cpp.o child_landlock.cpp.o child_mounts.cpp.o child_orders.cpp.o child_process.cpp.o child_read_back.cpp.o child_stop.cpp.o init.cpp.o
# Linked into one, so that only what comes from outside is undefined.
ld -r -o all.o child.cpp.o child_landlock.cpp.o child_mounts.cpp.o child_orders.cpp.o child_process.cpp.o child_read_back.cpp.o child_stop.cpp.o init.cpp.o
# The compiler's own: it may turn a loop or an initialiser into one of these.
foreign=$(nm -u all.o | awk '{print $2}' | grep -v -x -e memcpy -e memmove -e memset -e memcmp || true)
if [ -n "$foreign" ]; then
    echo "the code between clone and exec uses:" $foreign
    exit 1
fi
nm all.o | grep -q ' T .*run_init' || { echo "run_init is not in the object files"; exit 1; }
