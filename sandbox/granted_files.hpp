// The files of a jail at the paths where its program finds them: what a grant takes `from` elsewhere, and around it
// what the root has (RootedFiles).
//
// For guards, which speak of what the program sees. Says where things are, never what may be done with them: what a
// jail makes itself is not here, and more of the root is than the program may see.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "sandbox/host.hpp"
#include "sandbox/rooted_files.hpp"

namespace ward::sandbox {

class GrantedFiles : public FileTree {
public:
    // `host` must outlive it. `root` as RootedFiles takes it.
    GrantedFiles(const FileTree& host, std::string root) : host_(&host), rooted_(host, std::move(root)) {}

    // Both are canonical; `path` is in the jail.
    void grant(const std::string& path, const std::string& source) { sources_[path] = source; }

    [[nodiscard]] std::optional<Inode> inspect(const std::string& path) const override;
    [[nodiscard]] std::optional<std::string> link_target(const std::string& path) const override;
    [[nodiscard]] std::vector<std::string> entries(const std::string& folder) const override;

    // Where a canonical path of the jail is on the host.
    [[nodiscard]] std::string on_host(const std::string& path) const;

private:
    const FileTree* host_;
    RootedFiles rooted_;
    std::map<std::string, std::string> sources_;  // by path
};

}  // namespace ward::sandbox
