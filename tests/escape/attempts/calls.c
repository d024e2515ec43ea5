// Calls that widen what can be attacked; none of them is in the groups that programs need.
//
// attempt: use io_uring, whose operations no filter sees
// covers: io-uring
// arguments: io_uring_setup $work
// expect: EPERM
// layers: filter
// control: host
//
// attempt: stop another thread's page faults by userfaultfd
// covers: userfaultfd
// arguments: userfaultfd $work
// expect: EPERM
// layers: filter
// control: host
//
// attempt: use the keyrings of the user
// covers: keyrings
// ways: add_key keyctl request_key
// arguments: $way $work
// expect: EPERM
// layers: filter
// control: host
//
// attempt: make a BPF map
// covers: bpf
// arguments: bpf $work
// expect: EPERM
// layers: filter, capabilities, user-namespace
// control: root
//
// attempt: measure by performance events
// covers: perf-events
// arguments: perf_event_open $work
// expect: EPERM
// layers: filter, capabilities = EACCES
// control: root
//
// attempt: change the local descriptor table
// covers: rare-calls
// arguments: modify_ldt $work
// expect: EPERM
// layers: filter
// control: host
//
// attempt: take the ports of devices
// covers: rare-calls
// ways: iopl ioperm
// arguments: $way $work
// expect: EPERM
// layers: filter, capabilities, user-namespace
// control: root
//
// attempt: open a file by its handle
// covers: file-handles
// arguments: open_by_handle_at $work
// expect: EPERM
// layers: filter, capabilities, user-namespace
// control: root
//
// attempt: open a file by its handle, where the policy allows the call
// covers: file-handles
// arguments: open_by_handle_at $work
// policy: syscalls { allow open_by_handle_at }
// expect: EPERM
// layers: capabilities, user-namespace
// control: root
//
// attempt: read the kernel's log by syslog
// covers: kernel-memory
// arguments: syslog $work
// expect: EPERM
// layers: filter, capabilities, user-namespace
// control: root
//
// attempt: read the kernel's log by syslog, where the policy allows the call
// covers: kernel-memory
// arguments: syslog $work
// policy: syscalls { allow syslog }
// expect: EPERM
// layers: capabilities, user-namespace
// control: root
//
// attempt: load a kernel or a module, set the clock, swap, keep accounts
// covers: machine-control
// ways: kexec_load delete_module adjtimex swapon acct
// arguments: $way $work
// expect: EPERM
// layers: filter, capabilities, user-namespace
// control: root
//
// attempt: the same, where the policy allows the calls
// covers: machine-control
// ways: kexec_load delete_module adjtimex swapon acct
// arguments: $way $work
// policy: syscalls { allow kexec_load, delete_module, adjtimex, swapon, acct }
// expect: EPERM
// layers: capabilities, user-namespace
// control: root
//
// attempt: reboot
// covers: machine-control
// arguments: reboot
// expect: EPERM
// layers: filter, capabilities
// control: root
//
// attempt: change the root folder
// covers: chroot
// arguments: chroot $work
// expect: EPERM
// layers: filter, capabilities
// control: root
//
// attempt: change the root folder, where the policy allows the call
// covers: chroot
// arguments: chroot $work
// policy: syscalls { allow chroot }
// expect: EPERM
// layers: capabilities
// control: root
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <sys/io.h>
#include <sys/klog.h>
#include <sys/swap.h>
#include <sys/timex.h>

#include "attempt.h"

static long by_io_uring(const char* unused) {
    (void)unused;
    struct io_uring_params parameters = {0};
    return syscall(SYS_io_uring_setup, 1, &parameters);
}

static long by_userfaultfd(const char* unused) {
    (void)unused;
    return syscall(SYS_userfaultfd, O_CLOEXEC | 1);  // 1: UFFD_USER_MODE_ONLY, which needs no right
}

static long by_add_key(const char* unused) {
    (void)unused;
    return syscall(SYS_add_key, "user", "ward-test", "x", 1, KEY_SPEC_PROCESS_KEYRING);
}

static long by_keyctl(const char* unused) {
    (void)unused;
    return syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 1);
}

// For a key that nobody has: with the right the answer is ENOKEY.
static long by_request_key(const char* unused) {
    (void)unused;
    return syscall(SYS_request_key, "user", "ward-test-nowhere", NULL, 0) < 0 && errno != ENOKEY ? -1 : 0;
}

// Reads the table, which is empty.
static long by_modify_ldt(const char* unused) {
    char table[8];
    (void)unused;
    return syscall(SYS_modify_ldt, 0, table, sizeof table);
}

static long by_iopl(const char* unused) {
    (void)unused;
    return iopl(3);
}
static long by_ioperm(const char* unused) {
    (void)unused;
    return ioperm(0x80, 1, 1);
}

// None of these does anything: with the right the kernel finds the arguments wrong.
static long wrong_alone(long result) {
    return result < 0 && (errno == EPERM || errno == ENOSYS) ? -1 : 0;
}
static long by_reboot(const char* unused) {
    (void)unused;
    return wrong_alone(syscall(SYS_reboot, 1, 2, 3, NULL));
}
static long by_kexec_load(const char* unused) {
    (void)unused;
    return wrong_alone(syscall(SYS_kexec_load, 0, 0, NULL, ~0UL));
}
static long by_delete_module(const char* unused) {
    (void)unused;
    return wrong_alone(syscall(SYS_delete_module, "ward_test_nowhere", O_NONBLOCK));
}

// The length of a tick, set to what it is.
static long by_adjtimex(const char* unused) {
    struct timex clock = {0};
    (void)unused;
    if (adjtimex(&clock) < 0) return -1;
    clock.modes = ADJ_TICK;
    return adjtimex(&clock);
}

static long by_chroot(const char* path) {
    return chroot(path);
}

// The handle of the root folder: inode 2 on ext4, as in the attack on Docker of 2014. Any answer of
// the file system shows that the right was there.
static long by_handle(const char* path) {
    union {
        struct file_handle handle;
        char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
    } found = {.handle = {.handle_bytes = MAX_HANDLE_SZ}};
    int mount_id = 0;
    if (name_to_handle_at(AT_FDCWD, path, &found.handle, &mount_id, 0)) {
        found.handle.handle_bytes = 8;
        found.handle.handle_type = 1;
    }
    return open_by_handle_at(open(path, O_RDONLY), &found.handle, O_RDONLY);
}

static long by_bpf(const char* unused) {
    (void)unused;
    union bpf_attr attributes = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
    return syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof attributes);
}

static long by_perf(const char* unused) {
    (void)unused;
    struct perf_event_attr attributes = {
        .type = PERF_TYPE_SOFTWARE, .size = sizeof attributes, .config = PERF_COUNT_SW_TASK_CLOCK};
    return syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0);
}

static long by_syslog(const char* unused) {
    (void)unused;
    return klogctl(10, NULL, 0);
}  // the size of the log
// There is no such file: with the right the answer is ENOENT.
static long by_acct(const char* unused) {
    (void)unused;
    return acct("/nowhere/acct") == 0 || errno == ENOENT ? 0 : -1;
}

static long by_swapon(const char* unused) {
    (void)unused;
    return swapon("/nowhere/swap", 0) == 0 || errno == ENOENT ? 0 : -1;
}

int main(int argc, char** argv) {
    static const struct Way ways[] = {
        {"io_uring_setup", by_io_uring},
        {"userfaultfd", by_userfaultfd},
        {"add_key", by_add_key},
        {"keyctl", by_keyctl},
        {"request_key", by_request_key},
        {"modify_ldt", by_modify_ldt},
        {"iopl", by_iopl},
        {"ioperm", by_ioperm},
        {"reboot", by_reboot},
        {"kexec_load", by_kexec_load},
        {"delete_module", by_delete_module},
        {"adjtimex", by_adjtimex},
        {"chroot", by_chroot},
        {"open_by_handle_at", by_handle},
        {"bpf", by_bpf},
        {"perf_event_open", by_perf},
        {"syslog", by_syslog},
        {"acct", by_acct},
        {"swapon", by_swapon},
        {NULL, NULL},
    };
    run_way(ways, argc, argv, "the kernel did it");
}
