#include "sandbox/listener.hpp"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "compiler/syscall_table.hpp"
#include "sandbox/raw_syscall.hpp"

namespace ward::sandbox {
namespace {

// The kernel's idea of the size may be newer than ours.
std::size_t notification_size() {
    seccomp_notif_sizes sizes{};
    const long result = raw_syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes);
    return result < 0 ? sizeof(seccomp_notif) : std::max<std::size_t>(sizes.seccomp_notif, sizeof(seccomp_notif));
}

}  // namespace

std::optional<Violation> read_violation(int listener) {
    // Must be zero: seccomp_unotify(2). Eight-byte members, so eight-byte alignment.
    std::vector<std::uint64_t> space(notification_size() / sizeof(std::uint64_t) + 1);
    auto* notification = reinterpret_cast<seccomp_notif*>(space.data());
    if (::ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, notification) != 0) return std::nullopt;
    Violation violation;
    violation.number = static_cast<std::uint32_t>(notification->data.nr);
    violation.abi = notification->data.arch;
    // Of other ABIs the command line names it, which knows them.
    if (violation.abi == AUDIT_ARCH_X86_64) violation.call = compiler::syscall_name(violation.number);
    std::copy(std::begin(notification->data.args), std::end(notification->data.args), std::begin(violation.arguments));
    return violation;
}

}  // namespace ward::sandbox
