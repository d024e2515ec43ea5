// /proc/self/mountinfo: proc_pid_mountinfo(5).
#include "sandbox/mount_table.hpp"

#include <fcntl.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "sandbox/descriptor.hpp"
#include "sandbox/host.hpp"

namespace ward::sandbox {
namespace {

// Takes the text up to the next blank off `rest`.
std::string_view take_field(std::string_view& rest) {
    const auto end = rest.find(' ');
    const std::string_view field = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return field;
}

bool is_octal(char digit) {
    return digit >= '0' && digit <= '7';
}

// Blanks, tabs, newlines and backslashes in paths are written as `\040`.
std::string unescaped(std::string_view field) {
    std::string text;
    for (std::size_t i = 0; i < field.size(); ++i) {
        const bool is_escape = field[i] == '\\' && i + 3 < field.size() && is_octal(field[i + 1]) &&
                               is_octal(field[i + 2]) && is_octal(field[i + 3]);
        if (!is_escape) {
            text += field[i];
            continue;
        }
        text += static_cast<char>((field[i + 1] - '0') * 64 + (field[i + 2] - '0') * 8 + (field[i + 3] - '0'));
        i += 3;
    }
    return text;
}

bool has_option(std::string_view options, std::string_view wanted) {
    while (!options.empty()) {
        const auto comma = options.find(',');
        if (options.substr(0, comma) == wanted) return true;
        options.remove_prefix(comma == std::string_view::npos ? options.size() : comma + 1);
    }
    return false;
}

// "254:1"
std::uint64_t device_number(std::string_view text) {
    unsigned major = 0;
    unsigned minor = 0;
    const char* const end = text.data() + text.size();
    const auto colon = std::from_chars(text.data(), end, major);
    if (colon.ptr != end) std::from_chars(colon.ptr + 1, end, minor);
    return makedev(major, minor);
}

// id parent major:minor root path options [tag]... - type source super-options
std::optional<Mount> parse_mount(std::string_view line) {
    Mount mount;
    const std::string_view id = take_field(line);
    if (std::from_chars(id.data(), id.data() + id.size(), mount.id).ec != std::errc{}) return {};
    take_field(line);
    mount.device = device_number(take_field(line));
    mount.root = unescaped(take_field(line));
    mount.path = unescaped(take_field(line));
    const std::string_view options = take_field(line);
    for (std::string_view tag = take_field(line); !line.empty() && tag != "-"; tag = take_field(line))
        mount.propagates = mount.propagates || tag.starts_with("shared:") || tag.starts_with("master:");
    mount.type = std::string(take_field(line));
    take_field(line);
    mount.options = std::string(take_field(line));
    if (mount.path.empty() || mount.type.empty()) return {};
    mount.read_only = has_option(options, "ro") || has_option(mount.options, "ro");
    mount.no_exec = has_option(options, "noexec");
    mount.no_devices = has_option(options, "nodev");
    mount.no_setuid = has_option(options, "nosuid");
    mount.id_mapped = has_option(options, "idmapped");
    return mount;
}

// statfs(2) answers for one mount what the table would say. Without an answer the table has to. O_PATH mounts nothing
// (open(2)), where a path would.
bool may_restrict(const std::string& path) {
    constexpr decltype(std::declval<struct statfs>().f_flags) restrictions = ST_RDONLY | ST_NOEXEC | ST_NODEV;
    struct statfs answer {};
    const Descriptor file(::open(path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    return !file || ::fstatfs(file.number(), &answer) != 0 || (answer.f_flags & restrictions) != 0;
}

}  // namespace

std::optional<std::vector<Mount>> parse_mounts(std::string_view mountinfo) {
    std::vector<Mount> mounts;
    while (!mountinfo.empty()) {
        const auto end = mountinfo.find('\n');
        auto mount = parse_mount(mountinfo.substr(0, end));
        if (!mount) return {};
        mounts.push_back(std::move(*mount));
        mountinfo.remove_prefix(end == std::string_view::npos ? mountinfo.size() : end + 1);
    }
    return mounts;
}

MountTable MountTable::of_this_process() {
    MountTable table;
    table.is_own_ = true;
    return table;
}

const std::vector<Mount>& MountTable::all() const {
    if (!all_) {
        all_ = is_own_ ? parse_mounts(read_text("/proc/self/mountinfo")).value_or(std::vector<Mount>())
                       : std::vector<Mount>();
        is_unreadable_ = is_own_ && all_->empty();
    }
    return *all_;
}

const Mount* MountTable::find(std::uint64_t id) const {
    const auto found = std::ranges::find(all(), id, &Mount::id);
    return found == all().end() ? nullptr : &*found;
}

const Mount* MountTable::restricting(std::uint64_t id, const std::string& path) const {
    const auto [known, is_new] = restricted_.try_emplace(id, true);
    if (is_new && is_own_) known->second = may_restrict(path);
    const Mount* mount = known->second ? find(id) : nullptr;
    const bool restricts = mount != nullptr && (mount->read_only || mount->no_exec || mount->no_devices);
    return restricts ? mount : nullptr;
}

}  // namespace ward::sandbox
