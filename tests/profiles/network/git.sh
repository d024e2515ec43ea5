needs git:/usr/bin/git python3:/usr/bin/python3

generated='*.git/*'
given() {
    git config --global user.name Tester
    git config --global user.email tester@example.org
    git init -q -b main ~/part
    git -C ~/part commit -q --allow-empty -m part
    git init -q -b main ~/origin
    mkdir ~/origin/folder
    echo 'first text' >~/origin/folder/text
    git -C ~/origin add folder
    git -C ~/origin -c protocol.file.allow=always submodule --quiet add ~/part part
    git -C ~/origin config -f .gitmodules submodule.part.url http://127.0.0.1/part/.git
    git -C ~/origin add .gitmodules
    git -C ~/origin commit -q -m first
    git -C ~/origin branch other
    git -C ~/origin update-server-info
    git -C ~/part update-server-info
}

works() {
    serve_site 80 ~
    $ward git clone -q --recurse-submodules http://127.0.0.1/origin/.git copy
    cd copy/folder
    echo 'second text' >>text
    GIT_AUTHOR_NAME=Somebody $ward git commit -q -a -m second
    $ward git log --format='%an: %s' --stat
    TERM=vt100 script -qec "$ward git log --format=%s" /dev/null | grep -aoE 'first|second|cannot run pager'
    $ward git switch -q other 2>&1 | { grep -v '^ward: ' || :; }
    cd ../..
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
