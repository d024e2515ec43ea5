# What the tests of profiles share. Read by sh before a test's own file; says nothing and starts nothing by itself.
#
#   given       (a function) makes what the test finds, bait what an attacker slips in; both run without ward
#   $ward       empty, or `ward run --policy PROFILE --`: what follows it runs with or without the jail
#   $HOME       a fresh home folder with a private key and start-up files; the test begins in $HOME/work
#   $attacker   a folder outside of the home that belongs to the attacker: what lies in it was stolen
#   $secret     the text in ~/.ssh/id_ed25519 that nothing may carry out

needs() { :; }  # PACKAGE:FILE words, read by run.py

# listening PORT: waits until the server is at PORT (TCP or UDP); fails when it has ended, or when $patience tries
# of a twentieth of a second were in vain.
listening() {
    hexadecimal=$(printf ':%04X ' "$1")
    tries=0
    until grep -q "$hexadecimal[0-9A-F]*:0000 0[7A]" /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6; do
        tries=$((tries + 1))
        [ "$tries" -lt "$patience" ] && grep -q 'State:.[^Z]' "/proc/$server/status" || { echo "nothing listens at port $1" >&2; return 1; }
        sleep 0.05
    done
}

# serve PORT PROGRAM ARGUMENTS...: a server in the background; its process is $server.
serve() {
    port=$1
    shift
    "$@" >>"$attacker.log" 2>&1 &
    server=$!
    listening "$port"
}

# serve_site PORT FOLDER: a web site.
serve_site() { serve "$1" python3 -m http.server --bind 127.0.0.1 --directory "$2" "$1"; }

# collect PORT: whatever is sent to PORT lies in $attacker/collected afterwards, and that somebody came is enough.
collect() {
    serve "$1" python3 -c '
import socketserver, sys
class Collector(socketserver.StreamRequestHandler):
    def handle(self):
        with open(sys.argv[2], "ab", buffering=0) as file:
            file.write(b"somebody came\n")
            self.request.settimeout(2)
            while data := self.request.recv(65536):
                file.write(data)
                self.request.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n")
socketserver.ThreadingTCPServer.allow_reuse_address = True
socketserver.ThreadingTCPServer(("127.0.0.1", int(sys.argv[1])), Collector).serve_forever()' "$1" "$attacker/collected"
}

# taken_over PROGRAM ARGUMENTS...: the program as it is when a broken file has taken it over (exploit.c), under the same profile.
taken_over() {
    if [ -z "$ward" ]; then
        LD_PRELOAD=$exploit "$@"
        return
    fi
    cat >"$attacker/taken-over.ward" <<POLICY
policy taken-over
use $profile
files { execute $exploit }
environment { set LD_PRELOAD $exploit }
POLICY
    ${ward%--policy*} --policy "$attacker/taken-over.ward" -- "$@"
}

# make_chinese_pdf: text in an encoding that only the files of poppler-data explain.
make_chinese_pdf() {
    font='/Type0/BaseFont/Song/Encoding/GBK-EUC-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType0/BaseFont/Song'
    font="$font/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>>>]"
    make_pdf x | sed -e "s|/Type1/BaseFont/Helvetica|$font|" -e 's|(x)|<C4E3BAC3>|'
}

# make_pdf TEXT: a PDF file of one page with a line of text, to standard output.
make_pdf() { "$(dirname "$library")/../demo/make_pdf" "$1"; }

# make_c_project: a program here of two sources, one of which and a header lie outside of the working folder.
make_c_project() {
    mkdir ~/library
    echo '#define GREETING "hello"' >~/library/greeting.h
    echo 'int status(void) { return 3; }' >~/library/status.c
    printf '#include <stdio.h>\n#include <greeting.h>\nint status(void);\nint main(void) { puts(GREETING); return status(); }\n' >main.c
}

# build_c_project COMPILER: compiles, links and runs it.
build_c_project() {
    $ward "$1" -Wall -O1 -c -I ~/library main.c
    $ward "$1" -Wall -O1 -c ~/library/status.c
    $ward "$1" -o program main.o status.o
    ./program || echo "status $?"
}
