// The steps about mounts are gone through once more, on values.
#include "sandbox/verify_mounts.hpp"

#include <linux/mount.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <optional>
#include <string_view>

#include "sandbox/path_walk.hpp"

namespace ward::sandbox {
namespace {

// What a slot holds, or what is mounted.
struct Tree {
    std::uint64_t attributes = 0;  // MOUNT_ATTR_*: at least these
    bool id_mapped = false;
    bool recursive = false;  // mounts below the source come with it
    std::string source{};    // its path on the host; empty: it was made for this jail
    std::string type{};      // of a file system that was made
    std::string options{};
};

struct PlannedMount {
    std::string path;
    Tree tree;
};

// The last one that shows `path`: what was mounted later lies on top.
template <typename M>
const M* mount_around(const std::vector<M>& mounts, const std::string& path) {
    const M* found = nullptr;
    for (const M& mount : mounts)
        if (is_within(path, mount.path) && (found == nullptr || mount.path.size() >= found->path.size()))
            found = &mount;
    return found;
}

// ---- what the plan leads to

class Simulation {
public:
    explicit Simulation(const Plan& plan) : trees_(max_slots) {
        for (const auto* steps : {&plan.prepare, &plan.mapped, &plan.init})
            for (const Step& step : *steps) run(step);
    }
    [[nodiscard]] const std::vector<PlannedMount>& mounts() const { return mounts_; }

private:
    void run(const Step& step) {
        switch (step.operation) {
            case Operation::clone_tree:
            case Operation::clone_device:
                into(step) = Tree{.attributes = step.number[4], .source = step.path};
                into(step).recursive = step.number[3] != 0;
                break;
            case Operation::map_tree_ids:
                at(step.slot).id_mapped = true;
                break;
            case Operation::new_filesystem:
                into(step) = Tree{.attributes = step.number[0], .type = step.path, .options = step.text};
                break;
            default:
                run_on_root(step);
        }
    }

    void run_on_root(const Step& step) {
        const std::string path = step.path == nullptr ? "" : '/' + std::string(step.path);
        if (step.operation == Operation::attach_root) mounts_.push_back({"/", made(step, "tmpfs")});
        if (step.operation == Operation::mount_filesystem)
            mounts_.push_back(
                {path, made(step, step.number[1] == static_cast<std::uint64_t>(FileSystem::proc) ? "proc" : "tmpfs")});
        if (step.operation == Operation::mount_tree) mounts_.push_back({path, at(step.slot)});
        if (step.operation == Operation::clone_below_root) into(step) = clone_at(path, step);
        if (step.operation == Operation::detach)
            std::erase_if(mounts_, [&](const PlannedMount& mount) { return is_within(mount.path, path); });
        if (step.operation == Operation::seal_root && !mounts_.empty())
            mounts_.front().tree.attributes |= step.number[0];
    }

    static Tree made(const Step& step, const char* type) {
        return Tree{.attributes = step.number[0], .type = type, .options = step.text == nullptr ? "" : step.text};
    }

    [[nodiscard]] Tree clone_at(const std::string& path, const Step& step) const {
        const PlannedMount* around = mount_around(mounts_, path);
        if (around == nullptr) return {};
        Tree tree = around->tree;
        tree.recursive = step.number[3] != 0 && tree.recursive;
        tree.attributes |= step.number[4];
        if (!tree.source.empty()) tree.source = rebased(path, around->path, tree.source);
        tree.options.clear();
        return tree;
    }

    Tree& at(Slot slot) { return trees_.at(static_cast<std::size_t>(slot)); }
    Tree& into(const Step& step) { return at(step.into); }

    std::vector<Tree> trees_;
    std::vector<PlannedMount> mounts_;
};

// ---- in words

std::string in_words(std::uint64_t attributes, bool id_mapped) {
    std::string text;
    const auto add = [&](bool is_set, const char* word) {
        if (is_set) text += (text.empty() ? "" : ",") + std::string(word);
    };
    add((attributes & MOUNT_ATTR_RDONLY) != 0, "ro");
    add((attributes & MOUNT_ATTR_NOSUID) != 0, "nosuid");
    add((attributes & MOUNT_ATTR_NODEV) != 0, "nodev");
    add((attributes & MOUNT_ATTR_NOEXEC) != 0, "noexec");
    add(id_mapped, "idmapped");
    return text.empty() ? "no restriction" : text;
}

std::uint64_t attributes_of(const Mount& mount) {
    return (mount.read_only ? MOUNT_ATTR_RDONLY : 0U) | (mount.no_setuid ? MOUNT_ATTR_NOSUID : 0U) |
           (mount.no_devices ? MOUNT_ATTR_NODEV : 0U) | (mount.no_exec ? MOUNT_ATTR_NOEXEC : 0U);
}

// "size=4096k" of "rw,size=4096k,mode=700"; empty if it is not there.
std::string_view option_value(std::string_view options, std::string_view name) {
    while (!options.empty()) {
        const auto comma = options.find(',');
        const std::string_view option = options.substr(0, comma);
        if (option.size() > name.size() && option.starts_with(name) && option[name.size()] == '=')
            return option.substr(name.size() + 1);
        options.remove_prefix(comma == std::string_view::npos ? options.size() : comma + 1);
    }
    return {};
}

std::uint64_t number_of(std::string_view text, int base = 10) {
    std::uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number, base);
    return number;
}

// A tmpfs names what is not its default: tmpfs(5). Sizes are in KiB, of whole pages.
std::string option_difference(const std::string& wanted, const std::string& found) {
    constexpr std::uint64_t page = 4096;
    constexpr std::uint64_t default_mode = 01777;
    const std::uint64_t pages = (number_of(option_value(wanted, "size")) + page - 1) / page;
    if (number_of(option_value(found, "size")) * 1024 != pages * page) return "size";
    if (option_value(wanted, "nr_inodes") != option_value(found, "nr_inodes")) return "nr_inodes";
    const std::string_view mode = option_value(found, "mode");
    const std::uint64_t found_mode = mode.empty() ? default_mode : number_of(mode, 8);
    return number_of(option_value(wanted, "mode"), 8) == found_mode ? "" : "mode";
}

// Of an overlay: each option is shown as it was given.
std::string missing_option(std::string_view wanted, const std::string& found) {
    while (!wanted.empty()) {
        std::string option(wanted.substr(0, wanted.find(',')));
        wanted.remove_prefix(std::min(option.size() + 1, wanted.size()));
        if ((',' + found + ',').find(',' + option + ',') == std::string::npos) return option;
    }
    return {};
}

// ---- the comparison

void add(std::vector<Difference>& differences, std::string what, std::string expected, std::string found) {
    differences.push_back({std::move(what), std::move(expected), std::move(found)});
}

void compare_attributes(const Tree& tree, const Mount& mount, std::vector<Difference>& differences) {
    const std::uint64_t found = attributes_of(mount);
    if ((found & tree.attributes) == tree.attributes && mount.id_mapped == tree.id_mapped) return;
    add(differences, "the mount at `" + mount.path + "`", in_words(tree.attributes, tree.id_mapped),
        in_words(found, mount.id_mapped));
}

// The same part of the same file system as on the host.
void compare_source(const Tree& tree, const Mount& mount, const KernelView& view,
                    std::vector<Difference>& differences) {
    const Mount* around = mount_around(view.host_mounts, tree.source);
    const std::string root = around == nullptr ? "" : rebased(tree.source, around->path, around->root);
    if (around != nullptr && mount.device == around->device && mount.root == root) return;
    add(differences, "what is mounted at `" + mount.path + "`", tree.source, mount.root + " of another place");
}

void compare_file_system(const Tree& tree, const Mount& mount, std::vector<Difference>& differences) {
    if (tree.type != mount.type)
        return add(differences, "the file system at `" + mount.path + "`", tree.type, mount.type);
    if (tree.options.empty()) return;
    const std::string name = tree.type == "tmpfs" ? option_difference(tree.options, mount.options)
                                                  : missing_option(tree.options, mount.options);
    if (!name.empty())
        add(differences, '`' + name + "` of the file system at `" + mount.path + "`", tree.options, mount.options);
}

std::vector<Difference> compare(const Tree& tree, const Mount& mount, const KernelView& view) {
    std::vector<Difference> differences;
    compare_attributes(tree, mount, differences);
    if (!tree.source.empty())
        compare_source(tree, mount, view, differences);
    else if (!tree.type.empty())
        compare_file_system(tree, mount, differences);
    return differences;
}

// Below a recursive clone there is what the host has below its source.
std::vector<Difference> compare_submount(const std::vector<PlannedMount>& planned, const Mount& mount,
                                         const KernelView& view) {
    std::vector<Difference> differences;
    for (const auto& [path, tree] : planned) {
        if (!tree.recursive || tree.source.empty() || !is_within(mount.path, path)) continue;
        const std::string on_host = rebased(mount.path, path, tree.source);
        const bool is_known = std::any_of(view.host_mounts.begin(), view.host_mounts.end(), [&](const Mount& host) {
            return host.path == on_host && host.device == mount.device && host.root == mount.root;
        });
        if (!is_known) continue;
        compare_attributes(tree, mount, differences);
        return differences;
    }
    add(differences, "the mount table", "no mount at `" + mount.path + '`',
        mount.type + ' ' + in_words(attributes_of(mount), mount.id_mapped));
    return differences;
}

// Of the planned mounts at one path, one that is as planned goes first: kernels differ in the order of the table.
std::vector<Difference> take(std::vector<PlannedMount>& missing, const std::vector<PlannedMount>& planned,
                             const Mount& mount, const KernelView& view) {
    auto taken = missing.end();
    std::vector<Difference> found;
    for (auto each = missing.begin(); each != missing.end(); ++each) {
        if (each->path != mount.path) continue;
        auto differences = compare(each->tree, mount, view);
        if (taken != missing.end() && !differences.empty()) continue;
        taken = each;
        found = std::move(differences);
        if (found.empty()) break;
    }
    if (taken == missing.end()) return compare_submount(planned, mount, view);
    missing.erase(taken);
    return found;
}

}  // namespace

void compare_mounts(const Plan& plan, const KernelView& view, std::vector<Difference>& differences) {
    const std::vector<PlannedMount> planned = Simulation(plan).mounts();
    std::vector<PlannedMount> missing = planned;
    for (const Mount& mount : view.mounts) {
        if (mount.propagates)
            add(differences, "the propagation of `" + mount.path + '`', "private", "shared with other namespaces");
        for (Difference& each : take(missing, planned, mount, view)) differences.push_back(std::move(each));
    }
    for (const auto& [path, tree] : missing)
        add(differences, "the mount at `" + path + '`', in_words(tree.attributes, tree.id_mapped), "no mount");
}

}  // namespace ward::sandbox
