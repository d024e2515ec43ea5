// Types into the caller's terminal: the shell that started ward would run it.
//
// attempt: push input into the caller's terminal
// ways: TIOCSTI TIOCSTI-high-bits
// arguments: $way
// stdin: terminal
// policy: process { terminal inherit }
// expect: EPERM
// effect: typed
// layer: filter
// control: host
//
// attempt: paste into the caller's terminal by TIOCLINUX; success is that the driver answered
// ways: TIOCLINUX TIOCLINUX-high-bits
// arguments: $way
// stdin: terminal
// policy: process { terminal inherit }
// expect: EPERM
// layer: filter
// control: host
//
// attempt: push input into the caller's terminal from a terminal of its own
// arguments: TIOCSTI
// stdin: terminal
// policy: process { terminal private }
// expect: EPERM
// effect: typed
// layer: filter
// control: host
//
// attempt: find the caller's terminal
// arguments: open
// stdin: terminal
// expect: ENXIO ENOENT
// layer: session
// control: host
#include <sys/ioctl.h>

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

int main(int argc, char** argv) {
    static const struct Way ways[] = {
        {"TIOCSTI", by_tiocsti},     {"TIOCSTI-high-bits", by_tiocsti_high},
        {"TIOCLINUX", by_tioclinux}, {"TIOCLINUX-high-bits", by_tioclinux_high},
        {"open", by_open},           {NULL, NULL},
    };
    run_way(ways, argc, argv, "the terminal took it");
}
