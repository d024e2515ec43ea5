// A folder of the host as the root of a jail: paths of the jail, looked up in it.
#pragma once

#include <string>
#include <utility>

#include "sandbox/host.hpp"

namespace ward::sandbox {

class RootedFiles : public FileTree {
public:
    // `files` must outlive it. `root` is canonical; empty: the host's own root.
    RootedFiles(const FileTree& files, std::string root) : files_(&files), root_(std::move(root)) {}

    [[nodiscard]] std::optional<Inode> inspect(const std::string& path) const override;
    [[nodiscard]] std::optional<std::string> link_target(const std::string& path) const override;
    [[nodiscard]] std::vector<std::string> entries(const std::string& folder) const override;

    [[nodiscard]] const std::string& root() const { return root_; }
    // Where a path of the jail is on the host.
    [[nodiscard]] std::string on_host(const std::string& path) const;

private:
    const FileTree* files_;
    std::string root_;
};

}  // namespace ward::sandbox
