needs postgresql-15:/usr/lib/postgresql/15/bin/postgres postgresql-client-15:/usr/lib/postgresql/15/bin/psql

only='an ordinary user'  # PostgreSQL refuses to run as root

PATH=/usr/lib/postgresql/15/bin:$PATH
query() { psql -h 127.0.0.1 -U "$USER" -d postgres -tAc "$1"; }

# start: new data, and the server until it answers. Who makes data has the profile `initdb`: it starts programs, the server must not.
start() {
    ${ward:+${ward%--policy*} --policy initdb --} initdb -D data -U "$USER" --no-sync --locale=C.UTF-8 >/dev/null
    serve 5432 $ward postgres -D data -c unix_socket_directories=
    until query 'SELECT 1' >/dev/null 2>&1; do sleep 0.1; done
}

generated='data/*'
works() {
    start
    query 'CREATE TABLE a (x int, y text)'
    query "INSERT INTO a SELECT n, 'row ' || n FROM generate_series(1, 1000) n"
    query 'SELECT count(*), max(y) FROM a'
    query 'DO $$ BEGIN RAISE NOTICE $a$from PL/pgSQL$a$; END $$'
    query "SELECT name FROM pg_timezone_names WHERE name = 'Europe/Berlin'"
}

attack='a query that starts a program (COPY FROM PROGRAM)'
goal='executed'
denied='syscall execve'
attack() {
    start
    query "CREATE TABLE a (x text)"
    query "COPY a FROM PROGRAM 'echo >/home/you/work/executed'"
}
