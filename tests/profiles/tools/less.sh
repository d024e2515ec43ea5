needs less:/usr/bin/less

given() {
    mkdir ~/mail
    printf 'one\ntwo\n\033[31mthree\n' >~/mail/message.txt
}

works() {
    $ward less ~/mail/message.txt
    LESS=-XF+Gg $ward less -N ~/mail/message.txt | cat
}

attack='a variable that a project sets for you starts a program for each file (LESSOPEN)'
goal='executed'
denied='syscall execve'
attack() { LESSOPEN='|echo >executed; cat %s' $ward less ~/mail/message.txt; }
