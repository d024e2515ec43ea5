#include "tests/kernel/support/scene.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace fs = std::filesystem;

namespace ward::test {

namespace {

constexpr uid_t made_up_id = 54321;  // of no user of the machine

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

std::string make_temporary_folder() {
    const char* parent = std::getenv("TMPDIR");
    std::string folder = std::string(parent != nullptr ? parent : "/tmp") + "/ward-test-XXXXXX";
    if (mkdtemp(folder.data()) == nullptr || chmod(folder.c_str(), 0755) != 0) fail(folder);
    return fs::canonical(folder);
}

}  // namespace

std::string_view name_of(Who who) {
    return who == Who::root ? "root" : "ordinary";
}

std::string obstacle(Who who) {
    if (who == Who::root && geteuid() != 0) return "only root can be root: run the suite as root for this half";
    return {};
}

User user(Who who) {
    if (who == Who::root) return {"root", 0, 0};
    if (geteuid() != 0) return {"caller", geteuid(), getegid()};
    return {"ordinary", made_up_id, made_up_id};
}

const std::string& suite_folder() {
    static const std::string folder = [] {
        std::string path = make_temporary_folder();
        fs::create_directory(path + "/bin");
        for (const auto& entry : fs::directory_iterator(WARD_TEST_PROGRAMS))
            if (entry.is_regular_file()) fs::copy(entry.path(), path + "/bin");
        fs::copy_file(WARD_BINARY, path + "/bin/ward");
        fs::permissions(path + "/bin", static_cast<fs::perms>(0755));
        return path;
    }();
    return folder;
}

std::string program(const std::string& name) {
    return suite_folder() + "/bin/" + name;
}

void write_file(const std::string& path, std::string_view text, unsigned mode) {
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    if (!file || chmod(path.c_str(), mode) != 0) fail(path);
}

Scene::Scene(const User& user) : Scene(user, user) {}

Scene::Scene(User user, User owner) : user_(std::move(user)), owner_(std::move(owner)) {
    static int count = 0;
    folder_ = suite_folder() + "/scene-" + std::to_string(++count);
    fs::create_directory(folder_);
    add_folder(home(), 0700);
    add_folder(work());
    add_folder(outside());
}

Scene::~Scene() {
    std::error_code ignored;  // main() looks whether something is left
    fs::remove_all(folder_, ignored);
}

std::string Scene::marker() const {
    return "marker=" + folder_;
}

void Scene::own(const std::string& path) const {
    if (geteuid() == 0 && lchown(path.c_str(), owner_.uid, owner_.gid) != 0) fail(path);
}

void Scene::add_file(const std::string& path, std::string_view text, unsigned mode) const {
    write_file(path, text, 0600);
    own(path);
    if (chmod(path.c_str(), mode) != 0) fail(path);
}

void Scene::add_folder(const std::string& path, unsigned mode) const {
    if (mkdir(path.c_str(), 0755) != 0) fail(path);
    own(path);
    if (chmod(path.c_str(), mode) != 0) fail(path);
}

void Scene::add_link(const std::string& path, const std::string& target) const {
    fs::create_symlink(target, path);
    own(path);
}

std::string Scene::expand(std::string text) const {
    const std::pair<std::string, std::string> values[] = {
        {"$home", home()},     {"$work", work()}, {"$outside", outside()}, {"$bin", suite_folder() + "/bin"},
        {"$marker", marker()},
    };
    for (const auto& [name, value] : values)
        for (std::size_t at = 0; (at = text.find(name, at)) != std::string::npos; at += value.size())
            text.replace(at, name.size(), value);
    return text;
}

std::vector<std::string> Scene::environment() const {
    return {"HOME=" + home(),         "PATH=/usr/local/bin:/usr/bin:/bin",
            "LANG=C.UTF-8",           "TERM=dumb",
            "USER=" + user_.name,     "AWS_SECRET_ACCESS_KEY=" + marker(),
            "SSH_AUTH_SOCK=/nowhere", "LD_LIBRARY_PATH=/nowhere"};
}

Invocation Scene::plain(std::vector<std::string> arguments) const {
    Invocation invocation;
    invocation.arguments = std::move(arguments);
    invocation.environment = environment();
    invocation.folder = work();
    invocation.user = user_;
    return invocation;
}

Invocation Scene::jailed(const std::string& policy, std::vector<std::string> arguments,
                         std::vector<std::string> options) {
    const std::string name = "policy-" + std::to_string(++policies_);
    const std::string file = folder_ + "/" + name + ".ward";
    write_file(file, "policy " + name + "\n" + expand(policy));
    if (geteuid() == 0 && lchown(file.c_str(), user_.uid, user_.gid) != 0) fail(file);
    std::vector<std::string> words = {program("ward"), "run", "-p", file};
    words.insert(words.end(), options.begin(), options.end());
    words.emplace_back("--");
    words.insert(words.end(), arguments.begin(), arguments.end());
    return plain(std::move(words));
}

}  // namespace ward::test
