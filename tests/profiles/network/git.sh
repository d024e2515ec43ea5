needs git:/usr/bin/git python3:/usr/bin/python3

generated='*.git/*'
given() {
    git config --global user.name Tester
    git config --global user.email tester@example.org
    git init -q -b main ~/origin
    echo 'first text' >~/origin/text
    git -C ~/origin add text
    git -C ~/origin commit -q -m first
    git -C ~/origin update-server-info
}

works() {
    serve_site 80 ~/origin/.git
    $ward git clone -q http://127.0.0.1/ copy
    cd copy
    echo 'second text' >>text
    $ward git commit -q -a -m second
    $ward git log --format='%an: %s' --stat
    cd ..
    $ward git clone -q ~/origin another
    $ward git init -q fresh
    ls fresh/.git
}

attack='a repository whose configuration starts a program (core.fsmonitor) for git status'
goal='stolen'
denied='read ~/.ssh/id_ed25519'
bait() {
    git init -q project
    git -C project config core.fsmonitor 'read key <~/.ssh/id_ed25519; echo "$key" >stolen; false'
}
attack() { $ward git -C project status; }
