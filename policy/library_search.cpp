#include "policy/library_search.hpp"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

#include "policy/similar_name.hpp"

namespace ward::policy {

namespace {

constexpr std::string_view suffix = ".ward";
constexpr unsigned max_folder_depth = 4;  // of policies that can be listed: `a.b.c.d`

bool is_name_part(std::string_view part) {
    const auto is_name_char = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    return !part.empty() && std::all_of(part.begin(), part.end(), is_name_char);
}

// `base.parser` -> `base/parser.ward`; empty if it is no name, so that a name never leaves its folder.
std::string relative_path(std::string_view name) {
    std::string result;
    for (std::size_t begin = 0; begin <= name.size();) {
        const std::size_t end = std::min(name.find('.', begin), name.size());
        const std::string_view part = name.substr(begin, end - begin);
        if (!is_name_part(part)) return {};
        if (!result.empty()) result += '/';
        result += part;
        begin = end + 1;
    }
    return result.empty() ? result : result + std::string(suffix);
}

// Whatever stands there: a folder or a file that cannot be read is an error later, not a reason to go
// on to a policy of the same name that somebody else wrote.
bool exists(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

const BuiltIn* find_built_in(std::string_view name) {
    const auto all = built_in_policies();
    const auto found = std::find_if(all.begin(), all.end(), [name](const BuiltIn& row) { return row.name == name; });
    return found == all.end() ? nullptr : &*found;
}

void add_folder(const std::string& folder, const std::string& prefix, unsigned depth,
                std::map<std::string, std::vector<Location>>& result) {
    const std::unique_ptr<DIR, int (*)(DIR*)> listing(::opendir(folder.c_str()), ::closedir);
    if (!listing) return;
    while (const dirent* entry = ::readdir(listing.get())) {
        const std::string_view file = entry->d_name;
        std::string path = folder + '/';
        path += file;
        const bool policy = file.ends_with(suffix);
        const std::string_view part = policy ? file.substr(0, file.size() - suffix.size()) : file;
        struct stat status {};
        if (!is_name_part(part) || ::stat(path.c_str(), &status) != 0) continue;
        std::string name = prefix;
        name += part;
        if (policy && S_ISREG(status.st_mode)) {
            result[name].push_back({path, nullptr});
        } else if (!policy && S_ISDIR(status.st_mode) && depth > 1) {
            add_folder(path, name + '.', depth - 1, result);
        }
    }
}

}  // namespace

std::string Location::shown() const {
    if (built_in == nullptr) return path;
    return "<built-in>/" + relative_path(built_in->name);
}

std::string Location::identity() const {
    if (built_in != nullptr || path == "-") return shown();
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return path;
    return std::to_string(status.st_dev) + ':' + std::to_string(status.st_ino);
}

std::string Location::folder() const {
    if (built_in != nullptr || path == "-") return {};
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

std::string Location::file_name() const {
    const std::string whole = shown();
    std::string_view name = std::string_view(whole).substr(whole.rfind('/') + 1);  // npos + 1 is 0
    if (!name.ends_with(suffix)) return {};
    name.remove_suffix(suffix.size());
    return std::string(name);
}

std::optional<Location> find_policy(const SearchPath& path, const std::string& folder, std::string_view name,
                                    std::string_view after) {
    const std::string relative = relative_path(name);
    if (relative.empty()) return std::nullopt;
    std::vector<std::string> folders = path.folders;
    if (!folder.empty()) folders.insert(folders.begin(), folder);
    std::vector<Location> found;
    for (std::string& file : folders) {
        file.append("/").append(relative);
        if (!exists(file)) continue;
        found.push_back({std::move(file), nullptr});
        if (after.empty()) return found.front();  // nearly every `use`
    }
    if (const BuiltIn* built_in = find_built_in(name)) found.push_back({{}, built_in});
    // The last of them: the folder of a file on the path is also its place on the path.
    const auto own =
        std::find_if(found.rbegin(), found.rend(), [&](const Location& each) { return each.identity() == after; });
    const auto next = own == found.rend() ? found.begin() : own.base();
    return next == found.end() ? std::nullopt : std::optional(std::move(*next));
}

std::map<std::string, std::vector<Location>> all_policies(const SearchPath& path) {
    std::map<std::string, std::vector<Location>> result;
    for (const std::string& folder : path.folders) add_folder(folder, "", max_folder_depth, result);
    for (const BuiltIn& built_in : built_in_policies()) {
        result[std::string(built_in.name)].push_back({{}, &built_in});
    }
    return result;
}

void report_unknown_policy(const SearchPath& path, std::string_view name, std::optional<Span> place,
                           Diagnostics& diagnostics) {
    Diagnostic& diagnostic = diagnostics.add(slug::unknown_policy, place, "unknown policy `" + std::string(name) + '`');
    if (diagnostics.suppressed() != 0) return;  // nobody sees it: no need to read every folder again
    const auto all = all_policies(path);
    std::vector<std::string_view> names;
    names.reserve(all.size());
    for (const auto& [each, locations] : all) names.push_back(each);
    std::string searched = place ? "the policy's own folder, " : "";
    for (const std::string& folder : path.folders) searched.append("`").append(folder).append("`, ");
    diagnostic.note("searched: " + searched + "and the built-in policies");
    const auto similar = similar_names(name, names);
    if (!similar.empty()) {
        diagnostic.help("a policy with a similar name exists: " + quoted_list(similar));
    } else {
        diagnostic.help("`ward list` shows every policy");
    }
}

SearchPath SearchPath::from_environment() {
    SearchPath result;
    if (const char* listed = std::getenv("WARD_PATH")) {
        std::string_view rest = listed;
        while (!rest.empty()) {
            const std::string_view folder = rest.substr(0, rest.find(':'));
            if (!folder.empty()) result.folders.emplace_back(folder);
            rest.remove_prefix(std::min(folder.size() + 1, rest.size()));
        }
    }
    if (const char* home = std::getenv("HOME")) {
        if (*home != '\0') result.folders.push_back(std::string(home) + "/.config/ward");
    }
    result.folders.emplace_back("/etc/ward");
    return result;
}

}  // namespace ward::policy
