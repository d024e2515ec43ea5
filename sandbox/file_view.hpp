// The files of a jail: which of the host's files appear where, and what may be done with them.
//
// Pure, given a FileTree: opens nothing, mounts nothing. The rules of a policy name paths; a view has
// canonical ones, in an order in which they can be mounted. What it cannot hold against a program
// that renames folders, replaces files or redirects links, it refuses.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compiler/jail.hpp"
#include "policy/diagnostic.hpp"
#include "sandbox/host.hpp"
#include "sandbox/path_walk.hpp"

namespace ward::sandbox {

// One thing to be put into the new root. Its path has no symbolic links and no two have the same.
struct ViewEntry {
    enum class Kind {
        tree,            // the host's `source`, recursively, with `access`
        private_folder,  // empty at start, gone at the end
        hidden,          // an empty folder or file that may not be opened
        link,            // a symbolic link to `text`
        text_file,       // a file with `text`
        pin,             // a folder of a writable tree, mounted on itself so that it cannot be renamed
        proc,            // the jail's own /proc
        folder,          // an empty folder that nobody can write to
        overlay,         // the host's `source`, which is only read; what is written goes to a layer of its own
    };
    Kind kind{};
    std::string path{};
    std::string source{};                      // tree, overlay: canonical, on the host
    Inode inode{};                             // tree, overlay: of the source; hidden: of what is hidden
    std::string layer{};                       // overlay: the host's folder that keeps what is written, or empty
    Inode layer_inode{};                       // overlay: of the layer
    compiler::AccessBits access = 0;           // tree, overlay
    std::string text{};                        // link, text_file
    std::uint64_t size = 0;                    // private_folder: bytes, 0 for the default
    unsigned mode = 0;                         // private_folder: 0 for the default
    const compiler::FileRule* rule = nullptr;  // null: every jail has it
    bool over_existing = false;                // its path is there already, in the tree or /proc around it

    [[nodiscard]] bool is_folder() const;
    [[nodiscard]] bool is_writable_tree() const;
    // Part of the installation that is the jail's root.
    [[nodiscard]] bool is_of_root() const;
    // What its own file system in memory may hold, in bytes; 0 if it has none.
    [[nodiscard]] std::uint64_t own_bytes() const;
};

struct FileView {
    std::map<std::string, ViewEntry> entries;  // by path: what is around a thing comes before it
    std::vector<std::string> notes;            // for stderr

    // The entry that decides about a path: at the path, or the nearest one above it. Null: nothing of
    // the host is there.
    [[nodiscard]] const ViewEntry* around(const std::string& path) const;
    // The same, but strictly above.
    [[nodiscard]] const ViewEntry* above(const std::string& path) const;
    // What the jailed program may do with a path of the host that is at the same path inside.
    [[nodiscard]] compiler::AccessBits access(const std::string& path) const;
    // True if a canonical path is there inside: through a tree, or as a folder that leads to an entry.
    [[nodiscard]] bool shows(const std::string& path, const FileTree& files) const;
    // The same, and it is a folder.
    [[nodiscard]] bool shows_folder(const std::string& path, const FileTree& files) const;
    // Where a path of the jail is on the host; empty if it is in no tree.
    [[nodiscard]] std::string on_host(const std::string& path) const;
};

// The program and the working folder grant nothing by being there.
struct ViewRequest {
    const std::vector<compiler::FileRule>& rules;
    std::string program{};         // its links are made inside
    std::string working_folder{};  // likewise; where the rules show nothing of it, it is there and empty
    // What other statements take; a grant of the policy's own beats theirs. Must outlive the view.
    std::span<const compiler::FileRule> implied{};
    const compiler::FileRule* root = nullptr;  // made by root_rule(); null: an empty root
};

// How paths are followed: as the host has them, and as the jail will have them.
struct Walkers {
    Walker& host;
    Walker& jail;  // the same without a root of its own
};

// Absent after any error.
[[nodiscard]] std::optional<FileView> view_files(const ViewRequest& request, Walkers walkers,
                                                 policy::Diagnostics& diagnostics);

// The statement `root FOLDER` as a rule about "/".
[[nodiscard]] compiler::FileRule root_rule(const compiler::Stated<std::string>& root);

// `read /usr/share`: a rule as a policy says it, for messages and the plan.
[[nodiscard]] std::string words_of(const compiler::FileRule& rule);

}  // namespace ward::sandbox
