// The scene of an attempt: what may be stolen or broken, and the looks at it afterwards.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/kernel/support/scene.hpp"

namespace ward::test {

// What stat(2) says of a file. Nothing about it changes without the time of its last change.
struct Seen {
    unsigned long inode = 0;
    unsigned mode = 0, user = 0;
    long seconds = 0, nanoseconds = 0;

    friend bool operator==(const Seen&, const Seen&) = default;
};

class Stage {
public:
    explicit Stage(const User& user);
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;
    ~Stage();

    [[nodiscard]] Scene& scene() { return scene_; }
    // Arguments with `$port`, `$abstract`, `$victim`, `$victim-marker` and those of the scene replaced.
    [[nodiscard]] std::vector<std::string> expand(const std::vector<std::string>& words) const;
    // Folders, files and sockets outside that a careless caller leaves open.
    [[nodiscard]] std::vector<int> leaked() const { return leaked_; }
    // The end of a terminal that becomes the caller's.
    [[nodiscard]] int terminal() const { return terminal_; }

    // Whether the effect of this name has come about. Throws for an unknown name.
    [[nodiscard]] bool has(const std::string& effect, const Outcome& outcome) const;
    // The names of all effects that have come about.
    [[nodiscard]] std::vector<std::string> effects(const Outcome& outcome) const;

private:
    void furnish();
    void add_capable_file(const std::string& path);
    void open_servers();
    void open_leaks();
    void open_terminal();
    void keep_guarded();

    [[nodiscard]] bool setuid_file() const;
    [[nodiscard]] bool file_capabilities() const;
    [[nodiscard]] bool tampered() const;
    [[nodiscard]] bool planted() const;
    [[nodiscard]] bool typed() const;
    [[nodiscard]] bool written() const;
    [[nodiscard]] bool victim_hit() const;
    [[nodiscard]] bool survivor() const;

    Scene scene_;
    std::unique_ptr<Running> victim_;
    std::map<std::string, Seen> guarded_;
    std::vector<int> leaked_, servers_;
    int terminal_ = -1, terminal_master_ = -1;
    unsigned port_ = 0;
};

}  // namespace ward::test
