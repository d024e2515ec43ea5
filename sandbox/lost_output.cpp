#include "sandbox/lost_output.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "sandbox/rule_places.hpp"

namespace ward::sandbox {
namespace {

constexpr std::array<std::string_view, 4> output_options{"-o", "--output", "--outfile", "--output-file"};

bool is_output_option(std::string_view word) {
    return std::find(output_options.begin(), output_options.end(), word) != output_options.end();
}

// `result.txt`: without a folder in it a word may be anything.
bool looks_like_a_file(std::string_view word) {
    const auto dot = word.rfind('.');
    return dot != std::string_view::npos && dot != 0 && dot + 1 < word.size() &&
           word.find_first_of(" *?[]{}()$\\|^'\"\n") == std::string_view::npos;
}

// The part of a word that may be a path; empty if it is none. `before` is the word before it.
std::string_view path_in(std::string_view word, std::string_view before) {
    if (word.find("://") != std::string_view::npos) return {};
    if (word.substr(0, 2) == "--") {
        const auto sign = std::min(word.find('='), word.size());
        const std::string_view value = word.substr(std::min(sign + 1, word.size()));
        return is_output_option(word.substr(0, sign)) || value.find('/') != std::string_view::npos ? value
                                                                                                   : std::string_view();
    }
    if (word.substr(0, 2) == "-o") word.remove_prefix(2);
    if (word.empty() || word.front() == '-') return {};
    if (word.find('/') != std::string_view::npos) return word;
    return is_output_option(before) && looks_like_a_file(word) ? word : std::string_view();
}

enum class Fate { kept, refused, gone };

Fate fate_in(const std::string& folder, const FileView& view) {
    const ViewEntry* entry = view.around(folder);
    if (entry == nullptr) return Fate::refused;
    switch (entry->kind) {
        case ViewEntry::Kind::private_folder:
            return Fate::gone;
        case ViewEntry::Kind::overlay:
            return entry->layer.empty() ? Fate::gone : Fate::kept;
        case ViewEntry::Kind::tree:
        case ViewEntry::Kind::pin:
            return entry->is_writable_tree() || view.on_host(folder) != folder ? Fate::kept : Fate::refused;
        case ViewEntry::Kind::hidden:
        case ViewEntry::Kind::folder:
            return Fate::refused;
        case ViewEntry::Kind::link:
        case ViewEntry::Kind::text_file:
        case ViewEntry::Kind::proc:
            break;
    }
    return Fate::kept;
}

}  // namespace

std::vector<LostOutput> lost_outputs(const std::vector<std::string>& words, const std::string& folder,
                                     const FileView& view, Walker& host) {
    std::vector<LostOutput> lost;
    for (std::size_t i = 1; i < words.size(); ++i) {
        const std::string path(path_in(words[i], words[i - 1]));
        if (path.empty() || path.back() == '/') continue;
        std::string whole = path.front() == '/' ? "" : folder + '/';
        const Walk walk = host.walk(whole += path);
        // Not there, and the folder that it would be in is. What is at the top of the machine is no file of anybody's.
        const bool is_new = !walk.inode && walk.reached != "/" && walk.path == walk.reached + '/' + walk.missing;
        if (!is_new || walk.in_proc) continue;
        const Fate fate = fate_in(walk.reached, view);
        if (fate != Fate::kept) lost.push_back({path, walk.reached, fate == Fate::gone});
    }
    return lost;
}

}  // namespace ward::sandbox
