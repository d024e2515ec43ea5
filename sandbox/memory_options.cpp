#include "sandbox/memory_options.hpp"

#include <array>
#include <charconv>

namespace ward::sandbox {
namespace {

constexpr std::uint64_t bytes_per_inode = 4096;  // of a private folder: how many files it may have
constexpr std::uint64_t page = 4096;
constexpr unsigned private_mode = 0700;

std::uint64_t in_pages(std::uint64_t bytes) {
    return (bytes + page - 1) / page * page;
}

// As chmod(1) takes it: four digits.
std::string octal(unsigned mode) {
    std::array<char, 12> digits{};
    const std::string text(digits.data(), std::to_chars(digits.begin(), digits.end(), mode, 8).ptr);
    return std::string(text.size() < 4 ? 4 - text.size() : 0, '0') + text;
}

std::string sizes(std::uint64_t bytes, std::uint64_t inodes) {
    return ",size=" + std::to_string(bytes) + ",nr_inodes=" + std::to_string(inodes);
}

}  // namespace

std::string options_of_folder(const ViewEntry& folder, const Identity& identity) {
    return "mode=" + octal(folder.mode != 0 ? folder.mode : private_mode) + ",uid=" + std::to_string(identity.user) +
           ",gid=" + std::to_string(identity.group) +
           sizes(folder.own_bytes(), folder.own_bytes() / bytes_per_inode + 16);
}

std::string options_of_root(const FileView& view) {
    std::uint64_t bytes = 64 * page;
    std::uint64_t inodes = 64;
    for (const auto& [path, entry] : view.entries) {
        bytes += page + in_pages(entry.text.size());
        inodes += components(path).size() + (entry.kind == ViewEntry::Kind::overlay ? 3 : 0);
    }
    return "mode=0755" + sizes(bytes, inodes);
}

}  // namespace ward::sandbox
