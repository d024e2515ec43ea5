// The steps about Landlock: landlock_create_ruleset(2), landlock_add_rule(2), landlock_restrict_self(2).

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

#include "sandbox/child_steps.hpp"

namespace ward::sandbox::steps {
namespace {

// As the kernel has them; longer than older kernels know, which is fine as long as the rest is zero.
struct RulesetAttributes {
    std::uint64_t files, ports, scopes;
};
struct PathRule {
    std::uint64_t rights;
    std::int32_t descriptor;
} __attribute__((packed));
struct PortRule {
    std::uint64_t rights, port;
};

constexpr int path_rule = 1, port_rule = 2;

int add_rule(const Inside& inside, Slot slot, int kind, const void* rule) {
    return outcome(raw_syscall(SYS_landlock_add_rule, in_slot(inside, slot), kind, rule, 0));
}

}  // namespace

int new_ruleset(const Step& step, Inside& inside) {
    const RulesetAttributes attributes{step.number[0], step.number[1], step.number[2]};
    return fill_slot(inside, step.into, raw_syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0));
}

int allow_path(const Step& step, Inside& inside) {
    open_how how{};
    how.flags = O_PATH | O_CLOEXEC;
    how.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    ScopedDescriptor place;
    const long opened = raw_syscall(SYS_openat2, AT_FDCWD, step.path, &how, sizeof how);
    if (const int error = new_descriptor(opened, place.number)) return error;
    const PathRule rule{step.number[0], place.number};
    return add_rule(inside, step.slot, path_rule, &rule);
}

// What has no place in a file system, such as a pipe, is EBADFD: Landlock never restricts it.
int allow_stream(const Step& step, Inside& inside) {
    const PathRule rule{step.number[0], static_cast<std::int32_t>(step.number[1])};
    const int error = add_rule(inside, step.slot, path_rule, &rule);
    return error == EBADFD ? 0 : error;
}

int allow_ports(const Step& step, Inside& inside) {
    for (std::uint64_t port = step.number[1]; port <= step.number[2]; ++port) {
        const PortRule rule{step.number[0], port};
        if (const int error = add_rule(inside, step.slot, port_rule, &rule)) return error;
    }
    return 0;
}

int enter_ruleset(const Step& step, Inside& inside) {
    return outcome(raw_syscall(SYS_landlock_restrict_self, in_slot(inside, step.slot), 0));
}

}  // namespace ward::sandbox::steps
