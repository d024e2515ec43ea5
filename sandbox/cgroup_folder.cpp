#include "sandbox/cgroup_folder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <memory>
#include <random>
#include <string_view>
#include <vector>

#include "sandbox/host.hpp"
#include "sandbox/setup_failure.hpp"

namespace ward::sandbox {
namespace {

constexpr std::string_view name_start = "ward-";
// A machine with many jails should not pay for each of them at each start: each looks at some of them.
constexpr std::size_t most_looked_at = 32;

[[noreturn]] void give_up(const std::string& what, int error) {
    throw SetupFailure(policy::slug::cgroup_failed, "cannot " + what + ": " + error_words(error),
                       error == EACCES || error == EPERM || error == EROFS
                           ? "run ward as root, or where a cgroup is delegated to this user"
                           : "remove the limit, or add `?` behind its name to accept a weaker form");
}

// ward-PID-N, and not for example the ward-PID.scope that systemd makes.
bool is_ours(std::string_view name) {
    if (name.substr(0, name_start.size()) != name_start) return false;
    name.remove_prefix(name_start.size());
    const auto dash = name.find('-');
    if (dash == 0 || dash == std::string_view::npos || dash + 1 == name.size()) return false;
    return name.find_first_not_of("0123456789-") == std::string_view::npos &&
           name.find('-', dash + 1) == std::string_view::npos;
}

Descriptor open_folder(const std::string& path) {
    return Descriptor(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

int lock(const Descriptor& folder, int how) {
    int result = 0;
    do {
        result = ::flock(folder.number(), how);
    } while (result < 0 && errno == EINTR);
    return result;
}

bool is_at(const Descriptor& folder, const std::string& path) {
    struct stat opened {};
    struct stat named {};
    return ::fstat(folder.number(), &opened) == 0 && ::stat(path.c_str(), &named) == 0 &&
           opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

std::vector<std::string> folders_of_ours(const std::string& parent) {
    std::vector<std::string> all;
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(parent.c_str()), ::closedir);
    while (const dirent* entry = folder ? ::readdir(folder.get()) : nullptr)
        if (is_ours(entry->d_name)) all.push_back(parent + "/" + entry->d_name);
    return all;
}

// The lock is taken after the folder is there, and another launcher may have taken it for a left-over in
// between: then it holds the lock for a moment, and the folder is gone when we have it.
Descriptor locked_folder(const std::string& path) {
    Descriptor folder = open_folder(path);
    if (folder && lock(folder, LOCK_EX) == 0 && is_at(folder, path)) return folder;
    return {};
}

void sleep_milliseconds(long milliseconds) {
    const timespec pause{0, milliseconds * 1'000'000};
    ::nanosleep(&pause, nullptr);
}

}  // namespace

// A folder with a process in it stays: rmdir(2) refuses it. One that was made anew since it was opened is not the
// one that is locked here, and stays as well.
void remove_left_overs(const std::string& parent) {
    std::vector<std::string> paths = folders_of_ours(parent);
    if (paths.size() > most_looked_at) {
        timespec now{};
        ::clock_gettime(CLOCK_MONOTONIC, &now);
        std::shuffle(paths.begin(), paths.end(), std::minstd_rand(static_cast<unsigned>(now.tv_nsec)));
        paths.resize(most_looked_at);
    }
    for (const std::string& path : paths) {
        const Descriptor found = open_folder(path);
        if (found && lock(found, LOCK_EX | LOCK_NB) == 0 && is_at(found, path)) ::rmdir(path.c_str());
    }
}

int try_cgroup_file(const std::string& file, const std::string& value) {
    const Descriptor opened(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
    if (!opened) return errno;
    const ssize_t written = ::write(opened.number(), value.data(), value.size());
    if (written < 0) return errno;
    return static_cast<std::size_t>(written) == value.size() ? 0 : EIO;
}

void write_cgroup_file(const std::string& file, const std::string& value) {
    if (const int error = try_cgroup_file(file, value); error != 0) give_up("write `" + value + "` to " + file, error);
}

CgroupFolder::CgroupFolder(const std::string& parent) {
    remove_left_overs(parent);
    const std::string start = parent + "/" + std::string(name_start) + std::to_string(::getpid()) + "-";
    constexpr unsigned enough = 10'000;
    for (unsigned n = 0; n < enough && !lock_; ++n) {
        path_ = start + std::to_string(n);
        // Nobody else may open it, and so hold its lock.
        if (::mkdir(path_.c_str(), 0700) == 0) {
            lock_ = locked_folder(path_);
            if (!lock_) ::rmdir(path_.c_str());
        } else if (errno != EEXIST) {
            give_up("make the cgroup " + path_, errno);
        }
    }
    if (!lock_) give_up("make a cgroup in " + parent, EEXIST);
}

// The last process may count as a member for a moment after it was waited for. One that is still there after
// that has come from outside: what is in the jail's cgroup ends with the jail (cgroup.kill: Linux 5.14).
CgroupFolder::~CgroupFolder() {
    constexpr int attempts = 500;
    constexpr int patience = 10;
    if (!lock_) return;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        if (::rmdir(path_.c_str()) == 0 || errno == ENOENT) return;
        if (attempt >= patience) (void)try_cgroup_file(path_ + "/cgroup.kill", "1");
        sleep_milliseconds(2);
    }
}

void CgroupFolder::leave_behind() {
    lock_.reset();
}

void CgroupFolder::write(const std::string& file, const std::string& value) const {
    write_cgroup_file(path_ + "/" + file, value);
}

void CgroupFolder::enter(pid_t process) const {
    write("cgroup.procs", std::to_string(process));
}

Descriptor CgroupFolder::open_tasks() const {
    const std::string file = path_ + "/tasks";
    Descriptor opened(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
    if (!opened) give_up("open `" + file + "`", errno);
    return opened;
}

std::string CgroupFolder::read(const std::string& file) const {
    return read_record(path_ + "/" + file);
}

}  // namespace ward::sandbox
