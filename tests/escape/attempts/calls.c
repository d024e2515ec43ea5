// Calls that widen what can be attacked; none of them is in the groups that programs need.
//
// attempt: a call that any user may make
// ways: io_uring_setup userfaultfd add_key keyctl
// arguments: $way $work
// expect: EPERM
// layer: filter
// control: host
//
// attempt: a call that is root's
// ways: chroot open_by_handle_at bpf perf_event_open syslog acct swapon
// arguments: $way $work
// expect: EPERM
// layer: filter
// control: root
//
// attempt: a call that is root's, where the policy allows it
// ways: chroot open_by_handle_at syslog acct swapon
// arguments: $way $work
// policy: syscalls { allow chroot, open_by_handle_at, syslog, acct, swapon }
// expect: EPERM
// layer: no capabilities
// control: root
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <sys/klog.h>
#include <sys/swap.h>

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
