needs librsvg2-bin:/usr/bin/rsvg-convert poppler-utils:/usr/bin/pdftotext

given() {
    mkdir ~/images
    echo '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"><rect width="90" height="30" fill="gold"/><text x="5" y="20">drawn</text></svg>' >~/images/drawing.svg
}

works() {
    $ward rsvg-convert -o drawing.png ~/images/drawing.svg
}

attack='an image that shows the text of another file in its folder (XInclude of file://)'
goal='stolen'
denied='read ~/images/password.txt'
bait() {
    echo "$secret" >~/images/password.txt
    cat >~/images/hostile.svg <<'SVG'
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xi="http://www.w3.org/2001/XInclude" width="900" height="60">
<text x="5" y="20"><xi:include href="file:///home/you/images/password.txt" parse="text"/></text></svg>
SVG
}
attack() {
    $ward rsvg-convert -f pdf -o hostile.pdf ~/images/hostile.svg
    pdftotext hostile.pdf -
}
