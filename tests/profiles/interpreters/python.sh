needs python3:/usr/bin/python3

given() { python3 -m venv --without-pip .venv; }
works() { $ward .venv/bin/python -c 'import sys; print(sys.prefix, 2 + 2)'; }

attack='a script that starts a program'
goal='executed'
denied='syscall execve'
bait() { echo 'import os; os.system("touch executed")' >hostile.py; }
attack() { $ward .venv/bin/python hostile.py; }
