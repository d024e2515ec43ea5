needs memcached:/usr/bin/memcached python3:/usr/bin/python3 gcc:/usr/bin/gcc

works() {
    serve 11211 $ward memcached -l 127.0.0.1 -u nobody
    python3 -c '
import socket
client = socket.create_connection(("127.0.0.1", 11211))
client.sendall(b"set greeting 0 0 5\r\nhello\r\nget greeting\r\nquit\r\n")
while data := client.recv(4096): print(data.decode(), end="")'
}

attack='a request that takes the server over takes a private key'
goal='stolen'
denied='read ~/.ssh/id_ed25519'
attack() { serve 11211 taken_over memcached -l 127.0.0.1 -u nobody; }
