needs ruby:/usr/bin/ruby

given() {
    mkdir ~/scripts
    cat >~/scripts/script.rb <<'RUBY'
require 'json'; require 'digest'; require 'set'
File.write('result', Digest::SHA256.hexdigest('x'))
puts JSON.generate(words: ARGV, sum: (0..9).sum)
Thread.new { 1 }.join
exit 3
RUBY
    echo 'puts open(ARGV[0]).read' >~/scripts/show.rb
}

works() { $ward ruby ~/scripts/script.rb one two || echo "status $?"; }

attack='a name that a script opens is a command (Kernel#open)'
goal='executed'
denied='syscall execve'
attack() { $ward ruby ~/scripts/show.rb '|echo >executed'; }
