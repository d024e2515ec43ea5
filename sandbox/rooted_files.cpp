#include "sandbox/rooted_files.hpp"

namespace ward::sandbox {

std::optional<Inode> RootedFiles::inspect(const std::string& path) const {
    return files_->inspect(on_host(path));
}

std::optional<std::string> RootedFiles::link_target(const std::string& path) const {
    return files_->link_target(on_host(path));
}

std::vector<std::string> RootedFiles::entries(const std::string& folder) const {
    return files_->entries(on_host(folder));
}

std::string RootedFiles::on_host(const std::string& path) const {
    if (root_.empty()) return path;
    return path == "/" ? root_ : root_ + path;
}

}  // namespace ward::sandbox
