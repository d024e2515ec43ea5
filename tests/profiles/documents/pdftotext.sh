needs poppler-utils:/usr/bin/pdftotext poppler-data:/usr/share/poppler/cMap gcc:/usr/bin/gcc

given() {
    mkdir ~/papers
    make_pdf 'Dear reader, this is a letter' >~/papers/letter.pdf
    make_chinese_pdf >~/papers/chinese.pdf
}

works() {
    $ward pdftotext ~/papers/letter.pdf -
    $ward pdftotext ~/papers/chinese.pdf - 2>/dev/null
    $ward pdftotext -layout ~/papers/letter.pdf letter.txt
}

attack='a broken file that takes the parser over copies a private key'
goal='stolen'
denied='read ~/.ssh/id_ed25519'
attack() { taken_over pdftotext ~/papers/letter.pdf -; }
