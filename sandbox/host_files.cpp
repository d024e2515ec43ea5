// The machine's own files, as a FileTree.
#include <dirent.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <unordered_map>

#include "sandbox/host.hpp"

namespace ward::sandbox {
namespace {

// One look at each path for its lifetime: a plan is made of one state of the files. Whoever changes them
// between the plan and the launch is noticed there (Operation::clone_tree).
class HostFiles : public FileTree {
public:
    [[nodiscard]] std::optional<Inode> inspect(const std::string& path) const override {
        const auto [place, fresh] = seen_.try_emplace(path);
        Seen& seen = place->second;
        if (fresh) {
            seen.inode = look(path);
            seen.error = seen.inode ? 0 : errno;
        }
        errno = seen.error;
        return seen.inode;
    }

    [[nodiscard]] std::optional<std::string> link_target(const std::string& path) const override {
        std::array<char, PATH_MAX> target{};
        const ssize_t length = readlink(path.c_str(), target.data(), target.size());
        // A target that fills the buffer may be cut off (readlink(2)).
        if (length <= 0 || static_cast<std::size_t>(length) == target.size()) return {};
        return std::string(target.data(), static_cast<std::size_t>(length));
    }

    [[nodiscard]] std::vector<std::string> entries(const std::string& folder) const override {
        std::vector<std::string> names;
        DIR* stream = opendir(folder.c_str());
        if (stream == nullptr) return names;
        while (const dirent* entry = readdir(stream)) {
            const std::string_view name = entry->d_name;
            if (name != "." && name != "..") names.emplace_back(name);
        }
        closedir(stream);
        std::sort(names.begin(), names.end());
        return names;
    }

private:
    struct Seen {
        std::optional<Inode> inode;
        int error = 0;
    };

    static std::optional<Inode> look(const std::string& path) {
        struct statx found {};
        // STATX_MNT_ID is there since Linux 5.8. AT_NO_AUTOMOUNT: a look must not mount anything.
        const unsigned wanted = STATX_BASIC_STATS | STATX_MNT_ID;
        if (statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, wanted, &found) != 0) return {};
        return Inode{.device = makedev(found.stx_dev_major, found.stx_dev_minor),
                     .number = found.stx_ino,
                     .mode = found.stx_mode,
                     .owner = found.stx_uid,
                     .group = found.stx_gid,
                     .mount = found.stx_mnt_id,
                     .device_number = makedev(found.stx_rdev_major, found.stx_rdev_minor)};
    }

    mutable std::unordered_map<std::string, Seen> seen_;
};

}  // namespace

std::unique_ptr<FileTree> host_files() {
    return std::make_unique<HostFiles>();
}

}  // namespace ward::sandbox
