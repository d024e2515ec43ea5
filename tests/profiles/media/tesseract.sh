needs tesseract-ocr:/usr/bin/tesseract tesseract-ocr-eng:/usr/share/tesseract-ocr/5/tessdata/eng.traineddata poppler-utils:/usr/bin/pdftoppm

# picture TEXT NAME: an image of a text.
picture() {
    make_pdf "$1" >"$2.pdf"
    pdftoppm -r 200 -png -singlefile "$2.pdf" "$2"
    rm "$2.pdf"
}

given() {
    mkdir ~/scans
    picture 'A letter to read' ~/scans/letter
}

works() {
    $ward tesseract ~/scans/letter.png letter
    $ward tesseract ~/scans/letter.png -
}

attack='a list of images that came with some of them names a private one'
goal='stolen'
denied='read ~/private/letter.png'
bait() {
    mkdir ~/private
    picture "$secret" ~/private/letter
    echo ~/private/letter.png >~/scans/list.txt
}
attack() {
    $ward tesseract ~/scans/list.txt -
}
