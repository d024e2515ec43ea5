// What a program with capabilities of the attempt `privileged_file` is: it says whether it got them.
#include <linux/capability.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {{0}};
    int is_capable = syscall(SYS_capget, &header, data) == 0 && (data[0].permitted & (1u << CAP_NET_RAW)) != 0;
    puts(is_capable ? "succeeded it has the capability of the file" : "refused EPERM");
    return !is_capable;
}
