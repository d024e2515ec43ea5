needs mupdf-tools:/usr/bin/mutool

given() {
    mkdir ~/papers
    make_pdf 'Dear reader' >~/papers/letter.pdf
}

works() {
    $ward mutool draw -q -r 20 -o page.png ~/papers/letter.pdf
    $ward mutool draw -q -F text ~/papers/letter.pdf
}

attack='a script that came with a document prints a private key'
goal='stolen'
denied='read ~/.ssh/id_ed25519'
bait() {
    echo 'print(read("/home/you/.ssh/id_ed25519"))' >~/papers/hostile.js
}
attack() {
    $ward mutool run ~/papers/hostile.js
}
