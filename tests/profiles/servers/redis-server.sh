needs redis-server:/usr/bin/redis-server redis-tools:/usr/bin/redis-cli

given() {
    mkdir ~/settings
    printf 'bind 127.0.0.1\nenable-protected-configs yes\n' >~/settings/redis.conf
}

generated='dump.rdb'
works() {
    serve 6379 $ward redis-server ~/settings/redis.conf
    redis-cli set greeting hello
    redis-cli get greeting
    redis-cli save
    ls
}

attack='a client that makes the server save its data as a list of keys that may log in'
goal='planted'
denied='write ~/.ssh/authorized_keys'
attack() {
    serve 6379 $ward redis-server ~/settings/redis.conf
    redis-cli set key 'ssh-ed25519 AAAA attacker'
    redis-cli config set dir ~/.ssh
    redis-cli config set dbfilename authorized_keys
    redis-cli save
}
