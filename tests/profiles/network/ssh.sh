needs openssh-client:/usr/bin/ssh openssh-server:/usr/sbin/sshd

given() {
    mkdir ~/sshd
    ssh-keygen -q -t ed25519 -N '' -f ~/sshd/host_key
    ssh-keygen -q -t ecdsa -N '' -f ~/.ssh/id_ecdsa
    echo "127.0.0.1 $(cut -d' ' -f1,2 ~/sshd/host_key.pub)" >~/.ssh/known_hosts
    printf 'Host test\nHostName 127.0.0.1\nUser %s\n' "$(id -un)" >~/.ssh/config
    printf 'HostKey %s\nAuthorizedKeysFile %s\nStrictModes no\nPidFile none\n' ~/sshd/host_key ~/.ssh/id_ecdsa.pub >~/sshd/config
}

machine() { mkdir -p /run/sshd; }

works() {
    serve 22 /usr/sbin/sshd -D -e -f ~/sshd/config
    # The home folder of passwd(5) is not this one for root, so that the files are named.
    set -- -F ~/.ssh/config -o UserKnownHostsFile="$HOME/.ssh/known_hosts" -o IdentityFile="$HOME/.ssh/id_ecdsa"
    $ward ssh "$@" test 'echo hello from the server; exit 3' || echo "status $?"
}

secrets='keys are what it logs in with; it gets them by name'
attack='a configuration that came with a project starts a program to connect (ProxyCommand)'
goal='executed'
denied='syscall execve'
bait() { printf 'Host *\nProxyCommand echo >executed\n' >project.conf; }
attack() { $ward ssh -F project.conf somewhere.test; }
