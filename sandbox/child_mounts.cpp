// The steps about mounts and files of the new root.

#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include "sandbox/child_steps.hpp"

namespace ward::sandbox {
namespace {

constexpr unsigned legacy_private = 1U << 18;  // MS_PRIVATE; <sys/mount.h> and <linux/mount.h> exclude each other
constexpr int detach_mount = 2;                // MNT_DETACH
constexpr int do_not_follow = 8;               // UMOUNT_NOFOLLOW
constexpr std::size_t longest_option = 4096;

// mount(2)'s flags are the numbers of mount_setattr(2)'s attributes, as far as a plan uses them.
static_assert(MOUNT_ATTR_RDONLY == 1 && MOUNT_ATTR_NOSUID == 2 && MOUNT_ATTR_NODEV == 4 && MOUNT_ATTR_NOEXEC == 8);

constexpr long open_tree_attr = 467;  // SYS_open_tree_attr, Linux 6.15

int set_attributes(int tree, const char* path, unsigned flags, const mount_attr& attributes) {
    return outcome(raw_syscall(SYS_mount_setattr, tree, path, flags, &attributes, sizeof attributes));
}

// Paths of a plan have no symlinks: one that is there now was put there since.
int open_exactly(int folder, const char* path, std::uint64_t flags, std::uint64_t mode, std::uint64_t resolve,
                 int& place) {
    open_how how{};
    how.flags = flags | O_CLOEXEC;
    how.mode = mode;
    how.resolve = resolve | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    return new_descriptor(raw_syscall(SYS_openat2, folder, path, &how, sizeof how), place);
}

int open_below_root(const Inside& inside, const char* path, int& place) {
    return open_exactly(inside.root, path, O_PATH, 0, RESOLVE_BENEATH, place);
}

// A clone stays in the peer group of what it was cloned from (mount_namespaces(7)): without its own propagation, what
// is mounted in the jail's tree would be mounted on the host as well, and the reverse. By one call where the kernel has
// it; a filter around ward may say EPERM of a call that it does not know.
int clone_restricted(const Step& step, Inside& inside, int folder, const char* path, unsigned flags) {
    const unsigned recursive = step.number[3] != 0 ? static_cast<unsigned>(AT_RECURSIVE) : 0U;
    flags |= OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | recursive;
    mount_attr attributes{};
    attributes.attr_set = step.number[4];
    attributes.attr_clr = step.number[5];
    attributes.propagation = legacy_private;
    if (!inside.lacks_open_tree_attr) {
        const long cloned = raw_syscall(open_tree_attr, folder, path, flags, &attributes, sizeof attributes);
        inside.lacks_open_tree_attr = cloned == -ENOSYS;
        if (cloned != -ENOSYS && cloned != -EPERM) return fill_slot(inside, step.into, cloned);
    }
    const long cloned = raw_syscall(SYS_open_tree, folder, path, flags);
    if (const int error = fill_slot(inside, step.into, cloned)) return error;
    return set_attributes(in_slot(inside, step.into), "", AT_EMPTY_PATH | recursive, attributes);
}

// What the name stands for itself, were it a link. Nothing is mounted by the look.
int clone_by_name(const Step& step, Inside& inside) {
    return clone_restricted(step, inside, AT_FDCWD, step.path, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT);
}

int clone_opened(const Step& step, Inside& inside, int source) {
    return clone_restricted(step, inside, source, "", AT_EMPTY_PATH);
}

// One `key=value` or `flag`, up to the next comma. Moves `options` behind it.
int set_option(int filesystem, const char*& options) {
    char text[longest_option];
    std::size_t length = 0;
    const char* value = nullptr;
    for (; *options != '\0' && *options != ','; ++options) {
        if (length + 1 == sizeof text) return ENAMETOOLONG;
        const bool split = *options == '=' && value == nullptr;
        text[length++] = split ? '\0' : *options;
        if (split) value = text + length;
    }
    text[length] = '\0';
    if (*options == ',') ++options;
    const int command = value != nullptr ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG;
    return outcome(raw_syscall(SYS_fsconfig, filesystem, command, &text[0], value, 0));
}

int configure(int filesystem, const char* options) {
    while (options != nullptr && *options != '\0') {
        if (const int error = set_option(filesystem, options)) return error;
    }
    return outcome(raw_syscall(SYS_fsconfig, filesystem, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0));
}

bool is_right_below_root(const char* path) {
    if (*path++ != '/') return false;
    while (*path != '\0' && *path != '/') ++path;
    return *path == '\0';
}

// ESTALE if another file is there than the planner saw.
int check_identity(const Step& step, int file) {
    struct stat found {};
    if (const int error = outcome(raw_syscall(SYS_fstat, file, &found))) return error;
    const bool same = found.st_dev == step.number[0] && found.st_ino == step.number[1] &&
                      (found.st_mode & S_IFMT) == (step.number[2] & S_IFMT);
    return same ? 0 : ESTALE;
}

// One call in place of eight of the descriptor-based interface; options are as for fsconfig(2). A path
// that only the jail's own new folders are on cannot lead elsewhere.
int mount_new(const char* type, const char* place, std::uint64_t attributes, const char* options) {
    return outcome(raw_syscall(SYS_mount, type, place, type, attributes, options));
}

}  // namespace

namespace steps {

int private_propagation(const Step& /*step*/, Inside& /*inside*/) {
    mount_attr attributes{};
    attributes.propagation = legacy_private;
    return set_attributes(AT_FDCWD, "/", AT_RECURSIVE, attributes);
}

// What lies right below / has no link on its way that could lead elsewhere: one call less, and one to close.
int clone_tree(const Step& step, Inside& inside) {
    if (is_right_below_root(step.path)) {
        if (const int error = clone_by_name(step, inside)) return error;
        return check_identity(step, in_slot(inside, step.into));
    }
    ScopedDescriptor source;
    if (const int error = open_exactly(AT_FDCWD, step.path, O_PATH, 0, 0, source.number)) return error;
    if (const int error = check_identity(step, source.number)) return error;
    return clone_opened(step, inside, source.number);
}

// A device has nothing mounted below it, and is what its number says: no matter by which name it was reached.
int clone_device(const Step& step, Inside& inside) {
    if (const int error = clone_by_name(step, inside)) return error;
    struct stat found {};
    if (const int error = outcome(raw_syscall(SYS_fstat, in_slot(inside, step.into), &found))) return error;
    const bool is_planned = found.st_rdev == step.number[0] || found.st_rdev == step.number[1];
    return S_ISCHR(found.st_mode) && is_planned ? 0 : ESTALE;
}

int map_tree_ids(const Step& step, Inside& inside) {
    const int space = in_slot(inside, step.into);
    if (space < 0) return EBADF;
    mount_attr attributes{};
    attributes.attr_set = MOUNT_ATTR_IDMAP;
    attributes.userns_fd = static_cast<__u64>(space);
    return set_attributes(in_slot(inside, step.slot), "", AT_EMPTY_PATH | AT_RECURSIVE, attributes);
}

// Overlayfs that can make no folder for its work is mounted read-only, with a word in the kernel's log alone
// (fs/overlayfs/super.c, "mounting read-only").
int check_writable(const Step& step, int mount) {
    struct statfs found {};
    if ((step.number[0] & MOUNT_ATTR_RDONLY) != 0) return 0;
    if (const int error = outcome(raw_syscall(SYS_fstatfs, mount, &found))) return error;
    return (found.f_flags & ST_RDONLY) != 0 ? EROFS : 0;
}

int new_filesystem(const Step& step, Inside& inside) {
    ScopedDescriptor filesystem;
    const long opened = raw_syscall(SYS_fsopen, step.path, FSOPEN_CLOEXEC);
    if (const int error = new_descriptor(opened, filesystem.number)) return error;
    if (const int error = configure(filesystem.number, step.text)) return error;
    const long made = raw_syscall(SYS_fsmount, filesystem.number, FSMOUNT_CLOEXEC, step.number[0]);
    if (const int error = fill_slot(inside, step.into, made)) return error;
    return check_writable(step, in_slot(inside, step.into));
}

// A mount that did not take place leaves the host's folder here, in which nothing can be made: /proc.
int attach_root(const Step& step, Inside& inside) {
    if (const int error = mount_new("tmpfs", step.path, step.number[0], step.text)) return error;
    if (const int error = open_exactly(AT_FDCWD, step.path, O_PATH | O_DIRECTORY, 0, 0, inside.root)) return error;
    return outcome(raw_syscall(SYS_fchdir, inside.root));
}

int mount_filesystem(const Step& step, Inside& /*inside*/) {
    constexpr const char* types[] = {"tmpfs", "proc"};
    const auto kind = static_cast<std::size_t>(step.number[1]);
    if (kind >= sizeof types / sizeof types[0]) return EINVAL;
    return mount_new(types[kind], step.path, step.number[0], step.text);
}

int make_folder(const Step& step, Inside& inside) {
    const long made = raw_syscall(SYS_mkdirat, inside.root, step.path, step.number[0]);
    if (made != -EEXIST) return outcome(made);
    struct stat there {};
    const long looked = raw_syscall(SYS_newfstatat, inside.root, step.path, &there, AT_SYMLINK_NOFOLLOW);
    if (looked != 0) return outcome(looked);
    return S_ISDIR(there.st_mode) ? 0 : ENOTDIR;
}

int give_folder(const Step& step, Inside& inside) {
    ScopedDescriptor place;
    if (const int error = open_below_root(inside, step.path, place.number)) return error;
    return outcome(
        raw_syscall(SYS_fchownat, place.number, "", step.number[0], step.number[1], static_cast<int>(AT_EMPTY_PATH)));
}

int make_file(const Step& step, Inside& inside) {
    if (step.text == nullptr && step.number[1] != 0)
        return outcome(raw_syscall(SYS_mknodat, inside.root, step.path, S_IFREG | step.number[0], 0));
    ScopedDescriptor file;
    const std::uint64_t flags = O_WRONLY | O_CREAT | O_EXCL;
    if (const int error = open_exactly(inside.root, step.path, flags, step.number[0], RESOLVE_BENEATH, file.number)) {
        return error;
    }
    return step.text != nullptr ? write_whole(file.number, step.text) : 0;
}

int make_link(const Step& step, Inside& inside) {
    return outcome(raw_syscall(SYS_symlinkat, step.text, inside.root, step.path));
}

int mount_tree(const Step& step, Inside& inside) {
    const int tree = in_slot(inside, step.slot);
    if (step.number[0] != 0)
        return outcome(raw_syscall(SYS_move_mount, tree, "", inside.root, step.path, MOVE_MOUNT_F_EMPTY_PATH));
    ScopedDescriptor place;
    if (const int error = open_below_root(inside, step.path, place.number)) return error;
    return outcome(
        raw_syscall(SYS_move_mount, tree, "", place.number, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH));
}

int clone_below_root(const Step& step, Inside& inside) {
    ScopedDescriptor place;
    if (const int error = open_below_root(inside, step.path, place.number)) return error;
    return clone_opened(step, inside, place.number);
}

// By a path, since umount2(2) takes no descriptor. Until the pivot the new root is the working folder.
int detach(const Step& step, Inside& /*inside*/) {
    return outcome(raw_syscall(SYS_umount2, step.path, detach_mount | do_not_follow));
}

// Both places of pivot_root(2) are the new root: the old one lies on top of it and is detached.
int pivot_root(const Step& /*step*/, Inside& /*inside*/) {
    if (const int error = outcome(raw_syscall(SYS_pivot_root, ".", "."))) return error;
    if (const int error = outcome(raw_syscall(SYS_umount2, ".", detach_mount))) return error;
    return outcome(raw_syscall(SYS_chdir, "/"));
}

int seal_root(const Step& step, Inside& /*inside*/) {
    mount_attr attributes{};
    attributes.attr_set = step.number[0];
    return set_attributes(AT_FDCWD, "/", 0, attributes);
}

int change_folder(const Step& step, Inside& /*inside*/) {
    return outcome(raw_syscall(SYS_chdir, step.path));
}

}  // namespace steps
}  // namespace ward::sandbox
