needs yara:/usr/bin/yara gcc:/usr/bin/gcc

given() {
    mkdir ~/samples
    echo 'nothing to see' >~/samples/good
    echo 'an evil word' >~/samples/bad
    echo 'rule evil { strings: $a = "evil" condition: $a }' >~/rules.yar
}

works() {
    $ward yara ~/rules.yar ~/samples
    $ward yara -s ~/rules.yar ~/samples/bad
}

attack='a sample that takes the scanner over starts a shell'
goal='executed'
denied='syscall execve'
attack() { taken_over yara ~/rules.yar ~/samples; }
