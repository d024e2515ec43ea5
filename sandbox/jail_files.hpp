// The files that one jail names, looked up on the host: with the root that the policy says, if any.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sandbox/file_view.hpp"
#include "sandbox/rooted_files.hpp"

namespace ward::sandbox {

class JailFiles {
public:
    // Both must outlive it, and what view() returns.
    JailFiles(const compiler::Jail& jail, const FileTree& files);
    JailFiles(const JailFiles&) = delete;
    JailFiles& operator=(const JailFiles&) = delete;

    // What a program needs besides the policy's own rules.
    struct Extras {
        std::string program{};
        std::string working_folder{};
        std::vector<compiler::FileRule> implied{};
    };
    // Absent after any error. Once; the result points to the rules in here.
    [[nodiscard]] std::optional<FileView> view(Extras extras, policy::Diagnostics& diagnostics);

    [[nodiscard]] Walkers walkers() { return {host_walker_, jail_walker_}; }
    [[nodiscard]] bool has_root() const { return !root_.value.empty(); }

private:
    void check_root(policy::Diagnostics& diagnostics);

    const compiler::Jail* jail_;
    Walker host_walker_;
    compiler::Stated<std::string> root_;  // without links, if it is there
    RootedFiles rooted_;
    Walker jail_walker_;
    compiler::FileRule root_rule_{};
    std::vector<compiler::FileRule> implied_;
};

}  // namespace ward::sandbox
