needs postgresql-15:/usr/lib/postgresql/15/bin/initdb

only='an ordinary user'  # PostgreSQL refuses to run as root

PATH=/usr/lib/postgresql/15/bin:$PATH
initialize() { $ward initdb -D data -U "$USER" --no-sync --locale=C.UTF-8 "$@"; }

# What a server finds in the data.
query() { echo "$1" | postgres --single -D data postgres; }

generated='data/*'
works() {
    initialize
    query 'SELECT count(*) FROM pg_collation'
    query "SELECT count(*), max(abbrev) FROM pg_timezone_names WHERE name LIKE 'Europe/%'"
    query 'SELECT extname FROM pg_extension'
}

attack='templates that came with a project copy a private key by a program (COPY TO PROGRAM)'
goal='stolen'
denied='read ~/.ssh/id_ed25519'
bait() {
    cp -r /usr/share/postgresql/15 templates
    printf "\nCOPY (SELECT 1) TO PROGRAM 'cd /home/you/work; read key <../.ssh/id_ed25519; echo \$key >stolen';\n\n" >>templates/system_views.sql
}
attack() { initialize -L "$PWD/templates"; }
