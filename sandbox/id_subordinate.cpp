#include "sandbox/id_subordinate.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>

namespace ward::sandbox {
namespace {

std::optional<std::uint32_t> number_in(std::string_view text) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return {};
    return number;
}

// Takes the text up to `end` off, and the separator with it.
std::string_view take(std::string_view& rest, char end) {
    const std::string_view part = rest.substr(0, rest.find(end));
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    return part;
}

// passwd(5): the name of an id. Empty if it has none.
std::string_view name_of_user(std::string_view passwd, uid_t id) {
    while (!passwd.empty()) {
        std::string_view line = take(passwd, '\n');
        const std::string_view name = take(line, ':');
        take(line, ':');
        if (number_in(take(line, ':')) == id) return name;
    }
    return {};
}

// A line is NAME:FIRST:COUNT, where an id may stand for the name.
std::optional<std::uint32_t> first_of_range(std::string_view ranges, std::string_view name, uid_t id,
                                            std::uint32_t count) {
    while (!ranges.empty()) {
        std::string_view line = take(ranges, '\n');
        const std::string_view owner = take(line, ':');
        const auto first = number_in(take(line, ':'));
        const auto size = number_in(line);
        const bool is_own = (!name.empty() && owner == name) || number_in(owner) == id;
        if (is_own && first && size && *first != 0 && *size >= count) return first;
    }
    return {};
}

}  // namespace

std::optional<SubordinateIds> find_subordinate_ids(const Host& host, std::uint32_t count) {
    for (const char* helper : {user_map_helper, group_map_helper})
        if (!host.files->inspect(helper)) return {};
    const std::string passwd = host.read_text("/etc/passwd");
    const std::string_view name = name_of_user(passwd, host.uid);
    const auto user = first_of_range(host.read_text("/etc/subuid"), name, host.uid, count);
    const auto group = first_of_range(host.read_text("/etc/subgid"), name, host.uid, count);
    if (!user || !group) return {};
    return SubordinateIds{*user, *group};
}

}  // namespace ward::sandbox
