needs bash:/bin/bash coreutils:/bin/ls

given() {
    mkdir ~/downloads
    cat >~/downloads/script.sh <<'BASH'
#!/bin/bash
set -euo pipefail
printf '%s\n' "$@" | sort -r | tee sorted
for number in {1..3}; do mkdir -p "folder/$number"; done
find folder | sort | /bin/cat
exit 3
BASH
}

works() { $ward bash ~/downloads/script.sh one two || echo "status $?"; }

attack='an installer that adds itself to ~/.bashrc'
goal='planted'
denied='write ~/.bashrc'
bait() { echo 'echo "PATH=$HOME/evil:\$PATH" >>~/.bashrc' >~/downloads/install.sh; }
attack() { $ward bash ~/downloads/install.sh; }
