// Where a test takes place: folders of its own that the user of the test may enter, a home with
// things worth stealing, and ward with a policy. All of it is gone when the test is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/kernel/support/process.hpp"

namespace ward::test {

// The users that tests run as: root, and an ordinary user, who is made up if root runs the suite.
enum class Who { root, ordinary };

[[nodiscard]] std::string_view name_of(Who who);
// Empty if it can; otherwise why this run of the suite cannot be that user.
[[nodiscard]] std::string obstacle(Who who);
[[nodiscard]] User user(Who who);

// The folder of this run of the suite, with copies of ward and the test programs in bin/. Made on
// first use by main(), which also removes it.
[[nodiscard]] const std::string& suite_folder();
[[nodiscard]] std::string program(const std::string& name);

void write_file(const std::string& path, std::string_view text, unsigned mode = 0644);

class Scene {
public:
    // `owner`: of the home and work folders; the user of the test unless said otherwise.
    explicit Scene(const User& user);
    Scene(User user, User owner);
    Scene(const Scene&) = delete;
    Scene& operator=(const Scene&) = delete;
    ~Scene();

    [[nodiscard]] const User& user() const { return user_; }
    [[nodiscard]] const std::string& folder() const { return folder_; }
    [[nodiscard]] std::string home() const { return folder_ + "/home"; }
    [[nodiscard]] std::string work() const { return folder_ + "/work"; }
    [[nodiscard]] std::string outside() const { return folder_ + "/outside"; }
    // A name that no other process or socket has; a part of every process that belongs to the scene.
    [[nodiscard]] std::string marker() const;

    // Makes a file or folder that belongs to the owner of the scene.
    void add_file(const std::string& path, std::string_view text, unsigned mode = 0644) const;
    void add_folder(const std::string& path, unsigned mode = 0755) const;
    void add_link(const std::string& path, const std::string& target) const;

    // `$home $work $outside $bin $marker` replaced.
    [[nodiscard]] std::string expand(std::string text) const;
    // The user's environment, with secrets in it.
    [[nodiscard]] std::vector<std::string> environment() const;

    // A program as the user, in the work folder.
    [[nodiscard]] Invocation plain(std::vector<std::string> arguments) const;
    // The same below ward. `policy`: the statements, expanded; `options`: of `ward run`.
    [[nodiscard]] Invocation jailed(const std::string& policy, std::vector<std::string> arguments,
                                    std::vector<std::string> options = {});

private:
    void own(const std::string& path) const;

    User user_, owner_;
    std::string folder_;
    int policies_ = 0;
};

}  // namespace ward::test
