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

# The other way, a name with ../ for --extract-media (CVE-2023-35936), is mended in Debian 12's 2.17.1.1.
attack='a Lua filter that came with a document writes a start-up file'
goal='planted'
denied='write ~/.bashrc'
bait() {
    cat >~/notes/filter.lua <<'LUA'
local file = assert(io.open("/home/you/.bashrc", "a"))
file:write("echo taken over\n")
file:close()
LUA
}
attack() {
    $ward pandoc -t plain --lua-filter="$HOME/notes/filter.lua" ~/notes/note.md
}
