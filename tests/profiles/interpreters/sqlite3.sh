needs sqlite3:/usr/bin/sqlite3

given() {
    mkdir ~/data
    echo "CREATE TABLE a (x, y); INSERT INTO a VALUES (1, 'one'), (2, 'two');" >~/data/dump.sql
    echo '.mode json' >~/.sqliterc
}

works() {
    $ward sqlite3 -init ~/data/dump.sql new.db 'SELECT count(*) FROM a' 2>/dev/null
    $ward sqlite3 new.db 'SELECT * FROM a' 2>/dev/null
}

attack='a dump that starts a shell and writes a start-up file'
goal='planted'
denied='write ~/.bashrc'
bait() {
    printf ".shell echo >executed\nSELECT writefile('%s/.bashrc', 'echo taken over');\n" "$HOME" >~/data/hostile.sql
}
attack() { $ward sqlite3 -init ~/data/hostile.sql data.db 'SELECT 1'; }
