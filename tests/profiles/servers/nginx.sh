needs nginx-light:/usr/sbin/nginx python3:/usr/bin/python3 curl:/usr/bin/curl

# The folders of the package, of this test alone. What ward keeps in /run stays common to all.
machine() {
    mkdir -p "$stage/run" /run/ward
    mount -t tmpfs -o mode=1777 none "$stage/run"
    mkdir "$stage/run/ward"
    mount --bind /run/ward "$stage/run/ward"
    mount --rbind "$stage/run" /run
    for folder in /etc/nginx /var/www /var/log/nginx /var/lib/nginx; do
        mkdir -p "$folder"
        mount -t tmpfs -o mode=755 none "$folder"
    done
    chown "$user_id" /var/log/nginx /var/lib/nginx
    chmod 755 /var/log/nginx /var/lib/nginx
    mkdir /var/www/html
    echo 'a page of the site' >/var/www/html/index.html
    cat >/etc/nginx/nginx.conf <<'CONFIGURATION'
daemon off;
user root;
events {}
http {
    access_log /var/log/nginx/access.log;
    server {
        listen 127.0.0.1:8080;
        root /var/www/html;
        location /files { alias /home/you/files/; }
    }
}
CONFIGURATION
}

given() { mkdir ~/files; }

works() {
    serve 8080 $ward nginx -e /var/log/nginx/error.log
    curl -s http://127.0.0.1:8080/index.html
    curl -s -o /dev/null -w '%{http_code}\n' http://127.0.0.1:8080/missing
}

attack='a path that leaves a folder by a missing slash in the configuration (alias)'
goal='stolen'
denied='read ~/.ssh/id_ed25519'
attack() {
    serve 8080 $ward nginx -e /var/log/nginx/error.log
    curl -s --path-as-is http://127.0.0.1:8080/files../.ssh/id_ed25519
}
