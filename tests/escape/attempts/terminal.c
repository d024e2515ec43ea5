// Types into the caller's terminal: the shell that started ward would run it.
//
// attempt: push input into the caller's terminal
// covers: typed-input
// arguments: TIOCSTI
// stdin: terminal
// policy: process { terminal inherit }
// expect: EPERM
// effect: typed
// layers: filter
// control: host
//
// attempt: paste into the caller's terminal by TIOCLINUX; success is that the driver answered
// covers: pasted-input
// arguments: TIOCLINUX
// stdin: terminal
// policy: process { terminal inherit }
// expect: EPERM
// layers: filter
// control: host
//
// attempt: push input into the caller's terminal from a terminal of its own
// covers: typed-input
// arguments: TIOCSTI
// stdin: terminal
// policy: process { terminal private }
// expect: EPERM
// effect: typed
// layers: filter
// control: host
//
// attempt: push input or paste by a request whose upper half hides it
// covers: high-bits-of-request, upper-halves
// ways: TIOCSTI-high-bits TIOCLINUX-high-bits
// arguments: $way
// stdin: terminal
// policy: process { terminal inherit }
// expect: EPERM
// layers: filter
// control: host
//
// attempt: find the caller's terminal
// covers: controlling-terminal
// arguments: open
// stdin: terminal
// policy: process { terminal none }
// policy: files { device tty }
// expect: ENXIO
// layers: session
// control: host
//
// attempt: take the caller's terminal for a session of its own
// covers: controlling-terminal
// arguments: steal
// stdin: terminal
// policy: process { terminal inherit }
// expect: EPERM
// layers: capabilities, user-namespace
// control: root
//
// attempt: open the terminal that standard input is, by its name
// covers: terminal-bind-race, terminal-escapes
// ways: private inherit
// arguments: by-name
// stdin: terminal
// policy: process { terminal $way }
// expect: ENOENT
// layers: mounts
// control: host
//
// attempt: write to the caller's terminal through standard input
// covers: terminal-escapes
// arguments: write
// stdin: terminal
// policy: process { terminal none }
// expect: EBADF
// effect: written
// layers: session
// control: host
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "attempt.h"

static const uint64_t high_bits = 0xdeadbeef00000000;  // the kernel takes the low 32 bits of the request

static long request(uint64_t number, const void* operand) {
    return syscall(SYS_ioctl, 0, number, operand);
}

static long linux_request(uint64_t number) {
    char paste = 3;  // TIOCL_PASTESEL
    long result = request(number, &paste);
    return result < 0 && (errno == ENOTTY || errno == EINVAL) ? 0 : result;
}

static long by_tiocsti(const char* unused) {
    (void)unused;
    return request(TIOCSTI, "x");
}
static long by_tiocsti_high(const char* unused) {
    (void)unused;
    return request(TIOCSTI | high_bits, "x");
}
static long by_tioclinux(const char* unused) {
    (void)unused;
    return linux_request(TIOCLINUX);
}
static long by_tioclinux_high(const char* unused) {
    (void)unused;
    return linux_request(TIOCLINUX | high_bits);
}
static long by_open(const char* unused) {
    (void)unused;
    return open("/dev/tty", O_RDWR | O_NOCTTY);
}

// By root: it is another session's.
static long by_steal(const char* unused) {
    (void)unused;
    pid_t child = fork();
    if (child == 0) _exit(setsid() < 0 || ioctl(0, TIOCSCTTY, 1) ? errno : 0);
    int status = 0;
    waitpid(child, &status, 0);
    errno = WEXITSTATUS(status);
    return errno ? -1 : 0;
}

static long by_name(const char* unused) {
    char path[256] = "";
    (void)unused;
    ssize_t size = readlink("/proc/self/fd/0", path, sizeof path - 1);
    return size < 0 ? size : open(path, O_RDWR | O_NOCTTY);
}

// Would put a command into the clipboard.
static long by_write(const char* unused) {
    (void)unused;
    return write(0, "\033]52;c;ZXZpbA==\a", 16);
}

int main(int argc, char** argv) {
    static const struct Way ways[] = {
        {"TIOCSTI", by_tiocsti},
        {"TIOCSTI-high-bits", by_tiocsti_high},
        {"TIOCLINUX", by_tioclinux},
        {"TIOCLINUX-high-bits", by_tioclinux_high},
        {"steal", by_steal},
        {"by-name", by_name},
        {"write", by_write},
        {"open", by_open},
        {NULL, NULL},
    };
    run_way(ways, argc, argv, "the terminal took it");
}
