// Which rules speak about which canonical path, and which of them decide. Knows nothing of mounts.
// Internal to the file view.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "policy/diagnostic.hpp"
#include "sandbox/rule_places.hpp"

namespace ward::sandbox {

// What is said about one path.
struct RuleNode {
    const RulePlace* grant = nullptr;  // `access` of `source`
    compiler::AccessBits access = 0;
    const RulePlace* made = nullptr;  // a private folder, overlay, folder, link or text file
    const compiler::FileRule* hide = nullptr;
    const compiler::FileRule* protect = nullptr;
    std::string guarded;  // hide, protect: the path on the host
    std::optional<Inode> guarded_inode;
};

class RuleTable {
public:
    RuleTable(const RulePlaces& places, policy::Diagnostics& diagnostics);

    // By path: what is around a thing comes before it.
    [[nodiscard]] const std::map<std::string, RuleNode>& nodes() const { return nodes_; }
    // The protection that holds at a path, its own or of a folder above; null if there is none.
    [[nodiscard]] const compiler::FileRule* protection(const std::string& path) const;
    // What is told to the user: arguments that a `hide` keeps out.
    [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

private:
    // The node that decides about a path, and the path where it stands; null: nothing does.
    struct Decision {
        const RuleNode* node = nullptr;
        std::string path;
    };
    [[nodiscard]] Decision decide(const std::string& path) const;
    void add_grant(const RulePlace& place);
    void add_made(const RulePlace& place);
    void add_guard(const RulePlace& place);
    void add_guard_at(const std::string& path, const RulePlace& place);
    void add_argument(const RulePlace& place);
    void report_conflict(const RulePlace& one, const RulePlace& other);

    bool has_root_;
    std::map<std::string, RuleNode> nodes_;
    std::vector<std::string> notes_;
    policy::Diagnostics* diagnostics_;
};

}  // namespace ward::sandbox
