needs python3:/usr/bin/python3

generated='*__pycache__*'
given() {
    mkdir ~/scripts
    echo 'greeting = "from the environment"' >~/own.py
    for environment in .venv venv; do
        python3 -m venv --without-pip $environment
        cp ~/own.py $environment/lib/python3*/site-packages
    done
    cat >~/scripts/script.py <<'PYTHON'
import asyncio, ctypes, hashlib, json, sqlite3, ssl, sys, threading
async def main():
    await asyncio.sleep(0)
    return json.dumps({"sum": sum(range(10)), "words": sys.argv[1:]})
print(asyncio.run(main()))
threading.Thread(target=lambda: open("result", "w").write(hashlib.sha256(b"x").hexdigest())).start()
sys.exit(3)
PYTHON
}

works() {
    $ward python3 ~/scripts/script.py one two || echo "status $?"
    for environment in .venv venv; do $ward "$environment/bin/python3" -c 'import own, sys; print(own.greeting, sys.prefix)'; done
}

attack='a script that puts a module where every later Python starts it'
goal='planted'
denied='write ~/.local/lib/python3.11/site-packages/start.pth'
bait() {
    cat >~/scripts/hostile.py <<'PYTHON'
import os, site
os.makedirs(site.getusersitepackages())
open(site.getusersitepackages() + "/start.pth", "w").write("import os; print('taken over')\n")
PYTHON
}
attack() { $ward python3 ~/scripts/hostile.py; }
