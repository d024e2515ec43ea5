needs bash:/bin/bash coreutils:/bin/ls python3:/usr/bin/python3 perl:/usr/bin/perl

given() {
    mkdir ~/downloads
    cat >~/downloads/script.sh <<'BASH'
#!/bin/bash
set -euo pipefail
printf '%s\n' "$@" | sort -r | tee sorted
for number in {1..3}; do mkdir -p "folder/$number"; done
find folder | sort | /bin/cat
python3 -c 'import asyncio, json; asyncio.run(asyncio.sleep(0)); print(json.dumps([1]))'
perl -MList::Util=sum -e 'print sum(1, 2), "\n"' | sed s/3/three/ | awk '{ print $1 }'
exit 3
BASH
}

works() { $ward bash ~/downloads/script.sh one two || echo "status $?"; }

attack='an installer that adds itself to ~/.bashrc'
goal='planted'
denied='write ~/.bashrc'
bait() { echo 'echo "PATH=$HOME/evil:\$PATH" >>~/.bashrc' >~/downloads/install.sh; }
attack() { $ward bash ~/downloads/install.sh; }
