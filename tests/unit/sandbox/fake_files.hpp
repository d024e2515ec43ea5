// A host that a test states: files that exist only here.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sandbox/host.hpp"
#include "tests/support/random_files.hpp"

namespace ward::sandbox {

// Every folder above a file is made with it, with mode 0755 and owner root.
class FakeFiles : public FileTree {
public:
    FakeFiles();

    FakeFiles& folder(const std::string& path, mode_t mode = 0755, uid_t owner = 0);
    FakeFiles& file(const std::string& path, mode_t mode = 0644, uid_t owner = 0);
    FakeFiles& program(const std::string& path) { return file(path, 0755); }
    FakeFiles& device(const std::string& path, mode_t type = S_IFCHR);
    FakeFiles& link(const std::string& path, const std::string& target);
    // From now on what is made lies on this mount.
    FakeFiles& on_mount(std::uint64_t id);
    // A look at it fails with this errno.
    FakeFiles& unreachable(const std::string& path, int error);

    [[nodiscard]] std::optional<Inode> inspect(const std::string& path) const override;
    [[nodiscard]] std::optional<std::string> link_target(const std::string& path) const override;
    [[nodiscard]] std::vector<std::string> entries(const std::string& folder) const override;

private:
    FakeFiles& add(const std::string& path, mode_t mode, uid_t owner);

    struct Node {
        Inode inode;
        std::string target;
    };
    std::map<std::string, Node> nodes_;
    std::map<std::string, int> errors_;
    std::uint64_t next_number_ = 2;
    std::uint64_t mount_ = 1;
};

// A random tree as such a host has it.
[[nodiscard]] FakeFiles fake_files(const std::vector<test::RandomNode>& nodes);

}  // namespace ward::sandbox
