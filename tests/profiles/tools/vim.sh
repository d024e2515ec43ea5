needs vim:/usr/bin/vim

given() {
    mkdir ~/texts
    printf 'first line\nsecond line\n' >letter.txt
    echo 'a letter to take in' >~/texts/other.txt
    printf 'set exrc\nlet g:name = "from ~/.vimrc"\n' >~/.vimrc
}

edit() { $ward vim -T dumb --not-a-term "$@" >/dev/null 2>&1; }

works() {
    edit -c '%s/line/row/' -c 'call append(0, g:name)' -c wq letter.txt
    edit -c 'call append(0, expand("%:t") . exists(":Explore"))' -c 'saveas copy.txt' -c q ~/texts/other.txt
    cat letter.txt copy.txt
}

attack='a .vimrc in a project, read because of `set exrc`, writes a start-up file'
goal='planted'
denied='write ~/.bashrc'
bait() { echo 'call writefile(["echo taken over"], $HOME . "/.bashrc")' >.vimrc; }
attack() { edit -c q letter.txt; }
