needs libimage-exiftool-perl:/usr/bin/exiftool

given() {
    mkdir ~/images
    printf 'P5 2 2 255\n0000' >~/images/picture.pgm
    printf 'GIF89a\001\000\001\000\200\000\000\000\000\000\377\377\377!\371\004\001\000\000\000\000,\000\000\000\000\001\000\001\000\000\002\002D\001\000;' >~/images/picture.gif
}

works() {
    $ward exiftool -ImageSize -MIMEType ~/images/picture.gif
    $ward exiftool -q -o commented.gif -Comment='a comment' ~/images/picture.gif
    $ward exiftool -Comment commented.gif
}

attack='a configuration file that came with images is Perl, and starts a shell'
goal='executed'
denied='syscall execve'
bait() {
    echo 'system("echo >executed"); 1;' >~/images/ExifTool_config
}
attack() {
    $ward exiftool -config ~/images/ExifTool_config ~/images/picture.gif
}
