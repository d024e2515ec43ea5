// Reads a secret of the caller's environment.
//
// attempt: read a secret of the caller's environment
// covers: secrets-in-environment
// ways: AWS_SECRET_ACCESS_KEY SSH_AUTH_SOCK LD_LIBRARY_PATH
// arguments: $way
// expect: ENOENT
// layers: environment
// control: with environment { keep $way }
//
// attempt: have a variable load code
// covers: loader-variables
// ways: LD_PRELOAD LD_AUDIT GCONV_PATH BASH_ENV IFS PYTHONPATH
// caller: caller variable $way
// arguments: $way
// expect: ENOENT
// layers: environment
// control: with environment { keep $way }
#include "attempt.h"

int main(int argc, char** argv) {
    if (!getenv(argument(argc, argv, 1))) refused(ENOENT);
    succeeded("the variable is there");
}
