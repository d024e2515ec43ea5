needs npm:/usr/bin/npm nodejs:/usr/bin/node

# package NAME POSTINSTALL: a package as a registry would give it.
package() {
    mkdir -p ~/"sources/$1/package"
    echo "module.exports = 'hello'" >~/"sources/$1/package/index.js"
    printf '{"name": "%s", "version": "1.0.0", "main": "index.js", "scripts": {"postinstall": "%s"}}\n' "$1" "$2" >~/"sources/$1/package/package.json"
    tar -czf ~/"$1-1.0.0.tgz" -C ~/"sources/$1" package
}

generated='node_modules/.package-lock.json'
given() {
    package demo 'node -e 0'
    npm cache add ~/demo-1.0.0.tgz
    echo '{"name": "project", "version": "1.0.0"}' >package.json
}

works() {
    $ward npm install --no-audit --no-fund --no-update-notifier --silent ~/demo-1.0.0.tgz
    node -p "require('demo')"
    $ward npm ls --silent
    $ward npm cache ls | grep -o pacote:tarball | head -n 1
}

attack='a package that takes the token of the registry after it was installed (postinstall)'
goal='stolen'
denied='read ~/.npmrc'
bait() {
    package hostile 'read token <~/.npmrc; echo $token >/home/you/work/stolen; true'
    echo "//registry.example/:_authToken=$secret" >~/.npmrc
}
attack() { $ward npm install --no-audit --no-fund --no-update-notifier ~/hostile-1.0.0.tgz; }
