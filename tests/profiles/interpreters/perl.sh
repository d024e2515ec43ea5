needs perl:/usr/bin/perl

given() {
    mkdir ~/scripts
    cat >~/scripts/script.pl <<'PERL'
use strict; use warnings; use Digest::SHA 'sha256_hex'; use JSON::PP; use File::Temp;
open my $result, '>', 'result' or die; print $result sha256_hex('x'); close $result;
print JSON::PP->new->canonical->encode({ words => \@ARGV, sum => 45 }), "\n";
exit 3;
PERL
}

works() { $ward perl ~/scripts/script.pl one two || echo "status $?"; }

attack='a file whose name is a command is one of those that a one-liner reads'
goal='executed'
denied='syscall execve'
bait() { : >'echo >executed|'; }
attack() { $ward perl -ne 'print' *; }
