#include "sandbox/file_view.hpp"

#include <utility>

#include "compiler/file_rules.hpp"
#include "policy/policy.hpp"
#include "sandbox/rule_places.hpp"
#include "sandbox/view_builder.hpp"

namespace ward::sandbox {
namespace {

constexpr auto write_bit = static_cast<compiler::AccessBits>(policy::Access::write);
constexpr auto execute_bit = static_cast<compiler::AccessBits>(policy::Access::execute);

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
            return true;
        case Kind::link:
        case Kind::text_file:
            return false;
    }
    return false;
}

bool ViewEntry::is_writable_tree() const {
    return (kind == Kind::tree || kind == Kind::pin) && (access & write_bit) != 0;
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
    const bool is_tree = entry->kind == ViewEntry::Kind::tree || entry->kind == ViewEntry::Kind::pin;
    return is_tree && files.inspect(rebased(path, entry->path, entry->source)).has_value();
}

std::optional<FileView> view_files(const ViewRequest& request, Walker& walker, policy::Diagnostics& diagnostics) {
    const std::size_t errors = diagnostics.errors();
    const RulePlaces places = find_places(request.rules, walker, diagnostics);
    if (diagnostics.errors() != errors) return {};
    FileView view = build_view(places, walker, diagnostics);
    if (!request.working_folder.empty()) {
        const Walk folder = walker.walk(request.working_folder);
        add_working_folder(folder, walker.files(), view);
        add_links_to(folder, walker, view);
    }
    if (!request.program.empty()) add_links_to(walker.walk(request.program), walker, view);
    if (diagnostics.errors() != errors) return {};
    return view;
}

std::string words_of(const compiler::FileRule& rule) {
    std::string words = verb(rule) + (rule.optional ? "? " : " ") + rule.path;
    if (!rule.from.empty()) words += " from " + rule.from;
    return words;
}

}  // namespace ward::sandbox
