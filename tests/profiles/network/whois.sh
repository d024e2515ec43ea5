needs whois:/usr/bin/whois python3:/usr/bin/python3 gcc:/usr/bin/gcc

registry() {
    serve 43 python3 -c '
import socketserver
class Registry(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"domain: " + self.rfile.readline() + b"owner: somebody\r\n")
socketserver.TCPServer.allow_reuse_address = True
socketserver.TCPServer(("127.0.0.1", 43), Registry).serve_forever()'
}

works() {
    registry
    $ward whois -h 127.0.0.1 example.org
}

attack='a broken answer that takes the client over calls home'
goal='reached'
denied='connect tcp 6666'
attack() {
    registry
    collect 6666
    taken_over whois -h 127.0.0.1 example.org
}
