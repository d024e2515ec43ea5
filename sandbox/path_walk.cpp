#include "sandbox/path_walk.hpp"

#include <cerrno>

namespace ward::sandbox {
namespace {

constexpr std::size_t max_links = 40;  // as the kernel: path_resolution(7)

std::string with_rest(std::string path, const std::deque<std::string>& rest) {
    for (const std::string& name : rest) path = join(path, name);
    return path;
}

bool end_missing(Walk& walk, const std::string& name, const std::deque<std::string>& rest, int error) {
    walk.reached = walk.path;
    walk.missing = name;
    walk.error = error;
    walk.inode.reset();
    walk.path = with_rest(join(walk.path, name), rest);
    return false;
}

}  // namespace

const Walker::Seen& Walker::inspect(const std::string& path) {
    const auto [place, fresh] = seen_.try_emplace(path);
    if (fresh) {
        errno = ENOENT;
        place->second.inode = files_->inspect(path);
        place->second.error = place->second.inode ? 0 : errno;
    }
    return place->second;
}

bool Walker::follow(const std::string& place, Walk& walk, std::deque<std::string>& rest) {
    const auto target = files_->link_target(place);
    if (!target || target->empty()) return end_missing(walk, name_of(place), rest, EACCES);
    if (walk.links.size() == max_links) return end_missing(walk, name_of(place), rest, ELOOP);
    walk.links.push_back({place, *target});
    if (target->front() == '/') walk.path = "/";
    const auto names = components(*target);
    rest.insert(rest.begin(), names.begin(), names.end());
    return true;
}

bool Walker::step(const std::string& name, LastLink last, Walk& walk, std::deque<std::string>& rest) {
    if (name == ".") return true;
    if (name == "..") {
        walk.path = parent_of(walk.path);
        return true;
    }
    const std::string place = join(walk.path, name);
    const Seen& seen = inspect(place);
    if (!seen.inode) return end_missing(walk, name, rest, seen.error);
    if (seen.inode->is_link() && (last == LastLink::follow || !rest.empty())) return follow(place, walk, rest);
    if (!seen.inode->is_folder() && !rest.empty()) return end_missing(walk, name, rest, ENOTDIR);
    walk.path = place;
    if (place != "/proc") return true;
    walk.path = with_rest(place, rest);
    walk.in_proc = true;
    return false;
}

Walk Walker::walk(const std::string& path, LastLink last) {
    Walk walk;
    walk.path = "/";
    std::deque<std::string> rest = components(path);
    while (!rest.empty()) {
        const std::string name = rest.front();
        rest.pop_front();
        if (!step(name, last, walk, rest)) break;
    }
    if (walk.error == 0) walk.inode = inspect(walk.path).inode;
    if (walk.error == 0 && !walk.inode) {
        walk.error = inspect(walk.path).error;
        walk.reached = parent_of(walk.path);
        walk.missing = name_of(walk.path);
    }
    return walk;
}

std::string parent_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

std::string name_of(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

std::string join(const std::string& folder, std::string_view name) {
    std::string path = folder == "/" ? std::string() : folder;
    path += '/';
    path += name;
    return path;
}

std::deque<std::string> components(std::string_view path) {
    std::deque<std::string> names;
    while (!path.empty()) {
        const auto end = path.find('/');
        if (end != 0) names.emplace_back(path.substr(0, end));
        path.remove_prefix(end == std::string_view::npos ? path.size() : end + 1);
    }
    return names;
}

bool is_within(const std::string& path, const std::string& folder) {
    if (folder == "/") return true;
    return path.compare(0, folder.size(), folder) == 0 && (path.size() == folder.size() || path[folder.size()] == '/');
}

std::string rebased(const std::string& path, const std::string& from, const std::string& to) {
    const std::string tail = from == "/" ? path : path.substr(from.size());
    if (tail.empty() || tail == "/") return to;
    return to == "/" ? tail : to + tail;
}

}  // namespace ward::sandbox
