#include "sandbox/doctor_remedies.hpp"

#include <cerrno>

#include "sandbox/setup_failure.hpp"

namespace ward::sandbox {
namespace {

using State = Finding::State;

constexpr std::string_view newer_kernel = "run Linux 5.14 or newer";

bool is_refusal(int error) {
    return error == EPERM || error == EACCES;
}

std::string call_of(Attempt attempt) {
    switch (attempt) {
        case Attempt::clone3:
        case Attempt::into_cgroup:
            return "clone3";
        case Attempt::openat2:
            return "openat2";
        case Attempt::close_range:
            return "close_range";
        case Attempt::user_namespace:
            return "making a user namespace";
        case Attempt::id_maps:
            return "writing the id maps of a user namespace";
        case Attempt::mount_namespace:
        case Attempt::ipc_namespace:
        case Attempt::uts_namespace:
        case Attempt::cgroup_namespace:
        case Attempt::network_namespace:
        case Attempt::pid_namespace:
            return "making the namespace";
        case Attempt::new_mount:
            return "mounting a tmpfs in a user namespace";
        case Attempt::clone_tree:
            return "copying a mount in a user namespace";
        case Attempt::restrict_tree:
            return "mount_setattr";
        case Attempt::overlay:
            return "mounting an overlay in a user namespace";
        case Attempt::proc:
            return "mounting a /proc of the jail's own";
        case Attempt::pivot_root:
            return "pivot_root";
        case Attempt::filter:
            return "loading a filter";
        case Attempt::listener:
            return "loading a filter with a listener";
        case Attempt::landlock:
            return "making a Landlock ruleset";
        case Attempt::terminal:
            return "making a terminal";
    }
    return "it";
}

std::string failed(Attempt attempt, int error) {
    return call_of(attempt) + " fails: " + error_words(error);
}

// ---- containers: what to start them with

std::string_view container_remedy(Container container) {
    switch (container) {
        case Container::docker:
            return "start the container with `docker run --security-opt seccomp=unconfined --security-opt "
                   "apparmor=unconfined --security-opt systempaths=unconfined`";
        case Container::podman:
            return "start the container with `podman run --security-opt seccomp=unconfined --security-opt unmask=ALL "
                   "--security-opt label=disable`";
        case Container::kubernetes:
            return "give the pod `securityContext: {seccompProfile: {type: Unconfined}, procMount: Unmasked}` and "
                   "`hostUsers: false`";
        case Container::lxc:
            return "allow nested containers on the host: `lxc config set NAME security.nesting true`";
        case Container::nspawn:
            return "start the container with `SYSTEMD_SECCOMP=0 systemd-nspawn --private-users=pick`";
        case Container::none:
        case Container::other:
            break;
    }
    return "run ward outside of this container, or let it make user namespaces";
}

// What covers parts of /proc keeps a new one from being mounted: mount_too_revealing() of the kernel.
std::string_view proc_remedy(Container container) {
    switch (container) {
        case Container::docker:
            return "start the container with `docker run --security-opt systempaths=unconfined`";
        case Container::podman:
            return "start the container with `podman run --security-opt unmask=ALL`";
        case Container::kubernetes:
            return "give the container `securityContext: {procMount: Unmasked}` and its pod `hostUsers: false`";
        case Container::lxc:
            return "allow nested containers on the host: `lxc config set NAME security.nesting true`";
        case Container::none:
        case Container::nspawn:
        case Container::other:
            break;
    }
    return "remove the mounts that cover parts of /proc: `findmnt -R /proc` lists them";
}

Obstacle in_container(const Probe& probe, const std::string& what) {
    return {State::blocked, what + ", in a container of " + std::string(container_word(probe.container)),
            std::string(container_remedy(probe.container))};
}

// ---- user namespaces, and what AppArmor lets be done in them

bool apparmor_restricts(const Probe& probe) {
    return probe.apparmor_restricts_userns.value_or(0) != 0 && !probe.privileged;
}

Obstacle behind_apparmor(const std::string& what) {
    return {State::blocked, what + ", since kernel.apparmor_restrict_unprivileged_userns is 1",
            "give ward a profile: `sudo ward doctor --apparmor-profile -o /etc/apparmor.d/ward && sudo "
            "apparmor_parser -r /etc/apparmor.d/ward`"};
}

Obstacle without_user_namespaces(const Probe& probe, int error) {
    const std::string what = failed(Attempt::user_namespace, error);
    if (probe.release.find("Microsoft") != std::string::npos)
        return {State::missing, "WSL 1 has no namespaces", "change to WSL 2: `wsl --set-version NAME 2`"};
    if (error == ENOSPC || probe.max_user_namespaces.value_or(1) == 0)
        return {State::blocked, what + ", since user.max_user_namespaces is used up",
                "raise it: `sudo sysctl user.max_user_namespaces=10000`"};
    if (error == EUSERS)
        return {State::blocked, "user namespaces lie in each other 32 deep", "run ward outside of other sandboxes"};
    if (!is_refusal(error)) return {State::missing, what, "run a kernel that is built with CONFIG_USER_NS"};
    if (probe.unprivileged_userns_clone.value_or(1) == 0 && !probe.privileged)
        return {State::blocked, what + ", since kernel.unprivileged_userns_clone is 0",
                "allow them: `sudo sysctl kernel.unprivileged_userns_clone=1`"};
    if (apparmor_restricts(probe)) return behind_apparmor(what);
    if (probe.changed_root)
        return {State::blocked, what + ", since the root folder was changed by chroot",
                "run ward outside of the chroot, or enter it with `unshare --root`"};
    if (probe.container != Container::none) return in_container(probe, what);
    return {State::blocked, what + ": a filter or a security module forbids it", "run ward outside of other sandboxes"};
}

Obstacle without_landlock(int error) {
    if (error == EOPNOTSUPP)
        return {State::blocked, "Landlock is built in and was not switched on at boot",
                "add `landlock` to the list in the boot option `lsm=`: `cat /sys/kernel/security/lsm` shows it"};
    if (error == ENOSYS)
        return {State::missing, "this kernel has no Landlock", "run Linux 6.7 or newer with CONFIG_SECURITY_LANDLOCK"};
    return {State::blocked, failed(Attempt::landlock, error), "run ward outside of other sandboxes"};
}

Obstacle without_listener(int error) {
    if (error == EBUSY)
        return {State::blocked,
                "this process has a filter with a listener already: ward runs in ward or in a container",
                "run ward outside of it; until then a `kill` does not tell which call it was"};
    return {State::blocked, failed(Attempt::listener, error), "run ward outside of other sandboxes"};
}

// ---- cgroups

struct Controller {
    std::string_view name;
    std::string_view docker_option;
};
constexpr Controller controllers[] = {{"memory", "--memory=1g"},
                                      {"pids", "--pids-limit=100"},
                                      {"cpu", "--cpus=1.5"},
                                      {"cpuset", "--cpuset-cpus=0"},
                                      {"io", "--device-read-bps=/dev/sda:1mb"}};

std::string option_for(const std::string& controller) {
    for (const Controller& each : controllers)
        if (each.name == controller) return std::string(each.docker_option);
    return {};
}

bool has_word(const std::string& words, const std::string& wanted) {
    return (' ' + words + ' ').find(' ' + wanted + ' ') != std::string::npos;
}

Obstacle undelegated(const Probe& probe, const std::string& controller) {
    const std::string why = "no cgroup with `" + controller + "` was handed to " + probe.user;
    if (!probe.systemd)
        return {State::blocked, why,
                "hand one over: `sudo sh -c 'cd /sys/fs/cgroup; echo +" + controller +
                    " >cgroup.subtree_control; mkdir -p ward/shell; echo +" + controller +
                    " >ward/cgroup.subtree_control; chown -R " + probe.user +
                    " /sys/fs/cgroup/ward; echo PID >ward/shell/cgroup.procs'` with the PID of your shell"};
    if (!probe.user_session)
        return {State::blocked, why + ", since no systemd session of " + probe.user + " runs",
                "start one: `sudo loginctl enable-linger " + probe.user + "`, and log in again"};
    return {State::blocked, why,
            "delegate it: put `[Service]` and `Delegate=cpu cpuset io memory pids` into "
            "/etc/systemd/system/user@.service.d/delegate.conf, and log in again"};
}

}  // namespace

Obstacle obstacle_of(const Probe& probe, Attempt attempt, int error) {
    if (attempt == Attempt::user_namespace) return without_user_namespaces(probe, error);
    if (attempt == Attempt::landlock) return without_landlock(error);
    if (attempt == Attempt::listener) return without_listener(error);
    const std::string what = failed(attempt, error);
    if (attempt == Attempt::proc && error == EPERM && !apparmor_restricts(probe))
        return {State::blocked, "parts of /proc are covered here, so that no other can be mounted",
                std::string(proc_remedy(probe.container))};
    if (attempt == Attempt::terminal)
        return {State::blocked, what, "mount one: `sudo mount -t devpts devpts /dev/pts`, or say `terminal none`"};
    if (apparmor_restricts(probe) && is_refusal(error)) return behind_apparmor(what);
    if (probe.container != Container::none && (is_refusal(error) || error == ENOSYS)) return in_container(probe, what);
    if (error == ENOSPC)
        return {State::blocked, what, "raise the host's limit of namespaces: `sysctl user | grep max_` shows them"};
    if (is_refusal(error))
        return {State::blocked, what + ": a filter or a security module forbids it",
                "run ward outside of other sandboxes"};
    if (attempt == Attempt::overlay)
        return {State::missing, what, "run a kernel with CONFIG_OVERLAY_FS, or load it: `sudo modprobe overlay`"};
    return {State::missing, what, std::string(newer_kernel)};
}

Obstacle cgroup_obstacle(const Probe& probe, const std::string& controller) {
    if (!probe.has_cgroup_v1 && !probe.has_cgroup_v2)
        return {State::missing, "no cgroup file system is mounted",
                "mount it: `sudo mount -t cgroup2 none /sys/fs/cgroup`"};
    if (probe.container != Container::none)
        return {State::blocked, "the container's cgroups cannot be written",
                probe.container == Container::docker || probe.container == Container::podman
                    ? "limit the container itself: `" + std::string(container_word(probe.container)) + " run " +
                          option_for(controller) + "`"
                    : "limit the container itself"};
    const bool only_v2 = !probe.has_cgroup_v1;
    if (only_v2 && !has_word(probe.v2_controllers, controller))
        return {State::missing, "this kernel offers no controller `" + controller + "`",
                controller == "memory" ? "boot with `cgroup_enable=memory`"
                                       : "run a kernel that is built with the controller `" + controller + "`"};
    if (probe.uid != 0 && !only_v2)
        return {State::blocked, "cgroups of version 1 belong to root",
                "run ward as root, or boot with `systemd.unified_cgroup_hierarchy=1`"};
    if (probe.uid != 0) return undelegated(probe, controller);
    if (!only_v2)
        return {State::missing, "the controller `" + controller + "` is mounted nowhere",
                "mount it: `mkdir -p /sys/fs/cgroup/" + controller + " && mount -t cgroup -o " + controller +
                    " cgroup /sys/fs/cgroup/" + controller + "`"};
    return {State::blocked, "the controller `" + controller + "` is not handed down from the top of the hierarchy",
            "hand it down: `echo +" + controller + " >/sys/fs/cgroup/cgroup.subtree_control`"};
}

}  // namespace ward::sandbox
