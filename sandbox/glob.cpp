#include "sandbox/glob.hpp"

#include <algorithm>

namespace ward::sandbox {
namespace {

// `[...]` at the front of `pattern`, which is moved behind it. An unclosed bracket matches itself.
bool match_bracket(std::string_view& pattern, char character) {
    const bool negated = pattern.size() > 1 && (pattern[1] == '!' || pattern[1] == '^');
    const std::size_t begin = negated ? 2 : 1;
    const auto end = pattern.find(']', begin + 1);
    if (end == std::string_view::npos) {
        pattern.remove_prefix(1);
        return character == '[';
    }
    const std::string_view set = pattern.substr(begin, end - begin);
    pattern.remove_prefix(end + 1);
    bool found = false;
    for (std::size_t i = 0; i < set.size(); ++i) {
        if (i + 2 < set.size() && set[i + 1] == '-') {
            found |= set[i] <= character && character <= set[i + 2];
            i += 2;
        } else {
            found |= set[i] == character;
        }
    }
    return found != negated;
}

// One character other than `*`; `pattern` is moved behind what matched it.
bool match_one(std::string_view& pattern, char character) {
    if (pattern.front() == '[') return match_bracket(pattern, character);
    if (pattern.front() == '?') {
        pattern.remove_prefix(1);
        return true;
    }
    if (pattern.front() == '\\' && pattern.size() > 1) pattern.remove_prefix(1);
    const bool same = pattern.front() == character;
    pattern.remove_prefix(1);
    return same;
}

// Linear in pattern times name: only the last `*` is ever tried again.
bool match_rest(std::string_view pattern, std::string_view name) {
    std::string_view after_star;
    std::string_view star_name;
    bool has_star = false;
    while (!name.empty() || !pattern.empty()) {
        if (!pattern.empty() && pattern.front() == '*') {
            pattern.remove_prefix(1);
            after_star = pattern;
            star_name = name;
            has_star = true;
            continue;
        }
        if (!pattern.empty() && !name.empty() && match_one(pattern, name.front())) {
            name.remove_prefix(1);
            continue;
        }
        if (!has_star || star_name.empty()) return false;
        star_name.remove_prefix(1);
        name = star_name;
        pattern = after_star;
    }
    return true;
}

bool has_wildcard(std::string_view pattern) {
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == '\\')
            ++i;
        else if (pattern[i] == '*' || pattern[i] == '?' || pattern[i] == '[')
            return true;
    }
    return false;
}

std::string without_escapes(std::string_view pattern) {
    std::string text;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
        text += pattern[i];
    }
    return text;
}

class Expansion {
public:
    Expansion(std::deque<std::string> pattern, Walker& walker) : pattern_(std::move(pattern)), walker_(&walker) {}

    // False if it is too much.
    bool expand(const std::string& folder, std::size_t index) {
        if (index == pattern_.size()) return add(folder);
        const std::string& part = pattern_[index];
        if (part == "**") return expand_folders(folder, index);
        if (has_wildcard(part)) return expand_names(folder, index);
        const std::string path = join(folder, without_escapes(part));
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
            return !matches(pattern_[index], name) || expand(join(folder, name), index + 1);
        });
    }

    bool expand_folders(const std::string& folder, std::size_t index) {
        if (!expand(folder, index + 1)) return false;
        return for_entries(folder, [&](const std::string& name, const std::string& place) {
            if (name.front() == '.') return true;
            const auto inode = walker_->files().inspect(place);
            return !inode || !inode->is_folder() || expand_folders(join(folder, name), index);
        });
    }

    std::deque<std::string> pattern_;
    Walker* walker_;
    std::size_t looks_ = 0;
};

}  // namespace

bool matches(std::string_view pattern, std::string_view name) {
    const bool names_dot = !pattern.empty() && (pattern.front() == '.' || pattern.substr(0, 2) == "\\.");
    if (!name.empty() && name.front() == '.' && !names_dot) return false;
    return match_rest(pattern, name);
}

std::optional<std::vector<std::string>> expand_glob(const std::string& pattern, Walker& walker) {
    Expansion expansion(components(pattern), walker);
    if (!expansion.expand("/", 0)) return {};
    auto& found = expansion.found;
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return std::move(found);
}

}  // namespace ward::sandbox
