needs python3:/usr/bin/python3 curl:/usr/bin/curl

given() {
    echo 'a page' >index.html
    mkdir folder
    echo 'a file' >folder/file.txt
}

works() {
    serve 8000 $ward python3 -m http.server 8000
    curl -s http://127.0.0.1:8000/
    curl -s http://127.0.0.1:8000/folder/
}

attack='a link in the folder to a private key'
goal='stolen'
denied='read ~/.ssh/id_ed25519'
bait() { ln -s ~/.ssh/id_ed25519 folder/picture.png; }
attack() {
    serve 8000 $ward python3 -m http.server 8000
    curl -s http://127.0.0.1:8000/folder/picture.png
}
