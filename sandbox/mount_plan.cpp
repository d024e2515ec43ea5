#include "sandbox/mount_plan.hpp"

#include <linux/mount.h>

#include <array>
#include <deque>
#include <set>

#include "policy/policy.hpp"
#include "sandbox/memory_options.hpp"
#include "sandbox/mount_checks.hpp"

namespace ward::sandbox {
namespace {

using Kind = ViewEntry::Kind;

using compiler::execute_bit;
using compiler::write_bit;

constexpr std::uint64_t closed = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
constexpr std::uint64_t sealed = closed | MOUNT_ATTR_RDONLY;
constexpr unsigned private_mode = 0700;
constexpr unsigned folder_mode = 0755;
constexpr unsigned text_mode = 0444;
constexpr unsigned lead_through_mode = 0111;  // a hidden folder with something granted below

// /proc/self/mountinfo needs a host folder that is always there and is not a source any more.
constexpr const char* root_mount_point = "/proc";

// Things that are mounted over something else are made here first; /proc covers it.
constexpr const char* store = "/proc/ward";

constexpr std::array<std::pair<const char*, const char*>, 4> device_links{{{"/dev/fd", "/proc/self/fd"},
                                                                           {"/dev/stdin", "/proc/self/fd/0"},
                                                                           {"/dev/stdout", "/proc/self/fd/1"},
                                                                           {"/dev/stderr", "/proc/self/fd/2"}}};

// A path of the jail as steps name it.
std::string below_root(const std::string& path) {
    return path.substr(1);
}

class MountPlanner {
public:
    MountPlanner(const MountRequest& request, PlanWriter& writer)
        : request_(&request),
          writer_(&writer),
          sources_(request.identity.supervisor_maps_ids ? writer.plan.prepare : writer.plan.init),
          init_(writer.plan.init) {}

    void plan() {
        writer_->because_always();
        writer_->add(init_, Operation::private_propagation);
        for (const auto& [path, entry] : request_->view.entries) {
            if (entry.kind == Kind::tree) clone_source(entry);
            if (entry.kind == Kind::overlay) clone_layers(entry);
        }
        for (const DevicePlace& device : request_->devices) clone_device(device);
        make_file_systems();
        attach_root();
        make_store();
        for (const auto& [path, entry] : request_->view.entries)
            if (entry.kind == Kind::overlay) make_overlay(entry);
        for (const auto& [path, entry] : request_->view.entries) build(entry);
        build_devices();
        writer_->because_always();
        writer_->add(init_, Operation::pivot_root);
        writer_->add(init_, Operation::seal_root, sealed);
    }

private:
    void because(const ViewEntry& entry) {
        if (entry.rule == nullptr) return writer_->because_always();
        const std::string purpose = (entry.kind == Kind::pin ? "pin for `" : "`") + words_of(*entry.rule) + '`';
        writer_->because(entry.rule->origins, purpose);
    }

    // ---- sources

    void clone_source(const ViewEntry& tree) {
        because(tree);
        std::uint64_t attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
        if ((tree.access & write_bit) == 0) attributes |= MOUNT_ATTR_RDONLY;
        if ((tree.access & execute_bit) == 0) attributes |= MOUNT_ATTR_NOEXEC;
        const Slot slot = clone(tree.source, tree.inode, true, attributes);
        if (needs_id_map(tree, request_->identity))
            writer_->add(writer_->plan.mapped, Operation::map_tree_ids, {.slot = slot, .into = map_namespace()});
        slots_[tree.path] = slot;
    }

    // The lower layer, and the upper one if it is kept.
    void clone_layers(const ViewEntry& overlay) {
        because(overlay);
        Layers& layers = layers_[overlay.path];
        layers.lower = clone_layer(overlay.source, overlay.inode, sealed);
        if (!overlay.layer.empty()) layers.upper = clone_layer(overlay.layer, overlay.layer_inode, closed);
    }

    Slot clone_layer(const std::string& path, const Inode& inode, std::uint64_t attributes) {
        const Slot slot = clone(path, inode, false, attributes);
        if (request_->identity.supervisor_maps_ids)
            writer_->add(writer_->plan.mapped, Operation::map_tree_ids, {.slot = slot, .into = map_namespace()});
        return slot;
    }

    void clone_device(const DevicePlace& device) {
        writer_->because(device.device->origins, "`device " + device.device->value + '`');
        const Slot slot = writer_->new_slot();
        constexpr std::uint64_t attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;
        // Cleared: on a mount without devices it could not be opened. Where that is locked, the step fails.
        constexpr std::uint64_t cleared = MOUNT_ATTR_NODEV;
        writer_->add(sources_, Operation::clone_device,
                     {.into = slot,
                      .path = device.path,
                      .numbers = {device.number, device.or_number, 0, 0, attributes, cleared}});
        slots_[device.path] = slot;
    }

    Slot clone(const std::string& path, const Inode& inode, bool recursive, std::uint64_t attributes) {
        const Slot slot = writer_->new_slot();
        writer_->add(sources_, Operation::clone_tree,
                     {.into = slot,
                      .path = path,
                      .numbers = {inode.device, inode.number, inode.type(), recursive ? 1U : 0U, attributes}});
        return slot;
    }

    Slot map_namespace() {
        Slot& slot = writer_->plan.map_namespace;
        if (slot == no_slot) slot = writer_->new_slot();
        return slot;
    }

    // ---- new file systems

    void make_file_systems() {
        for (const auto& [path, entry] : request_->view.entries) {
            if (entry.kind == Kind::private_folder && !is_mounted_by_name(entry)) make_private(entry);
            if (entry.kind == Kind::overlay && entry.layer.empty()) make_upper(entry);
        }
    }

    void make_private(const ViewEntry& folder) {
        because(folder);
        slots_[folder.path] = new_filesystem("tmpfs", options_of(folder));
    }

    // Of an overlay that keeps nothing.
    void make_upper(const ViewEntry& overlay) {
        because(overlay);
        layers_[overlay.path].upper = new_filesystem("tmpfs", options_of(overlay));
    }

    [[nodiscard]] std::string options_of(const ViewEntry& folder) const {
        return options_of_folder(folder, request_->identity);
    }

    // Nothing is mounted on the way from the new root: no name of it is anybody else's.
    [[nodiscard]] bool is_on_own_root(const std::string& path) const {
        for (const ViewEntry* above = request_->view.above(path); above != nullptr;
             above = request_->view.above(above->path))
            if (above->kind != Kind::folder || above->over_existing) return false;
        return true;
    }

    [[nodiscard]] bool is_mounted_by_name(const ViewEntry& entry) const {
        const bool is_new = entry.kind == Kind::proc || entry.kind == Kind::private_folder;
        return is_new && !entry.over_existing && is_on_own_root(entry.path);
    }

    void mount_by_name(const ViewEntry& entry) {
        const bool is_proc = entry.kind == Kind::proc;
        const auto kind = static_cast<std::uint64_t>(is_proc ? FileSystem::proc : FileSystem::tmpfs);
        writer_->add(
            init_, Operation::mount_filesystem,
            {.path = below_root(entry.path), .text = is_proc ? "" : options_of(entry), .numbers = {closed, kind}});
    }

    // The root holds only what this plan makes in it, and is sealed before the program starts.
    void attach_root() {
        writer_->because_always();
        writer_->add(init_, Operation::attach_root,
                     {.path = root_mount_point, .text = options_of_root(request_->view), .numbers = {closed}});
    }

    Slot new_filesystem(const char* type, const std::string& options) {
        const Slot slot = writer_->new_slot();
        writer_->add(init_, Operation::new_filesystem,
                     {.into = slot, .path = type, .text = options, .numbers = {closed}});
        return slot;
    }

    // ---- what is mounted over something that is there

    void make_store() {
        add_folder("/proc", folder_mode);
        for (const auto& [path, entry] : request_->view.entries) {
            const bool stored = is_cover(entry) || (entry.kind == Kind::text_file && entry.over_existing);
            if (!stored || in_hidden(path) != nullptr) continue;
            because(entry);
            open_store();
            slots_[path] = store_and_clone(entry);
        }
    }

    void open_store() {
        if (!made_.contains(store)) add_folder(store, 0);
    }

    Slot store_and_clone(const ViewEntry& entry) {
        const std::string place = join(store, std::to_string(stored_++));
        if (entry.kind == Kind::text_file)
            add_file(place, entry.text, text_mode);
        else if (entry.is_folder())
            store_hidden_folder(entry, place);
        else
            add_file(place, "", 0);
        return clone_sealed(place);
    }

    Slot clone_below(const std::string& path, bool recursive, std::uint64_t attributes) {
        const Slot slot = writer_->new_slot();
        writer_->add(init_, Operation::clone_below_root,
                     {.into = slot, .path = below_root(path), .numbers = {0, 0, 0, recursive ? 1U : 0U, attributes}});
        return slot;
    }

    Slot clone_sealed(const std::string& path) { return clone_below(path, false, sealed); }

    // What is mounted over something of a tree, with a new empty folder or file.
    static bool is_cover(const ViewEntry& entry) {
        return entry.kind == Kind::hidden || (entry.kind == Kind::folder && entry.over_existing);
    }

    // A hidden folder is empty, or leads unseen to what is granted below it.
    void store_hidden_folder(const ViewEntry& hidden, const std::string& place) {
        std::vector<const ViewEntry*> below;
        for (const auto& [path, entry] : request_->view.entries)
            if (in_hidden(path) == &hidden) below.push_back(&entry);
        const unsigned hidden_mode = below.empty() ? 0 : lead_through_mode;
        add_folder(place, hidden.kind == Kind::folder ? folder_mode : hidden_mode);
        std::set<std::string> made{hidden.path};
        for (const ViewEntry* entry : below) {
            store_folders_above(*entry, hidden, place, made);
            const std::string target = rebased(entry->path, hidden.path, place);
            if (entry->kind == Kind::link)
                add_link(target, entry->text);
            else if (entry->kind == Kind::text_file)
                add_file(target, entry->text, text_mode);
            else if (entry->is_folder())
                add_folder(target, 0);
            else
                add_file(target, "", 0);
        }
    }

    void store_folders_above(const ViewEntry& entry, const ViewEntry& hidden, const std::string& place,
                             std::set<std::string>& made) {
        std::deque<std::string> missing;  // from the top downwards
        for (std::string at = parent_of(entry.path); made.insert(at).second; at = parent_of(at)) missing.push_front(at);
        for (const std::string& at : missing) add_folder(rebased(at, hidden.path, place), lead_through_mode);
    }

    // The hidden folder that an entry lies in, if nothing is mounted between them.
    [[nodiscard]] const ViewEntry* in_hidden(const std::string& path) const {
        for (const ViewEntry* above = request_->view.above(path); above != nullptr;
             above = request_->view.above(above->path)) {
            if (is_cover(*above)) return above;
            if (above->kind != Kind::link && above->kind != Kind::text_file) return nullptr;
        }
        return nullptr;
    }

    // ---- overlays: overlayfs(5)

    // Layers are named by path, since older kernels take no descriptors of what is not attached: they are
    // attached in the store for as long as it takes. The host's names, because the new root is not the root yet.
    void make_overlay(const ViewEntry& overlay) {
        because(overlay);
        const Layers& layers = layers_.at(overlay.path);
        open_store();
        const std::string place = join(store, std::to_string(stored_++));
        for (const std::string& folder : {place, place + "/lower", place + "/layer"}) add_folder(folder, private_mode);
        mount(layers.lower, place + "/lower");
        mount(layers.upper, place + "/layer");
        add_folder(place + "/layer/upper", overlay.inode.mode & 07777U);
        writer_->add(init_, Operation::give_folder,
                     {.path = below_root(place + "/layer/upper"),
                      .numbers = {request_->identity.user, request_->identity.group}});
        add_folder(place + "/layer/work", private_mode);
        const std::string at_host = root_mount_point + place;
        slots_[overlay.path] =
            new_filesystem("overlay", "lowerdir=" + at_host + "/lower,upperdir=" + at_host +
                                          "/layer/upper,workdir=" + at_host + "/layer/work,userxattr");
        for (const char* layer : {"/lower", "/layer"})
            writer_->add(init_, Operation::detach, {.path = below_root(place + layer)});
    }

    // ---- the new root, from the top downwards

    void build(const ViewEntry& entry) {
        because(entry);
        const bool is_stored = in_hidden(entry.path) != nullptr;
        if (entry.kind == Kind::pin) return mount(clone_below(entry.path, true, 0), entry.path);
        if (!entry.over_existing && !is_stored) make_place(entry);
        const auto slot = slots_.find(entry.path);
        if (is_mounted_by_name(entry))
            mount_by_name(entry);
        else if (slot != slots_.end())
            mount(slot->second, entry.path);
        const std::string sysctls = entry.path + "/sys";
        if (entry.kind == Kind::proc && request_->seals_sysctls) mount(clone_sealed(sysctls), sysctls);
    }

    // What is mounted needs a mount point; links and texts are there when they are made.
    void make_place(const ViewEntry& entry) {
        make_folders_above(entry.path);
        if (entry.kind == Kind::link)
            add_link(entry.path, entry.text);
        else if (entry.kind == Kind::text_file)
            add_file(entry.path, entry.text, text_mode);
        else if (entry.is_folder())
            make_folder(entry.path);
        else
            add_file(entry.path, "", 0);
    }

    void make_folders_above(const std::string& path) {
        const ViewEntry* above = request_->view.above(path);
        std::deque<std::string> missing;  // from the top downwards
        for (std::string at = parent_of(path); at != "/" && (above == nullptr || at != above->path); at = parent_of(at))
            missing.push_front(at);
        for (const std::string& at : missing) make_folder(at);
    }

    void make_folder(const std::string& path) {
        if (made_.insert(path).second) add_folder(path, folder_mode);
    }

    void mount(Slot slot, const std::string& path) {
        writer_->add(init_, Operation::mount_tree,
                     {.slot = slot, .path = below_root(path), .numbers = {is_on_own_root(path) ? 1U : 0U}});
    }

    void build_devices() {
        writer_->because_always();
        make_folder("/dev");
        for (const auto& [path, target] : device_links)
            if (!request_->view.entries.contains(path)) add_link(path, target);
        for (const DevicePlace& device : request_->devices) {
            writer_->because(device.device->origins, "`device " + device.device->value + '`');
            make_folders_above(device.path);
            add_file(device.path, "", 0);
            mount(slots_.at(device.path), device.path);
        }
    }

    void add_folder(const std::string& path, unsigned mode) {
        made_.insert(path);
        writer_->add(init_, Operation::make_folder, {.path = below_root(path), .numbers = {mode}});
    }

    void add_file(const std::string& path, const std::string& text, unsigned mode) {
        writer_->add(init_, Operation::make_file,
                     {.path = below_root(path), .text = text, .numbers = {mode, is_on_own_root(path) ? 1U : 0U}});
    }

    void add_link(const std::string& path, const std::string& target) {
        writer_->add(init_, Operation::make_link, {.path = below_root(path), .text = target});
    }

    const MountRequest* request_;
    PlanWriter* writer_;
    std::vector<Step>& sources_;
    std::vector<Step>& init_;
    struct Layers {
        Slot lower = no_slot, upper = no_slot;
    };

    std::map<std::string, Layers> layers_;  // of the overlay at a path
    std::map<std::string, Slot> slots_;     // what will be mounted at a path
    std::set<std::string> made_;            // folders of the new root
    unsigned stored_ = 0;
};

}  // namespace

void plan_mounts(const MountRequest& request, PlanWriter& writer) {
    MountPlanner(request, writer).plan();
}

}  // namespace ward::sandbox
