needs poppler-utils:/usr/bin/pdftoppm poppler-data:/usr/share/poppler/cMap fonts-urw-base35:/usr/share/fonts/opentype/urw-base35 gcc:/usr/bin/gcc

given() {
    mkdir ~/papers
    make_pdf 'Dear reader' >~/papers/letter.pdf
    make_chinese_pdf >~/papers/chinese.pdf
}

works() {
    $ward pdftoppm -r 20 -png ~/papers/letter.pdf page
    $ward pdftoppm -r 20 -png ~/papers/chinese.pdf chinese 2>/dev/null
}

attack='a broken file that takes the parser over starts a shell'
goal='executed'
denied='syscall execve'
attack() { taken_over pdftoppm ~/papers/letter.pdf page; }
