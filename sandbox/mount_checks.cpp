#include "sandbox/mount_checks.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "policy/policy.hpp"
#include "sandbox/rule_places.hpp"

namespace ward::sandbox {
namespace {

using compiler::execute_bit;
using compiler::write_bit;

// File systems whose mounts cannot be id-mapped before a kernel version (mount_setattr(2)); 0: never.
// Others are tried, and the kernel decides.
struct Unmappable {
    std::string_view type;
    unsigned major, minor;
};
constexpr std::array<Unmappable, 17> unmappable{{{"9p", 0, 0},
                                                 {"autofs", 0, 0},
                                                 {"binfmt_misc", 0, 0},
                                                 {"bpf", 0, 0},
                                                 {"cgroup", 0, 0},
                                                 {"cgroup2", 0, 0},
                                                 {"cifs", 0, 0},
                                                 {"debugfs", 0, 0},
                                                 {"devpts", 0, 0},
                                                 {"devtmpfs", 0, 0},
                                                 {"mqueue", 0, 0},
                                                 {"nfs", 0, 0},
                                                 {"nfs4", 0, 0},
                                                 {"overlay", 0, 0},
                                                 {"proc", 0, 0},
                                                 {"sysfs", 0, 0},
                                                 {"tmpfs", 6, 3}}};

bool can_be_mapped(const Mount& mount, const Host& host) {
    const auto* row = std::find_if(unmappable.begin(), unmappable.end(),
                                   [&](const Unmappable& each) { return each.type == mount.type; });
    if (row == unmappable.end()) return true;
    return row->major != 0 && std::pair(host.kernel_major, host.kernel_minor) >= std::pair(row->major, row->minor);
}

// The mount of a tree and those below it, which a recursive clone takes along.
const Mount* first_unmappable(const Host& host, const ViewEntry& tree) {
    const Mount* own = host.mounts.find(tree.inode.mount);
    if (own != nullptr && !can_be_mapped(*own, host)) return own;
    for (const Mount& mount : host.mounts.all())
        if (mount.path != tree.source && is_within(mount.path, tree.source) && !can_be_mapped(mount, host))
            return &mount;
    return nullptr;
}

using policy::quoted;

class MountChecker {
public:
    MountChecker(const Host& host, const Identity& identity, policy::Diagnostics& diagnostics)
        : host_(&host), identity_(&identity), diagnostics_(&diagnostics) {}

    void check(const ViewEntry& tree, std::vector<std::string>& notes) {
        if (const Mount* mount = mount_that_matters(tree); mount != nullptr) {
            if ((tree.access & execute_bit) != 0 && mount->no_exec) report_no_exec(tree, *mount);
            if ((tree.access & write_bit) != 0 && mount->read_only) report_read_only(tree, *mount);
        }
        if (needs_id_map(tree, *identity_))
            if (const Mount* mount = first_unmappable(*host_, tree); mount != nullptr) report_unmappable(tree, *mount);
        if (tree.is_writable_tree() && !may_write(*identity_, *host_, tree.inode)) notes.push_back(words_for(tree));
    }

    // overlayfs(5) in a user namespace is there since Linux 5.11, over id-mapped folders since 5.19.
    void check_overlay(const ViewEntry& overlay) {
        const std::pair needed = identity_->supervisor_maps_ids ? std::pair(5U, 19U) : std::pair(5U, 11U);
        if (std::pair(host_->kernel_major, host_->kernel_minor) < needed) report_old_kernel(overlay, needed);
        for (const Mount& mount : host_->mounts.all())
            if (mount.path != overlay.source && is_within(mount.path, overlay.source))
                return report_mount_below(overlay, mount);
        if (!identity_->supervisor_maps_ids) return check_layer(overlay);
        const Mount* own = host_->mounts.find(overlay.inode.mount);
        if (own != nullptr && !can_be_mapped(*own, *host_)) report_unmappable(overlay, *own);
        check_layer(overlay);
    }

private:
    // For reading a mount is as good as another.
    [[nodiscard]] const Mount* mount_that_matters(const ViewEntry& tree) const {
        if ((tree.access & (execute_bit | write_bit)) == 0) return nullptr;
        return host_->mounts.restricting(tree.inode.mount, tree.source);
    }

    void check_layer(const ViewEntry& overlay) {
        if (overlay.layer.empty()) return;
        if (overlay.layer_inode.owner != host_->uid) report_foreign_layer(overlay);
        if ((overlay.layer_inode.mode & (S_IWGRP | S_IWOTH)) != 0) report_shared_layer(overlay);
        const Mount* mount = host_->mounts.find(overlay.layer_inode.mount);
        if (mount == nullptr) return;
        if (mount->read_only) report_read_only_layer(overlay, *mount);
        if (identity_->supervisor_maps_ids && !can_be_mapped(*mount, *host_)) report_unmappable(overlay, *mount);
    }

    void report_old_kernel(const ViewEntry& overlay, std::pair<unsigned, unsigned> needed) {
        error(policy::slug::overlay_not_available, overlay,
              quoted(words_of(*overlay.rule)) + " needs Linux " + std::to_string(needed.first) + '.' +
                  std::to_string(needed.second))
            .help("write " + quoted("private " + overlay.path) + " if the program needs nothing of what is there");
    }

    void report_mount_below(const ViewEntry& overlay, const Mount& mount) {
        error(policy::slug::overlay_not_available, overlay,
              quoted(words_of(*overlay.rule)) + " cannot cover " + quoted(mount.path) + ", which is mounted below it")
            .note("an overlay covers one file system, and would show an empty folder there")
            .help("name folders that do not contain " + quoted(mount.path));
    }

    void report_foreign_layer(const ViewEntry& overlay) {
        error(policy::slug::overlay_not_available, overlay,
              quoted(overlay.layer) + " belongs to user " + std::to_string(overlay.layer_inode.owner) +
                  ", not to user " + std::to_string(host_->uid))
            .note("who owns the folder can change what the next jail finds in it")
            .help("name a folder of your own after `into`");
    }

    void report_shared_layer(const ViewEntry& overlay) {
        error(policy::slug::overlay_not_available, overlay, quoted(overlay.layer) + " can be written by others")
            .note("who can write the folder can change what the next jail finds in it")
            .help("run `chmod go-w " + overlay.layer + "`");
    }

    void report_read_only_layer(const ViewEntry& overlay, const Mount& mount) {
        error(policy::slug::mount_forbids, overlay,
              quoted(overlay.layer) + " cannot be written: " + quoted(mount.path) + " is mounted read-only")
            .help("name another folder after `into`, or leave it out: then nothing is kept");
    }

    policy::Diagnostic& error(const policy::Slug& slug, const ViewEntry& tree, std::string message) {
        return diagnostics_->add(slug, place_of(*tree.rule), std::move(message));
    }

    void report_no_exec(const ViewEntry& tree, const Mount& mount) {
        error(policy::slug::mount_forbids, tree,
              quoted(tree.source) + " cannot be executed: " + quoted(mount.path) + " is mounted `noexec`")
            .help("put the programs on a mount without `noexec`, for example below `/usr/local`");
    }

    void report_read_only(const ViewEntry& tree, const Mount& mount) {
        error(policy::slug::mount_forbids, tree,
              quoted(tree.source) + " cannot be written: " + quoted(mount.path) + " is mounted read-only")
            .help("write " + quoted("read " + tree.path));
    }

    void report_unmappable(const ViewEntry& tree, const Mount& mount) {
        const bool writes = tree.is_writable_tree();
        error(policy::slug::not_id_mappable, tree,
              quoted(words_of(*tree.rule)) + " cannot be mapped to the ids of the jail: " + quoted(mount.path) +
                  " is of type " + quoted(mount.type))
            .note(writes ? "what a program writes must belong to a user of the host, not to the jail"
                         : "it is not readable by everybody, so the program would not be allowed to read it")
            .help("start ward as an ordinary user, or name folders that do not contain " + quoted(mount.path));
    }

    [[nodiscard]] std::string words_for(const ViewEntry& tree) const {
        std::array<char, 8> mode{};
        std::snprintf(mode.data(), mode.size(), "%04o", tree.inode.mode & 07777U);
        return quoted(words_of(*tree.rule)) + ": its mode " + mode.data() + " lets user " +
               std::to_string(tree.inode.owner) + " write, not the program (user " +
               std::to_string(identity_->file_owner) + ')';
    }

    const Host* host_;
    const Identity* identity_;
    policy::Diagnostics* diagnostics_;
};

}  // namespace

bool needs_id_map(const ViewEntry& tree, const Identity& identity) {
    if (!identity.supervisor_maps_ids || tree.is_of_root()) return false;
    const mode_t needed = tree.inode.is_folder() ? S_IROTH | S_IXOTH : S_IROTH;
    return tree.is_writable_tree() || (tree.inode.mode & needed) != needed;
}

void check_mounts(const Host& host, const Identity& identity, FileView& view, policy::Diagnostics& diagnostics) {
    MountChecker checker(host, identity, diagnostics);
    for (const auto& [path, entry] : view.entries)
        if (entry.kind == ViewEntry::Kind::tree)
            checker.check(entry, view.notes);
        else if (entry.kind == ViewEntry::Kind::overlay)
            checker.check_overlay(entry);
}

}  // namespace ward::sandbox
