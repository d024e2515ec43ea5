#include "sandbox/file_view.hpp"

#include <utility>

#include "compiler/file_rules.hpp"
#include "policy/policy.hpp"
#include "sandbox/rule_places.hpp"
#include "sandbox/view_builder.hpp"

namespace ward::sandbox {
namespace {

using compiler::execute_bit;
using compiler::write_bit;

bool has_entry_below(const FileView& view, const std::string& path) {
    const std::string first = path == "/" ? path : path + '/';
    const auto next = view.entries.lower_bound(first);
    return next != view.entries.end() && next->first.compare(0, first.size(), first) == 0;
}

std::string verb(const compiler::FileRule& rule) {
    constexpr auto both = write_bit | execute_bit;
    if (rule.kind == compiler::FileRule::Kind::grant && (rule.access & both) == both) return "write+execute";
    return std::string(compiler::statement_word(rule));
}

// A program starts where it was called, although it may see nothing there: what it is told of paths, `PWD` and
// error messages stays true.
void add_working_folder(const Walk& walk, const FileTree& files, FileView& view) {
    if (!walk.inode || !walk.inode->is_folder() || view.shows(walk.path, files)) return;
    const ViewEntry* above = view.above(walk.path);
    if (above != nullptr && above->kind != ViewEntry::Kind::private_folder) return;
    view.entries.emplace(walk.path, ViewEntry{.kind = ViewEntry::Kind::folder, .path = walk.path});
}

}  // namespace

bool ViewEntry::is_folder() const {
    switch (kind) {
        case Kind::tree:
        case Kind::hidden:
            return inode.is_folder();
        case Kind::private_folder:
        case Kind::pin:
        case Kind::proc:
        case Kind::folder:
        case Kind::overlay:
            return true;
        case Kind::link:
        case Kind::text_file:
            return false;
    }
    return false;
}

bool ViewEntry::is_writable_tree() const {
    return (kind == Kind::tree || kind == Kind::pin || kind == Kind::overlay) && (access & write_bit) != 0;
}

bool ViewEntry::is_of_root() const {
    return rule != nullptr && rule->path == "/";
}

std::uint64_t ViewEntry::own_bytes() const {
    constexpr std::uint64_t default_size = std::uint64_t{64} << 20;
    const bool is_own = kind == Kind::private_folder || (kind == Kind::overlay && layer.empty());
    if (!is_own) return 0;
    return size != 0 ? size : default_size;
}

const ViewEntry* FileView::around(const std::string& path) const {
    const auto exact = entries.find(path);
    return exact != entries.end() ? &exact->second : above(path);
}

const ViewEntry* FileView::above(const std::string& path) const {
    for (std::string folder = path; folder != "/";) {
        folder = parent_of(folder);
        const auto found = entries.find(folder);
        if (found != entries.end()) return &found->second;
    }
    return nullptr;
}

compiler::AccessBits FileView::access(const std::string& path) const {
    const ViewEntry* entry = around(path);
    if (entry == nullptr || (entry->kind != ViewEntry::Kind::tree && entry->kind != ViewEntry::Kind::pin)) return 0;
    if (rebased(path, entry->path, entry->source) != path) return 0;
    return entry->access;
}

bool FileView::shows(const std::string& path, const FileTree& files) const {
    if (path == "/" || path == "/dev" || has_entry_below(*this, path)) return true;
    const ViewEntry* entry = around(path);
    if (entry == nullptr || entry->kind == ViewEntry::Kind::hidden) return false;
    if (entry->path == path) return true;
    const std::string source = on_host(path);
    return !source.empty() && files.inspect(source).has_value();
}

bool FileView::shows_folder(const std::string& path, const FileTree& files) const {
    if (!shows(path, files)) return false;
    const ViewEntry* entry = around(path);
    if (entry == nullptr) return true;
    if (entry->path == path) return entry->is_folder();
    const auto inode = files.inspect(on_host(path));
    return (inode && inode->is_folder()) || has_entry_below(*this, path);
}

std::string FileView::on_host(const std::string& path) const {
    const ViewEntry* entry = around(path);
    return entry == nullptr || entry->source.empty() ? "" : rebased(path, entry->path, entry->source);
}

std::optional<FileView> view_files(const ViewRequest& request, Walkers walkers, policy::Diagnostics& diagnostics) {
    const std::size_t errors = diagnostics.errors();
    const RulePlaces places = find_places(request, walkers, diagnostics);
    if (diagnostics.errors() != errors) return {};
    FileView view = build_view(places, walkers.host, diagnostics);
    // A root of its own has its own links and folders.
    if (request.root == nullptr && !request.working_folder.empty()) {
        const Walk folder = walkers.host.walk(request.working_folder);
        add_working_folder(folder, walkers.host.files(), view);
        add_links_to(folder, walkers.host, view);
    }
    if (request.root == nullptr && !request.program.empty())
        add_links_to(walkers.host.walk(request.program), walkers.host, view);
    if (diagnostics.errors() != errors) return {};
    return view;
}

compiler::FileRule root_rule(const compiler::Stated<std::string>& root) {
    compiler::FileRule rule{};
    rule.kind = compiler::FileRule::Kind::grant;
    rule.path = "/";
    rule.from = root.value;
    rule.access = compiler::read_bit | execute_bit;
    rule.origins = root.origins;
    return rule;
}

std::string words_of(const compiler::FileRule& rule) {
    if (rule.path == "/") return "root " + rule.from;
    std::string words = verb(rule) + (rule.optional ? "? " : " ") + rule.path;
    if (!rule.from.empty()) words += " from " + rule.from;
    if (!rule.into.empty()) words += " into " + rule.into;
    return words;
}

}  // namespace ward::sandbox
