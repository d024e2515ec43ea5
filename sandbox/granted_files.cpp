#include "sandbox/granted_files.hpp"

#include <algorithm>

#include "sandbox/path_walk.hpp"

namespace ward::sandbox {

std::optional<Inode> GrantedFiles::inspect(const std::string& path) const {
    auto inode = host_->inspect(on_host(path));
    if (inode) return inode;
    // A folder that leads to a grant is there, although the host need not have it.
    const auto below = sources_.upper_bound(path);
    if (below != sources_.end() && is_within(below->first, path)) {
        inode.emplace();
        inode->mode = S_IFDIR;
    }
    return inode;
}

std::optional<std::string> GrantedFiles::link_target(const std::string& path) const {
    return host_->link_target(on_host(path));
}

std::vector<std::string> GrantedFiles::entries(const std::string& folder) const {
    std::vector<std::string> names = host_->entries(on_host(folder));
    for (const auto& [path, source] : sources_)
        if (path != folder && is_within(path, folder)) names.push_back(components(rebased(path, folder, "/")).front());
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

std::string GrantedFiles::on_host(const std::string& path) const {
    for (std::string at = path;; at = parent_of(at)) {
        const auto found = sources_.find(at);
        if (found != sources_.end()) return rebased(path, at, found->second);
        if (at == "/") return rooted_.on_host(path);
    }
}

}  // namespace ward::sandbox
