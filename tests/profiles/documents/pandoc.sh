needs pandoc:/usr/bin/pandoc

given() {
    mkdir ~/notes
    printf '# A note\n\nWith *emphasis* and [a link](https://example.org).\n' >~/notes/note.md
}

works() {
    $ward pandoc -t plain ~/notes/note.md
    $ward pandoc -s -o note.html --metadata title=Note ~/notes/note.md
    $ward pandoc -s -o note.tex ~/notes/note.md
}

attack='a document in reStructuredText that includes a private key'
goal='stolen'
denied='read ~/.ssh/id_ed25519'
bait() {
    printf '.. include:: %s/.ssh/id_ed25519\n' "$HOME" >~/notes/hostile.rst
}
attack() {
    $ward pandoc -t plain ~/notes/hostile.rst
}
