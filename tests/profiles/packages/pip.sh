needs python3-pip:/usr/bin/pip python3-setuptools:/usr/lib/python3/dist-packages/setuptools

given() {
    mkdir -p site/simple/demo ~/.cache/pip
    python3 - <<'PYTHON'
import zipfile
with zipfile.ZipFile("site/simple/demo/demo-1.0-py3-none-any.whl", "w") as wheel:
    wheel.writestr("demo.py", "greeting = 'hello'\n")
    wheel.writestr("demo-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n")
    wheel.writestr("demo-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    wheel.writestr("demo-1.0.dist-info/RECORD", "demo.py,,\ndemo-1.0.dist-info/METADATA,,\ndemo-1.0.dist-info/WHEEL,,\ndemo-1.0.dist-info/RECORD,,\n")
PYTHON
    echo '<a href="demo-1.0-py3-none-any.whl">demo-1.0-py3-none-any.whl</a>' >site/simple/demo/index.html
    echo 'demo == 1.0' >~/requirements.txt
}

generated='*.dist-info/* *.pyc'
works() {
    serve_site 80 site
    $ward pip install -q --target lib --index-url http://127.0.0.1/simple/ -r ~/requirements.txt
    PYTHONPATH=lib python3 -c 'import demo; print(demo.greeting)'
}

attack='a package whose setup.py takes a private key'
goal='stolen'
denied='read ~/.ssh/id_ed25519'
bait() {
    mkdir ~/hostile
    cat >~/hostile/setup.py <<'PYTHON'
import os, setuptools, shutil
shutil.copy(os.path.expanduser("~/.ssh/id_ed25519"), "/home/you/work/stolen")
setuptools.setup(name="hostile", version="1.0")
PYTHON
    tar -czf ~/hostile-1.0.tar.gz -C ~ hostile
}
attack() { $ward pip install -q --no-build-isolation --target lib ~/hostile-1.0.tar.gz; }
