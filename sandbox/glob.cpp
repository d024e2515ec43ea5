#include "sandbox/glob.hpp"

#include <algorithm>

#include "compiler/path_pattern.hpp"
#include "compiler/variables.hpp"

namespace ward::sandbox {
namespace {

class Expansion {
public:
    Expansion(std::deque<std::string> pattern, Walker& walker) : pattern_(std::move(pattern)), walker_(&walker) {}

    // False if it is too much.
    bool expand(const std::string& folder, std::size_t index) {
        if (index == pattern_.size()) return add(folder);
        const std::string& part = pattern_[index];
        if (part == "**") return expand_folders(folder, index);
        if (compiler::has_wildcard(part)) return expand_names(folder, index);
        const std::string path = join(folder, compiler::literal(part));
        return !walker_->walk(path).inode || expand(path, index + 1);
    }

    std::vector<std::string> found;

private:
    bool add(const std::string& path) {
        found.push_back(path);
        return found.size() <= max_glob_matches;
    }

    // Calls `each` with the name of every entry.
    template <typename Each>
    bool for_entries(const std::string& folder, const Each& each) {
        const Walk place = walker_->walk(folder);
        if (!place.inode || !place.inode->is_folder()) return true;
        const std::vector<std::string> names = walker_->files().entries(place.path);
        return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
            return ++looks_ <= max_glob_looks && each(name, join(place.path, name));
        });
    }

    bool expand_names(const std::string& folder, std::size_t index) {
        return for_entries(folder, [&](const std::string& name, const std::string&) {
            return !compiler::matches(pattern_[index], name) || expand(join(folder, name), index + 1);
        });
    }

    [[nodiscard]] bool is_last(std::size_t index) const { return index + 1 == pattern_.size(); }

    // At the end of a pattern `**` is files too, as matches_path() says.
    bool expand_folders(const std::string& folder, std::size_t index) {
        if (!expand(folder, index + 1)) return false;
        return for_entries(folder, [&](const std::string& name, const std::string& place) {
            if (name.front() == '.') return true;
            const auto inode = walker_->files().inspect(place);
            if (inode && inode->is_folder()) return expand_folders(join(folder, name), index);
            return !is_last(index) || add(join(folder, name));
        });
    }

    std::deque<std::string> pattern_;
    Walker* walker_;
    std::size_t looks_ = 0;
};

}  // namespace

std::optional<std::vector<std::string>> expand_glob(const std::string& pattern, Walker& walker) {
    Expansion expansion(components(pattern), walker);
    if (!expansion.expand("/", 0)) return {};
    auto& found = expansion.found;
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return std::move(found);
}

}  // namespace ward::sandbox
