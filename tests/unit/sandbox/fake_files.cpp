#include "tests/unit/sandbox/fake_files.hpp"

#include <cerrno>

#include "sandbox/path_walk.hpp"

namespace ward::sandbox {

FakeFiles::FakeFiles() {
    nodes_["/"].inode = {.device = 1, .number = 1, .mode = S_IFDIR | 0755, .mount = 1};
    folder("/proc/self", 0555).folder("/dev").folder("/tmp", 01777);
}

FakeFiles& FakeFiles::add(const std::string& path, mode_t mode, uid_t owner) {
    if (path != "/" && nodes_.count(parent_of(path)) == 0) folder(parent_of(path));
    nodes_[path].inode = {
        .device = 1, .number = next_number_++, .mode = mode, .owner = owner, .group = owner, .mount = mount_};
    return *this;
}

FakeFiles& FakeFiles::folder(const std::string& path, mode_t mode, uid_t owner) {
    return add(path, S_IFDIR | mode, owner);
}

FakeFiles& FakeFiles::file(const std::string& path, mode_t mode, uid_t owner) {
    return add(path, S_IFREG | mode, owner);
}

FakeFiles& FakeFiles::device(const std::string& path, mode_t type) {
    return add(path, type | 0666, 0);
}

FakeFiles& FakeFiles::link(const std::string& path, const std::string& target) {
    add(path, S_IFLNK | 0777, 0);
    nodes_[path].target = target;
    return *this;
}

FakeFiles& FakeFiles::on_mount(std::uint64_t id) {
    mount_ = id;
    return *this;
}

FakeFiles& FakeFiles::unreachable(const std::string& path, int error) {
    errors_[path] = error;
    return *this;
}

std::optional<Inode> FakeFiles::inspect(const std::string& path) const {
    if (const auto error = errors_.find(path); error != errors_.end()) {
        errno = error->second;
        return {};
    }
    const auto found = nodes_.find(path);
    errno = ENOENT;
    if (found == nodes_.end()) return {};
    return found->second.inode;
}

std::optional<std::string> FakeFiles::link_target(const std::string& path) const {
    const auto found = nodes_.find(path);
    if (found == nodes_.end() || !found->second.inode.is_link()) return {};
    return found->second.target;
}

std::vector<std::string> FakeFiles::entries(const std::string& folder) const {
    std::vector<std::string> names;
    for (const auto& [path, node] : nodes_)
        if (path != "/" && parent_of(path) == folder) names.push_back(name_of(path));
    return names;
}

FakeFiles fake_files(const std::vector<test::RandomNode>& nodes) {
    FakeFiles files;
    for (const test::RandomNode& node : nodes) {
        if (node.kind == test::RandomNode::Kind::folder) files.folder(node.path);
        if (node.kind == test::RandomNode::Kind::file) files.file(node.path);
        if (node.kind == test::RandomNode::Kind::link) files.link(node.path, node.target);
    }
    return files;
}

}  // namespace ward::sandbox
