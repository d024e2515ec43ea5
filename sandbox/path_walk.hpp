// Follows a path on the host, component by component, and remembers every symbolic link on the way.
//
// The jail gets the same links in its new root, so that the path means there what it means here.
// Links below /proc are never followed: they would lead to what the launcher sees.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sandbox/host.hpp"

namespace ward::sandbox {

struct Link {
    std::string place;   // canonical path of the link itself
    std::string target;  // as written in the link
};

// Where a path leads.
struct Walk {
    std::string path;            // canonical; behind a component that is not there, as written
    std::optional<Inode> inode;  // absent: not there
    std::vector<Link> links;     // followed, in order
    std::string reached;         // not there: the canonical folder up to which it exists
    std::string missing;         // not there: the first component that `reached` does not have
    int error = 0;               // not there: why (ENOENT, ENOTDIR, EACCES, ELOOP, ...)
    bool in_proc = false;        // /proc or below
};

class Walker {
public:
    explicit Walker(const FileTree& files) : files_(&files) {}

    enum class LastLink { follow, keep };
    [[nodiscard]] Walk walk(const std::string& path, LastLink last = LastLink::follow);

    [[nodiscard]] const FileTree& files() const { return *files_; }

private:
    struct Seen {
        std::optional<Inode> inode;
        int error = 0;
    };
    const Seen& inspect(const std::string& path);
    // One component; false when the walk is over.
    bool step(const std::string& name, LastLink last, Walk& walk, std::deque<std::string>& rest);
    bool follow(const std::string& place, Walk& walk, std::deque<std::string>& rest);

    const FileTree* files_;
    std::unordered_map<std::string, Seen> seen_;  // policies name the same folders again and again
};

// "/a/b/c" -> "/a/b"; "/a" -> "/".
[[nodiscard]] std::string parent_of(const std::string& path);
[[nodiscard]] std::string name_of(const std::string& path);
[[nodiscard]] std::string join(const std::string& folder, std::string_view name);
[[nodiscard]] std::deque<std::string> components(std::string_view path);
// True if `path` is `folder` or lies below it.
[[nodiscard]] bool is_within(const std::string& path, const std::string& folder);
// `path` with its beginning `from` replaced by `to`; is_within(path, from) must hold.
[[nodiscard]] std::string rebased(const std::string& path, const std::string& from, const std::string& to);

}  // namespace ward::sandbox
