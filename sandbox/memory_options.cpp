#include "sandbox/memory_options.hpp"

#include <array>
#include <cstdio>

namespace ward::sandbox {
namespace {

constexpr std::uint64_t bytes_per_inode = 4096;  // of a private folder: how many files it may have
constexpr std::uint64_t page = 4096;
constexpr unsigned private_mode = 0700;

std::uint64_t in_pages(std::uint64_t bytes) {
    return (bytes + page - 1) / page * page;
}

}  // namespace

std::string options_of_folder(const ViewEntry& folder, const Identity& identity) {
    std::array<char, 128> options{};
    std::snprintf(options.data(), options.size(), "mode=%04o,uid=%u,gid=%u,size=%lu,nr_inodes=%lu",
                  folder.mode != 0 ? folder.mode : private_mode, identity.user, identity.group, folder.own_bytes(),
                  folder.own_bytes() / bytes_per_inode + 16);
    return options.data();
}

std::string options_of_root(const FileView& view) {
    std::uint64_t bytes = 64 * page;
    std::uint64_t inodes = 64;
    for (const auto& [path, entry] : view.entries) {
        bytes += page + in_pages(entry.text.size());
        inodes += components(path).size() + (entry.kind == ViewEntry::Kind::overlay ? 3 : 0);
    }
    std::array<char, 64> options{};
    std::snprintf(options.data(), options.size(), "mode=0755,size=%lu,nr_inodes=%lu", bytes, inodes);
    return options.data();
}

}  // namespace ward::sandbox
