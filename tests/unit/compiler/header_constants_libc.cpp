// The C library's headers, and those of the kernel's that include them.
#include <fcntl.h>
#include <linux/input.h>
#include <linux/joystick.h>
#include <linux/uinput.h>
#include <linux/videodev2.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/quota.h>
#include <sys/random.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/compiler/header_constants.hpp"

// <termios.h> has the requests of it and not the structure (asm/termbits.h, which conflicts).
struct termios2 {
    unsigned flags[4];
    unsigned char characters[20];
    unsigned speeds[2];
};

namespace {
const HeaderConstant seen[] = {
#define WARD_SEEN(name, value) {name, static_cast<long long>(value)},
#include "tests/unit/compiler/header_constants.inc"
};
}  // namespace

std::span<const HeaderConstant> c_library_constants() {
    return seen;
}
