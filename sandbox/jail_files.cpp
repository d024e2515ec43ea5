#include "sandbox/jail_files.hpp"

#include <utility>

namespace ward::sandbox {
namespace {

compiler::Stated<std::string> without_links(compiler::Stated<std::string> root, Walker& walker) {
    if (root.value.empty()) return root;
    const Walk walk = walker.walk(root.value);
    if (walk.inode && walk.inode->is_folder()) root.value = walk.path;
    return root;
}

}  // namespace

JailFiles::JailFiles(const compiler::Jail& jail, const FileTree& files)
    : jail_(&jail),
      host_walker_(files),
      root_(without_links(jail.root, host_walker_)),
      rooted_(files, root_.value),
      jail_walker_(rooted_) {}

std::optional<FileView> JailFiles::view(Extras extras, policy::Diagnostics& diagnostics) {
    const std::size_t errors = diagnostics.errors();
    check_root(diagnostics);
    if (diagnostics.errors() != errors) return {};
    if (has_root()) root_rule_ = root_rule(root_);
    implied_ = std::move(extras.implied);
    return view_files({jail_->files, std::move(extras.program), std::move(extras.working_folder), implied_,
                       has_root() ? &root_rule_ : nullptr},
                      walkers(), diagnostics);
}

void JailFiles::check_root(policy::Diagnostics& diagnostics) {
    if (!has_root()) return;
    std::optional<policy::Span> place;
    if (!root_.origins.empty()) place = root_.origins.front();
    const Walk walk = host_walker_.walk(root_.value);
    if (walk.path == "/" || walk.in_proc) {
        diagnostics.add(policy::slug::whole_root, place, "the host's root cannot be the jail's")
            .help("name the folder of an installation of its own, for example one that `debootstrap` has made");
    } else if (!walk.inode || !walk.inode->is_folder()) {
        const char* problem = walk.inode ? "` is not a folder" : "` does not exist on this host";
        diagnostics.add(policy::slug::path_not_found, place, '`' + root_.value + problem)
            .help("make an installation there, for example with `debootstrap`");
    }
}

}  // namespace ward::sandbox
