needs lua5.4:/usr/bin/lua

given() {
    mkdir ~/scripts
    cat >~/scripts/script.lua <<'LUA'
local file = assert(io.open('result', 'w'))
file:write(string.rep('x', 10)):close()
print(string.format('%s %s %d', arg[1], arg[2], 45))
os.exit(3)
LUA
}

works() { $ward lua ~/scripts/script.lua one two || echo "status $?"; }

attack='settings that a program loads as Lua take a private key'
goal='stolen'
denied='read ~/.ssh/id_ed25519'
bait() {
    echo 'io.open("stolen", "w"):write(io.open(os.getenv("HOME") .. "/.ssh/id_ed25519"):read("a"))' >settings.lua
    echo 'dofile("settings.lua")' >program.lua
}
attack() { $ward lua program.lua; }
