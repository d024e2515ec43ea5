needs ghostscript:/usr/bin/gs

given() {
    mkdir ~/papers
    echo '/Helvetica findfont 30 scalefont setfont 20 20 moveto (A letter) show showpage' >~/papers/letter.ps
}

works() {
    $ward gs -q -dBATCH -dNOPAUSE -sDEVICE=pnggray -r20 -g200x100 -sOutputFile=letter.png ~/papers/letter.ps
    $ward gs -q -dBATCH -dNOPAUSE -sDEVICE=txtwrite -sOutputFile=- ~/papers/letter.ps
}

attack='PostScript that opens %pipe% to start a shell, where -dNOSAFER is in use'
goal='executed'
denied='syscall execve'
bait() {
    echo '(%pipe%echo >executed) (w) file closefile showpage' >~/papers/hostile.ps
}
attack() {
    $ward gs -q -dNOSAFER -dBATCH -dNOPAUSE -sDEVICE=nullpage ~/papers/hostile.ps
}
