// Runs at all, which it must not: the caller, the policy or the kernel is wrong, and ward has to refuse.
//
// attempt: have a step of the set-up fail
// covers: failed-set-up
// ways: mount_setattr move_mount open_tree pivot_root sethostname setsid capset seccomp close_range prctl prlimit64
// caller: caller failing $way
// policy: limits { core 0 }
// arguments: run
// expect: not started
// layers: ward
// control: host
//
// attempt: run on a kernel without the Landlock that the policy needs
// covers: old-landlock
// ways: landlock_create_ruleset landlock_restrict_self
// caller: caller failing $way
// policy: network { connect tcp 9 }
// arguments: run
// expect: not started
// layers: ward
// control: host
//
// attempt: have the set-up write its maps to files that only look like those of /proc
// covers: fake-procfs
// caller: caller fake-proc here
// arguments: run
// expect: not started
// layers: ward
// control: host
//
// attempt: use a policy that others can write
// covers: foreign-policy-file
// ways: 0666 0646
// caller: caller policy-of-mode $way
// arguments: run
// expect: not started
// layers: ward
// control: host
//
// attempt: break the parser
// covers: hostile-policy-text
// policy: files { read $work/../outside }
// arguments: run
// expect: not started
// layers: ward
// control: without files { read $work/../outside }
//
// attempt: overflow a number
// covers: hostile-policy-text
// policy: limits { tasks 99999999999999999999999 }
// arguments: run
// expect: not started
// layers: ward
// control: without limits { tasks 99999999999999999999999 }
//
// attempt: include without end
// covers: hostile-policy-text
// policy: use policy-1
// arguments: run
// expect: not started
// layers: ward
// control: without use policy-1
//
// attempt: nest without end
// covers: hostile-policy-text
// policy: when (((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((( exists /nowhere { }
// arguments: run
// expect: not started
// layers: ward
// control: host
//
// attempt: write a path where a name is asked for
// covers: hostile-policy-text
// policy: use "../../etc/passwd"
// arguments: run
// expect: not started
// layers: ward
// control: without use "../../etc/passwd"
#include "attempt.h"

int main(int argc, char** argv) {
    (void)argument(argc, argv, 1);
    succeeded("it runs");
}
