#include "sandbox/identity.hpp"

#include <algorithm>
#include <charconv>

#include "sandbox/id_subordinate.hpp"

namespace ward::sandbox {
namespace {

constexpr std::uint32_t range_size = 65536;
constexpr std::uint32_t nobody = 65534;

// The id inside of the program, and the host's id whose files it owns. Where the two differ they are
// swapped in id-mapped trees.
struct IdPair {
    std::uint32_t inside = nobody;
    std::uint32_t owner = 0;
};

// The program is never root by accident, and an id outside of the range becomes one inside of it.
IdPair pair_for(std::uint32_t owner) {
    return owner == 0 || owner >= range_size ? IdPair{nobody, owner} : IdPair{owner, owner};
}

// [first, last) of a file's ids as they are.
void add_range(std::vector<IdRange>& map, std::uint32_t base, std::uint32_t first, std::uint32_t last) {
    if (first < last) map.push_back({first, base + first, last - first});
}

// A file's id -> the id of the jail as the kernel sees it. Empty if every id stays what it is.
std::vector<IdRange> tree_map(IdPair ids, std::uint32_t base) {
    if (ids.inside == ids.owner) return {};
    std::vector<IdRange> map;
    const std::uint32_t low = std::min(ids.inside, ids.owner);
    const std::uint32_t high = std::max(ids.inside, ids.owner);
    add_range(map, base, 0, low);
    // A foreign owner has no place in the range to swap with: files of `inside` belong to nobody then.
    if (ids.owner < range_size) {
        map.push_back({low, base + high, 1});
        add_range(map, base, low + 1, high);
        map.push_back({high, base + low, 1});
        add_range(map, base, high + 1, range_size);
    } else {
        add_range(map, base, low + 1, range_size);
        map.push_back({ids.owner, base + ids.inside, 1});
    }
    return map;
}

std::optional<UserIds> ids_of(const std::string& user, const Host& host) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(user.data(), user.data() + user.size(), number);
    if (error == std::errc{} && end == user.data() + user.size()) return UserIds{number, number};
    return host.find_user(user);
}

std::optional<policy::Span> place_of(const compiler::Stated<std::string>& user) {
    if (user.origins.empty()) return {};
    return user.origins.front();
}

void report_large_id(const std::string& word, const compiler::Stated<std::string>& stated,
                     policy::Diagnostics& diagnostics) {
    diagnostics
        .add(policy::slug::user_not_available, place_of(stated),
             "the " + word + " `" + stated.value + "` has an id above " + std::to_string(range_size - 1))
        .note("a jail has the ids 0 to 65535")
        .help("remove the line: files of the working folder's owner then belong to the program");
}

// The ids of the policy's `user`. Absent after an error.
std::optional<UserIds> named_ids(const IdentityRequest& request, const Host& host, policy::Diagnostics& diagnostics) {
    const std::string& name = request.user.value;
    const auto ids = ids_of(name, host);
    if (!ids) {
        diagnostics.add(policy::slug::unknown_user, place_of(request.user), "there is no user `" + name + '`')
            .note("users are looked up in `/etc/passwd`")
            .help("write a name from `/etc/passwd`, or remove the line");
        return {};
    }
    if (ids->uid != host.uid && (ids->uid >= range_size || ids->gid >= range_size)) {
        report_large_id("user", request.user, diagnostics);
        return {};
    }
    return ids;
}

std::optional<gid_t> gid_of(const std::string& group, const Host& host) {
    gid_t number = 0;
    const auto [end, error] = std::from_chars(group.data(), group.data() + group.size(), number);
    if (error == std::errc{} && end == group.data() + group.size()) return number;
    return host.find_group(group);
}

// The id of the policy's `group`. Absent after an error.
std::optional<gid_t> named_group(const IdentityRequest& request, const Host& host, policy::Diagnostics& diagnostics) {
    const std::string& name = request.group.value;
    const auto id = gid_of(name, host);
    if (!id) {
        diagnostics.add(policy::slug::unknown_user, place_of(request.group), "there is no group `" + name + '`')
            .note("groups are looked up in `/etc/group`")
            .help("write a name from `/etc/group`, or remove the line");
    } else if (*id != host.gid && *id >= range_size) {
        report_large_id("group", request.group, diagnostics);
        return {};
    }
    return id;
}

// `is_user`: it is the user that would be another one; otherwise the group.
void report_no_ids(const IdentityRequest& request, bool is_user, const Host& host, policy::Diagnostics& diagnostics) {
    const auto& stated = is_user ? request.user : request.group;
    diagnostics
        .add(policy::slug::user_not_available, place_of(stated),
             "user " + std::to_string(host.uid) + " cannot run a program " + (is_user ? "as" : "with the group") +
                 " `" + stated.value + '`')
        .note("that takes root, or 65535 ids for you in `/etc/subuid` and `/etc/subgid` and the programs of uidmap")
        .help("remove the line, or start ward as root");
}

Identity as_root(IdPair user, IdPair group, std::uint32_t base) {
    Identity identity;
    identity.supervisor_maps_ids = true;
    identity.user = user.inside;
    identity.group = group.inside;
    identity.file_owner = user.owner;
    identity.file_group = group.owner;
    identity.uid_map = identity.gid_map = {{0, base, range_size}};
    identity.tree_uid_map = tree_map(user, base);
    identity.tree_gid_map = tree_map(group, base);
    // The two maps of a namespace are written together.
    if (identity.tree_uid_map.empty() != identity.tree_gid_map.empty()) {
        auto& missing = identity.tree_uid_map.empty() ? identity.tree_uid_map : identity.tree_gid_map;
        missing = {{0, base, range_size}};
    }
    return identity;
}

// 0..65535, where the program's own id is the caller's, and every other a subordinate one.
std::vector<IdRange> subordinate_map(std::uint32_t own, std::uint32_t caller, std::uint32_t first) {
    std::vector<IdRange> map;
    const std::uint32_t below = std::min(own, range_size - 1);
    if (below != 0) map.push_back({0, first, below});
    map.push_back({own, caller, 1});
    if (own + 1 < range_size) map.push_back({own + 1, first + own, range_size - 1 - own});
    return map;
}

Identity with_subordinate_ids(uid_t user, gid_t group, const Host& host, const SubordinateIds& ids) {
    Identity identity;
    identity.helpers_map_ids = true;
    identity.user = user;
    identity.group = group;
    identity.file_owner = host.uid;
    identity.file_group = host.gid;
    identity.uid_map = subordinate_map(user, host.uid, ids.first_user);
    identity.gid_map = subordinate_map(group, host.gid, ids.first_group);
    return identity;
}

Identity as_caller(const Host& host) {
    Identity identity;
    identity.user = identity.file_owner = host.uid;
    identity.group = identity.file_group = host.gid;
    identity.uid_map = {{host.uid, host.uid, 1}};
    identity.gid_map = {{host.gid, host.gid, 1}};
    return identity;
}

}  // namespace

std::optional<Identity> decide_identity(const IdentityRequest& request, const Host& host,
                                        policy::Diagnostics& diagnostics) {
    const bool is_named = !request.user.value.empty();
    std::optional<UserIds> named;
    if (is_named) {
        named = named_ids(request, host, diagnostics);
        if (!named) return {};
    }
    std::optional<gid_t> group;
    if (!request.group.value.empty()) {
        group = named_group(request, host, diagnostics);
        if (!group) return {};
    }
    if (host.privileged) {
        const IdPair user = named ? IdPair{named->uid, named->uid} : pair_for(request.working_folder.owner);
        if (!group && named) group = named->gid;
        return as_root(user, group ? IdPair{*group, *group} : pair_for(request.working_folder.group), request.id_base);
    }
    const uid_t user = named ? named->uid : host.uid;
    if (!group) group = named && user != host.uid ? named->gid : host.gid;
    if (user == host.uid && *group == host.gid) return as_caller(host);
    if (const auto ids = find_subordinate_ids(host, range_size - 1))
        return with_subordinate_ids(user, *group, host, *ids);
    report_no_ids(request, user != host.uid, host, diagnostics);
    return {};
}

bool may_write(const Identity& identity, const Host& host, const Inode& inode) {
    if (inode.owner == identity.file_owner) return (inode.mode & S_IWUSR) != 0;
    const bool in_groups = !identity.supervisor_maps_ids && !identity.helpers_map_ids &&
                           std::find(host.groups.begin(), host.groups.end(), inode.group) != host.groups.end();
    if (inode.group == identity.file_group || in_groups) return (inode.mode & S_IWGRP) != 0;
    return (inode.mode & S_IWOTH) != 0;
}

}  // namespace ward::sandbox
