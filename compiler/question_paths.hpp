// Which rule of a jail decides about a path, as the launcher would build the view of it; without a host.
//
// Internal to the questions. What agrees with the real view is a property test (question_paths_test.cpp).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/jail.hpp"

namespace ward::compiler {

struct PathDecision {
    enum class Kind {
        nothing,  // not there
        folder,   // an empty folder that leads to something
        hidden,
        tree,  // the host's files, with `access`
        made,  // `rules` has a private folder, an overlay, an empty folder or a text
        proc,  // the jail's own /proc
        dev,   // the jail's own /dev: the folder itself, its links, or a device that `device` names
    } kind = Kind::nothing;
    std::string path{};                    // what was asked about, links of the policy followed
    std::string at{};                      // where it is decided: `path` or a folder above it
    std::vector<const FileRule*> rules{};  // that decide, arguments last; empty: the jail's own
    AccessBits access = 0;                 // tree, overlay
    const FileRule* protection = nullptr;  // takes the right to write
    const FileRule* link = nullptr;        // the last link on the way
    const FileRule* unneeded_hide =
        nullptr;  // nothing, folder: hides what nothing shows, or only grants of its own path
    // folder, hidden: a rule's path below, empty if there is none; made: one below a folder on the way to it, where
    // `path` is that folder or in it.
    std::string leads_to{};
};

class PathModel {
public:
    explicit PathModel(const Jail& jail);

    // `path` is absolute and normalised. What optional rules name is taken to be there.
    [[nodiscard]] PathDecision decide(std::string path) const;

private:
    [[nodiscard]] const FileRule* link_at_or_above(const std::string& path) const;
    [[nodiscard]] PathDecision decide_at(const std::string& path) const;
    [[nodiscard]] PathDecision base_of(const std::string& path) const;
    [[nodiscard]] const FileRule* hide_within(const PathDecision& base, std::string& hidden_at) const;
    [[nodiscard]] std::vector<const FileRule*> arguments_within(const PathDecision& base,
                                                                const std::string& path) const;
    [[nodiscard]] std::string below_folder_between(const PathDecision& made) const;
    [[nodiscard]] PathDecision below_hide(const std::string& path, const FileRule& hide, const std::string& at) const;
    [[nodiscard]] PathDecision of_the_jail(const std::string& path) const;
    [[nodiscard]] bool guards(const FileRule& rule, const std::string& at) const;
    [[nodiscard]] const FileRule* guard_at(FileRule::Kind kind, const std::string& at) const;
    [[nodiscard]] const FileRule* protection_of(const PathDecision& decision) const;
    [[nodiscard]] std::string below(const std::string& path, bool with_arguments) const;
    [[nodiscard]] std::vector<std::string> names_of(const std::string& source) const;

    const Jail* jail_;
    std::vector<const FileRule*> elsewhere_;  // grants with `from`
    FileRule root_;                           // `root`, as a rule
};

}  // namespace ward::compiler
