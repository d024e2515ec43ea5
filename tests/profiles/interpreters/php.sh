needs php-cli:/usr/bin/php

given() {
    mkdir ~/scripts
    cat >~/scripts/script.php <<'PHP'
<?php
file_put_contents('result', hash('sha256', 'x'));
echo json_encode(['words' => array_slice($argv, 1), 'sum' => array_sum(range(0, 9)), 'type' => ctype_alpha('x')]), "\n";
exit(3);
PHP
    echo '<?php include $argv[1];' >~/scripts/gallery.php
}

works() { $ward php ~/scripts/script.php one two || echo "status $?"; }

attack='a picture that was sent to a gallery holds code that starts a shell'
goal='executed'
denied='syscall execve'
bait() { printf 'GIF89a<?php system("echo >executed"); ?>' >picture.gif; }
attack() { $ward php ~/scripts/gallery.php picture.gif; }
