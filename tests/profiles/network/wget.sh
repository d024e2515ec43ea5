needs wget:/usr/bin/wget python3:/usr/bin/python3

given() {
    mkdir ~/site ~/lists
    echo '<a href="next.html">next</a>' >~/site/index.html
    echo 'the next page' >~/site/next.html
    echo 'http://127.0.0.1/next.html' >~/lists/addresses.txt
    echo 'dir_prefix = fetched' >~/.wgetrc
}

works() {
    serve_site 80 ~/site
    $ward wget -q -r -nH http://127.0.0.1/
    $ward wget -q -O- -i ~/lists/addresses.txt
}

attack='a link in the working folder leads a download to a start-up file'
goal='planted'
denied='write ~/.bashrc'
bait() {
    mkdir fetched
    ln -s ~/.bashrc fetched/index.html
}
attack() {
    serve_site 80 ~/site
    $ward wget -q -r -nH http://127.0.0.1/
}
