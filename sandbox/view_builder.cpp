#include "sandbox/view_builder.hpp"

#include <cerrno>
#include <cstring>

#include "policy/policy.hpp"
#include "sandbox/rule_table.hpp"

namespace ward::sandbox {
namespace {

using compiler::FileRule;
using Kind = ViewEntry::Kind;

using compiler::write_bit;

using policy::quoted;

bool is_tree(const ViewEntry& entry) {
    return entry.kind == Kind::tree || entry.kind == Kind::pin || entry.kind == Kind::overlay;
}

Kind kind_of_made(const FileRule& rule) {
    switch (rule.kind) {
        case FileRule::Kind::private_folder:
            return Kind::private_folder;
        case FileRule::Kind::overlay:
            return Kind::overlay;
        case FileRule::Kind::directory:
            return Kind::folder;
        case FileRule::Kind::link:
            return Kind::link;
        default:
            return Kind::text_file;
    }
}

std::string source_within(const ViewEntry& tree, const std::string& path) {
    return rebased(path, tree.path, tree.source);
}

class ViewBuilder {
public:
    ViewBuilder(const RulePlaces& places, Walker& walker, policy::Diagnostics& diagnostics)
        : places_(&places), table_(places, diagnostics), walker_(&walker), diagnostics_(&diagnostics) {}

    FileView build() {
        view_.notes = table_.notes();
        add({.kind = Kind::proc, .path = "/proc"});
        for (const RulePlace& place : places_->of_root) add_of_root(place);
        for (const auto& [path, node] : table_.nodes()) add_node(path, node);
        for (const RulePlace& place : places_->present) check_links(place);
        add_links();
        add_pins();
        note_half_hidden();
        for (const RulePlace& place : places_->absent) check_absent_guard(place);
        note_absent_guards();
        return std::move(view_);
    }

private:
    void add(ViewEntry entry) {
        const std::string path = entry.path;
        view_.entries.emplace(path, std::move(entry));
    }

    // ---- what each path becomes

    // Unless the policy says what is there.
    void add_of_root(const RulePlace& place) {
        const auto node = table_.nodes().find(place.path);
        const bool is_stated =
            node != table_.nodes().end() &&
            (node->second.grant != nullptr || node->second.made != nullptr || node->second.hide != nullptr);
        if (is_stated) return;
        ViewEntry entry{.kind = Kind::tree, .path = place.path, .source = place.source, .inode = *place.inode};
        entry.rule = place.rule;
        entry.access = place.rule->access;
        if (entry.inode.is_link()) {
            entry.kind = Kind::link;
            entry.text = walker_->files().link_target(place.source).value_or("");
            entry.source.clear();
        }
        add(std::move(entry));
    }

    void add_node(const std::string& path, const RuleNode& node) {
        if (node.made != nullptr) return add_made(path, *node.made);
        if (node.hide != nullptr) return add_hidden(path, node);
        if (node.grant != nullptr) return add_tree(path, node);
        if (node.protect != nullptr) add_cover(path, node);
    }

    void add_made(const std::string& path, const RulePlace& place) {
        const FileRule& rule = *place.rule;
        ViewEntry entry{.kind = kind_of_made(rule), .path = path, .rule = &rule};
        entry.text = rule.text;
        entry.size = rule.size;
        entry.mode = rule.mode;
        if (entry.kind == Kind::overlay) take_layers(place, entry);
        if (lies_in_tree(entry) && (is_same_link(entry) || !can_be_mounted(entry))) return;
        add(std::move(entry));
    }

    static void take_layers(const RulePlace& place, ViewEntry& entry) {
        entry.source = place.source;
        entry.inode = *place.inode;
        entry.layer = place.layer;
        entry.layer_inode = place.layer_inode;
        entry.access = compiler::read_bit | write_bit;
    }

    // A `hide` of what nothing shows needs no mount.
    void add_hidden(const std::string& path, const RuleNode& node) {
        const ViewEntry* above = view_.above(path);
        if (above == nullptr || (!is_tree(*above) && above->kind != Kind::proc)) return;
        ViewEntry entry{.kind = Kind::hidden, .path = path, .rule = node.hide, .over_existing = true};
        entry.inode = node.guarded_inode.value_or(Inode{});
        // What changes below an overlay does not reach it any more.
        if (above->is_writable_tree() && above->kind != Kind::overlay && !entry.is_folder()) {
            if (!node.hide->optional) return report_not_holdable(entry, *above);
            half_hidden_ += (half_hidden_.empty() ? "" : ", ") + quoted(path);
        }
        add(std::move(entry));
    }

    void add_tree(const std::string& path, const RuleNode& node) {
        ViewEntry entry{.kind = Kind::tree, .path = path, .source = node.grant->source, .rule = node.grant->rule};
        entry.inode = *node.grant->inode;
        entry.access = node.access;
        if (const FileRule* protection = table_.protection(path); protection != nullptr) {
            if ((entry.access & write_bit) != 0 && !node.grant->rule->argument)
                view_.notes.push_back(quoted(words_of(*entry.rule)) +
                                      " is read-only: " + quoted(words_of(*protection)));
            entry.access &= ~write_bit;
        }
        // What no policy states neither uncovers nor covers anything.
        if (node.grant->implied && view_.above(path) != nullptr) return;
        if (adds_nothing(entry) || (lies_in_tree(entry) && !can_be_mounted(entry))) return;
        add(std::move(entry));
    }

    // A `protect` inside something writable: the same files again, without the right to write.
    void add_cover(const std::string& path, const RuleNode& node) {
        const ViewEntry* above = view_.above(path);
        if (above == nullptr || !above->is_writable_tree() || !node.guarded_inode) return;
        ViewEntry entry{.kind = Kind::tree, .path = path, .source = source_within(*above, path), .rule = node.protect};
        entry.inode = *node.guarded_inode;
        entry.access = above->access & ~write_bit;
        entry.over_existing = true;
        add(std::move(entry));
    }

    // ---- whether it needs a mount, and has a place for it

    [[nodiscard]] bool adds_nothing(const ViewEntry& entry) const {
        const ViewEntry* above = view_.above(entry.path);
        return above != nullptr && is_tree(*above) && above->kind != Kind::overlay && above->access == entry.access &&
               source_within(*above, entry.path) == entry.source;
    }

    // Notes it in the entry: then it is mounted over what the tree has there.
    [[nodiscard]] bool lies_in_tree(ViewEntry& entry) const {
        const ViewEntry* above = view_.above(entry.path);
        entry.over_existing = above != nullptr && is_tree(*above);
        return entry.over_existing;
    }

    [[nodiscard]] bool is_same_link(const ViewEntry& entry) const {
        const std::string there = source_within(*view_.above(entry.path), entry.path);
        return entry.kind == Kind::link && walker_->files().link_target(there) == entry.text;
    }

    // Nothing is made in a host's folder for a jail: what is mounted over must be there.
    bool can_be_mounted(const ViewEntry& entry) {
        const ViewEntry& tree = *view_.above(entry.path);
        const std::string there = source_within(tree, entry.path);
        const Walk walk = walker_->walk(there, Walker::LastLink::keep);
        const bool fits = entry.kind != Kind::link && walk.inode && walk.path == there && !walk.inode->is_link() &&
                          walk.inode->is_folder() == entry.is_folder();
        if (!fits) report_no_place(entry, tree, there);
        return fits;
    }

    void report_no_place(const ViewEntry& entry, const ViewEntry& tree, const std::string& there) {
        const bool folder = entry.is_folder();
        auto& error =
            diagnostics_->add(policy::slug::place_missing, place_of(*entry.rule),
                              quoted(words_of(*entry.rule)) + " has no place in " + quoted(words_of(*tree.rule)));
        if (const auto span = place_of(*tree.rule)) error.also(*span, "the folder around it");
        if (entry.kind == Kind::link) {
            error.note("a link cannot be mounted over something in a granted folder");
            error.help("place the link outside of " + quoted(tree.path));
            return;
        }
        error.note("a jail makes nothing in a granted folder: " + quoted(there) +
                   (folder ? " must be a folder" : " must be a file"));
        error.help(folder ? "make it: `mkdir " + there + '`' : "make it: `touch " + there + '`');
    }

    // ---- what a program could get around

    void report_not_holdable(const ViewEntry& file, const ViewEntry& tree) {
        auto& error =
            diagnostics_->add(policy::slug::hide_not_holdable, place_of(*file.rule),
                              quoted(file.path) + " cannot be kept hidden in the writable " + quoted(tree.path));
        if (const auto span = place_of(*tree.rule)) error.also(*span, "makes the folder writable");
        error.note("when a program outside replaces the file, as editors do, the new one would be readable");
        if (parent_of(file.path) == tree.path)
            error.help("write only the folders in " + quoted(tree.path) + " that the program must change");
        else
            error.help("hide its folder: " + quoted("hide " + parent_of(file.path)));
    }

    // A link that the jailed program can replace decides what the next jail gets: it must not lead out.
    void check_links(const RulePlace& place) {
        for (const Link& link : place.links) {
            const ViewEntry* tree = writable_tree_of(link.place);
            if (tree != nullptr && !is_within(place.source, tree->source)) return report_link(place, link, *tree);
        }
    }

    // The tree through which a file of the host can be written.
    [[nodiscard]] const ViewEntry* writable_tree_of(const std::string& host_path) const {
        for (const auto& [path, entry] : view_.entries) {
            if (!is_tree(entry) || !is_within(host_path, entry.source)) continue;
            const ViewEntry* nearest = view_.around(rebased(host_path, entry.source, path));
            const bool reaches_host =
                nearest != nullptr && nearest->is_writable_tree() && nearest->kind != Kind::overlay;
            if (reaches_host) return nearest;
        }
        return nullptr;
    }

    void report_link(const RulePlace& place, const Link& link, const ViewEntry& tree) {
        auto& error = diagnostics_->add(
            policy::slug::link_in_writable, place_of(*place.rule),
            quoted(place.rule->path) + " leads out of the writable " + quoted(tree.path) + " by a link");
        error.label(quoted(link.place) + " points to " + quoted(link.target));
        if (const auto span = place_of(*tree.rule)) error.also(*span, "makes the link writable");
        error.note("the jailed program could point the link elsewhere, and the next jail would follow it");
        error.help("name what it leads to: " + quoted(place.source));
    }

    // A mount inside a writable tree moves along when a folder above it is renamed, and something else
    // could take its path. A folder that is a mount point cannot be renamed (rename(2), EBUSY).
    void add_pins() {
        std::vector<std::string> covers;
        for (const auto& [path, entry] : view_.entries)
            if (!entry.is_writable_tree() && entry.kind != Kind::link) covers.push_back(path);
        for (const std::string& cover : covers) pin_folders_above(cover);
    }

    void pin_folders_above(const std::string& cover) {
        for (std::string path = parent_of(cover); path != "/"; path = parent_of(path)) {
            const ViewEntry* tree = view_.around(path);
            if (tree == nullptr || !tree->is_writable_tree()) return;
            if (tree->path == path) continue;
            ViewEntry pin{.kind = Kind::pin, .path = path, .source = source_within(*tree, path)};
            pin.access = tree->access;
            pin.rule = view_.entries.at(cover).rule;
            pin.over_existing = true;
            add(std::move(pin));
        }
    }

    // ---- the rest

    void add_links() {
        for (const RulePlace& place : places_->present) {
            if (place.rule->is_guard()) continue;
            Walk walk;
            walk.path = place.path;
            walk.links = place.links;
            add_links_to(walk, *walker_, view_);
        }
    }

    // With `?` a file is hidden as far as that can be done: the program cannot undo it, others can.
    void note_half_hidden() {
        if (!half_hidden_.empty())
            view_.notes.push_back("hidden until a program outside replaces them, as editors do: " + half_hidden_);
    }

    // A guard may be left out where there is nothing, not where nobody could look: the program may be
    // able to, after a chmod(2) of its own folder, or when a file system has recovered.
    void check_absent_guard(const RulePlace& place) {
        const ViewEntry* tree = view_.around(place.path);
        const bool is_gone = place.error == ENOENT || place.error == ENOTDIR;
        if (is_gone || tree == nullptr || !is_tree(*tree)) return;
        auto& error = diagnostics_->add(policy::slug::path_not_found, place_of(*place.rule),
                                        quoted(place.source) + " cannot be reached: " + strerrordesc_np(place.error));
        if (const auto span = place_of(*tree->rule)) error.also(*span, "grants the folder around it");
        error.note("`?` leaves out what is not there; whether this is there, nobody knows");
        error.help("let the user who starts ward reach " + quoted(place.source));
    }

    // What is not there cannot be mounted over. Told only where its folder is: else it takes two steps.
    void note_absent_guards() {
        std::string paths;
        for (const RulePlace& place : places_->absent) {
            const ViewEntry* tree = view_.around(place.path);
            const bool counts = place.rule->kind == FileRule::Kind::protect && tree != nullptr &&
                                tree->is_writable_tree() && walker_->walk(parent_of(place.source)).inode;
            if (counts) paths += (paths.empty() ? "" : ", ") + quoted(place.path);
        }
        if (!paths.empty()) view_.notes.push_back("protected, but not there, so the program can make it: " + paths);
    }

    const RulePlaces* places_;
    RuleTable table_;
    Walker* walker_;
    policy::Diagnostics* diagnostics_;
    FileView view_;
    std::string half_hidden_;  // files that `hide?` masks in something writable, quoted
};

}  // namespace

void add_links_to(const Walk& walk, const Walker& walker, FileView& view) {
    if (!view.shows(walk.path, walker.files())) return;
    for (const Link& link : walk.links) {
        const ViewEntry* around = view.around(link.place);
        // Links of a tree come with it; and /proc has its own.
        if (around != nullptr && (is_tree(*around) || around->kind == Kind::proc)) continue;
        ViewEntry entry{.kind = Kind::link, .path = link.place};
        entry.text = link.target;
        view.entries.emplace(link.place, std::move(entry));
    }
}

FileView build_view(const RulePlaces& places, Walker& walker, policy::Diagnostics& diagnostics) {
    return ViewBuilder(places, walker, diagnostics).build();
}

}  // namespace ward::sandbox
