needs imagemagick:/usr/bin/convert

given() {
    mkdir ~/images
    convert -size 40x20 gradient:red-blue ~/images/picture.png
}

works() {
    $ward convert ~/images/picture.png -resize 50% small.ppm
    $ward convert -size 60x20 xc:white -font Helvetica -annotate +2+15 hello text.ppm
}

attack='a drawing (MVG) that shows a private picture'
goal='stolen'
denied='read ~/private/picture.pgm'
bait() {
    mkdir ~/private
    printf 'P5\n%d 1\n255\n%s' "${#secret}" "$secret" >~/private/picture.pgm  # its grey pixels are the secret
    echo "viewbox 0 0 ${#secret} 1 image over 0,0 ${#secret},1 '$HOME/private/picture.pgm'" >hostile.mvg
}
attack() { $ward convert mvg:hostile.mvg -depth 8 stolen.pgm; }
