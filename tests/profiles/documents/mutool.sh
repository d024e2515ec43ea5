needs mupdf-tools:/usr/bin/mutool

given() {
    mkdir ~/papers
    make_pdf 'Dear reader' >~/papers/letter.pdf
}

works() {
    $ward mutool draw -q -r 20 -o page.png ~/papers/letter.pdf
    $ward mutool draw -q -F text ~/papers/letter.pdf
}

# No file is known that takes MuPDF 1.21.1 over, with what Debian 12 has mended in it.
attack='a broken file that takes the parser over calls home'
goal='reached'
denied='connect tcp 6666'
attack() {
    collect 6666
    taken_over mutool draw -q -F text ~/papers/letter.pdf
}
