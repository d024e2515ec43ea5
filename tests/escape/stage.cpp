#include "tests/escape/stage.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/xattr.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <system_error>

namespace fs = std::filesystem;

namespace ward::test {

namespace {

constexpr uid_t foreign_id = 54322;

int checked(int result, const std::string& what) {
    if (result < 0) throw std::system_error(errno, std::generic_category(), what);
    return result;
}

// A listening socket; its backlog answers connections without a thread.
int listen_at(int family, const void* address, socklen_t size) {
    const int server = checked(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    checked(bind(server, static_cast<const sockaddr*>(address), size), "bind");
    checked(listen(server, 16), "listen");
    return server;
}

sockaddr_un unix_address(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) throw std::runtime_error("too long for a socket: " + path);
    std::memcpy(static_cast<char*>(address.sun_path), path.data(), path.size());
    return address;
}

Seen look_at(const std::string& path) {
    struct stat found {};
    if (lstat(path.c_str(), &found) != 0) return {};
    return {found.st_ino, found.st_mode, found.st_uid, found.st_ctim.tv_sec, found.st_ctim.tv_nsec};
}

std::string state_of(pid_t process) {
    const std::string text = read_file("/proc/" + std::to_string(process) + "/stat");
    const std::size_t bracket = text.rfind(") ");
    return bracket == std::string::npos ? "gone" : text.substr(bracket + 2, 1);
}

}  // namespace

Stage::Stage(const User& user) : scene_(user) {
    furnish();
    open_servers();
    open_leaks();
    open_terminal();
    keep_guarded();
    Invocation victim = scene_.plain({program("idle"), "victim-of=" + scene_.folder()});
    victim.open_input = true;
    victim_ = std::make_unique<Running>(victim);
    // Only then is it a process of the user: before its exec it is one of the runner.
    if (!victim_->wait_for_output("ready")) throw std::runtime_error("the victim did not start");
}

Stage::~Stage() {
    // Until nothing is found twice: one of them may just be making another, which a first look can miss.
    int quiet_looks = 0;
    (void)eventually([this, &quiet_looks] {
        const std::vector<pid_t> left = processes_with(scene_.marker());
        for (const pid_t process : left) ::kill(process, SIGKILL);
        quiet_looks = left.empty() ? quiet_looks + 1 : 0;
        return quiet_looks == 2;
    });
    for (const int descriptor : leaked_) close(descriptor);
    for (const int descriptor : servers_) close(descriptor);
    close(terminal_);
    close(terminal_master_);
}

void Stage::furnish() {
    const std::string home = scene_.home();
    const std::string work = scene_.work();
    for (const std::string& folder : {home + "/.ssh", home + "/readonly", home + "/.config", home + "/.config/fish",
                                      home + "/.config/fish/conf.d", work + "/a", work + "/a/b"})
        scene_.add_folder(folder);
    scene_.add_file(scene_.outside() + "/secret", "secret");
    scene_.add_file(home + "/.ssh/id", "key", 0600);
    // Anybody may write these, so that it is not their mode that refuses.
    scene_.add_file(home + "/.bashrc", "# start", 0666);
    scene_.add_file(home + "/readonly/file", "text", 0666);
    scene_.add_file(home + "/readonly/program", read_file(program("executed")), 0755);
    // Of an id that is nobody's, where the runner may give files away.
    for (const auto& [name, mode] : {std::pair("setuid", 04755U), std::pair("setgid", 02755U)}) {
        const std::string path = home + "/readonly/" + name;
        scene_.add_file(path, read_file(program("identity")), 0755);
        if (geteuid() == 0 && (chown(path.c_str(), foreign_id, foreign_id) != 0 || chmod(path.c_str(), mode) != 0))
            throw std::runtime_error("a setuid file");
    }
    add_capable_file(home + "/readonly/capable");
    scene_.add_file(work + "/a/b/lid", "lid");
    scene_.add_file(work + "/plain", "plain");
    // What races swap: a folder, and a link to one outside that is not granted.
    for (const std::string& folder : {work + "/decoy", work + "/decoy/b", work + "/shared", work + "/shared/b"})
        scene_.add_folder(folder);
    scene_.add_folder(scene_.outside() + "/b");
    scene_.add_link(work + "/link", scene_.outside());
    scene_.add_link(home + "/link-to-key", home + "/.ssh/id");
}

// With a capability, where the runner may give it.
void Stage::add_capable_file(const std::string& path) {
    scene_.add_file(path, read_file(program("capable")), 0755);
    const vfs_cap_data one = {.magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE,
                              .data = {{.permitted = 1U << CAP_NET_RAW, .inheritable = 0}, {}}};
    if (geteuid() == 0) checked(setxattr(path.c_str(), XATTR_NAME_CAPS, &one, sizeof one, 0), "a file's capabilities");
}

void Stage::open_servers() {
    sockaddr_in6 both{};  // IPv4 as well
    both.sin6_family = AF_INET6;
    servers_.push_back(listen_at(AF_INET6, &both, sizeof both));
    socklen_t size = sizeof both;
    checked(getsockname(servers_.back(), reinterpret_cast<sockaddr*>(&both), &size), "getsockname");
    port_ = ntohs(both.sin6_port);
    for (const std::string& path :
         {scene_.work() + "/socket", scene_.home() + "/readonly/socket", scene_.outside() + "/socket"}) {
        const sockaddr_un address = unix_address(path);
        servers_.push_back(listen_at(AF_UNIX, &address, sizeof address));
        fs::permissions(path, static_cast<fs::perms>(0777));
    }
    const std::string name = scene_.marker();
    const sockaddr_un address = unix_address('\0' + name);
    const std::size_t used = offsetof(sockaddr_un, sun_path) + 1 + name.size();
    servers_.push_back(listen_at(AF_UNIX, &address, static_cast<socklen_t>(used)));
    // The same name once more, for datagrams.
    servers_.push_back(checked(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
    checked(bind(servers_.back(), reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(used)), "bind");
}

void Stage::open_leaks() {
    const std::string file = scene_.outside() + "/secret";
    for (int i = 0; i < 3; ++i) {
        leaked_.push_back(checked(open(scene_.outside().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), "leak"));
        leaked_.push_back(checked(open(file.c_str(), O_RDWR | O_CLOEXEC), "leak"));
    }
    leaked_.push_back(checked(open(scene_.outside().c_str(), O_PATH | O_CLOEXEC), "leak"));
}

void Stage::open_terminal() {
    terminal_master_ = checked(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), "posix_openpt");
    if (grantpt(terminal_master_) != 0 || unlockpt(terminal_master_) != 0) throw std::runtime_error("grantpt");
    const int number_of_slave = ioctl(terminal_master_, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    terminal_ = checked(number_of_slave, "TIOCGPTPEER");
    checked(fchown(terminal_, scene_.user().uid, scene_.user().gid), "fchown");
    termios settings{};
    checked(tcgetattr(terminal_, &settings), "tcgetattr");
    cfmakeraw(&settings);  // what is typed can be counted before a line ends
    checked(tcsetattr(terminal_, TCSANOW, &settings), "tcsetattr");
}

void Stage::keep_guarded() {
    for (const std::string& path :
         {scene_.outside() + "/secret", scene_.home() + "/.ssh/id", scene_.home() + "/.bashrc",
          scene_.home() + "/readonly/file", scene_.work() + "/a/b/lid"})
        guarded_[path] = look_at(path);
}

std::vector<std::string> Stage::expand(const std::vector<std::string>& words) const {
    std::vector<std::string> result;
    for (std::string word : words) {
        if (word == "$port") word = std::to_string(port_);
        if (word == "$abstract") word = scene_.marker();
        if (word == "$victim-marker") word = "victim-of=" + scene_.folder();
        const std::size_t at = word.find("$victim");
        if (at != std::string::npos) word.replace(at, 7, std::to_string(victim_->process()));
        result.push_back(scene_.expand(word));
    }
    return result;
}

// A file in a folder of the user that runs with its owner's rights on the host.
bool Stage::setuid_file() const {
    for (const std::string& folder : {scene_.work(), scene_.home()})
        for (const auto& entry : fs::recursive_directory_iterator(folder))
            if ((look_at(entry.path()).mode & (S_ISUID | S_ISGID)) != 0 && look_at(entry.path()).user != foreign_id)
                return true;
    return false;
}

// One that counts for root of this machine, not only for the root of a user namespace (capabilities(7)).
bool Stage::file_capabilities() const {
    return std::ranges::any_of(fs::directory_iterator(scene_.work()), [](const auto& file) {
        vfs_ns_cap_data found{};
        const ssize_t size = lgetxattr(file.path().c_str(), XATTR_NAME_CAPS, &found, sizeof found);
        return size > 0 && found.rootid == 0;  // a shorter, older one has no such field
    });
}

bool Stage::tampered() const {
    return std::ranges::any_of(guarded_, [](const auto& file) { return look_at(file.first) != file.second; });
}

bool Stage::planted() const {
    return fs::exists(scene_.home() + "/.zshrc") || fs::exists(scene_.home() + "/.config/fish/conf.d/evil.fish");
}

bool Stage::typed() const {
    int queued = 0;
    checked(ioctl(terminal_, FIONREAD, &queued), "FIONREAD");
    return queued > 0;
}

// Something has come out of the terminal.
bool Stage::written() const {
    int queued = 0;
    checked(ioctl(terminal_master_, FIONREAD, &queued), "FIONREAD");
    return queued > 0;
}

bool Stage::victim_hit() const {
    const std::string state = state_of(victim_->process());
    return state == "gone" || state == "T" || state == "Z";
}

bool Stage::survivor() const {
    // Below ward all must be gone when it ends; the kernel needs a moment after the supervisor was killed.
    return !processes_with(scene_.marker()).empty();
}

bool Stage::has(const std::string& effect, const Outcome& outcome) const {
    if (effect == "setuid-bit") return setuid_file();
    if (effect == "file-capabilities") return file_capabilities();
    if (effect == "tampered") return tampered();
    if (effect == "planted") return planted();
    if (effect == "typed") return typed();
    if (effect == "written") return written();
    if (effect == "victim-hit") return victim_hit();
    if (effect == "survivor") return survivor();
    if (effect == "bystander-hit") return outcome.stopped || outcome.status == 128 + SIGKILL;
    throw std::runtime_error("no such effect: " + effect);
}

std::vector<std::string> Stage::effects(const Outcome& outcome) const {
    std::vector<std::string> found;
    for (const char* effect :
         {"setuid-bit", "file-capabilities", "tampered", "planted", "typed", "written", "victim-hit", "survivor"})
        if (has(effect, outcome)) found.emplace_back(effect);
    return found;
}

}  // namespace ward::test
