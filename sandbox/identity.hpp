// Who the jailed program is: its ids inside, and what the kernel takes them for outside.
#pragma once

#include <optional>
#include <vector>

#include "compiler/jail.hpp"
#include "policy/diagnostic.hpp"
#include "sandbox/host.hpp"
#include "sandbox/plan.hpp"

namespace ward::sandbox {

struct Identity {
    bool supervisor_maps_ids = false;  // root: a range of ids
    bool helpers_map_ids = false;      // an ordinary user: subordinate ids; otherwise the caller's own ids alone
    uid_t user = 0;                    // of the program, inside
    gid_t group = 0;
    // The ids of files on the host that belong to the program where files are id-mapped.
    uid_t file_owner = 0;
    gid_t file_group = 0;
    std::vector<IdRange> uid_map, gid_map;            // of the user namespace
    std::vector<IdRange> tree_uid_map, tree_gid_map;  // of id-mapped trees; empty if the same
};

struct IdentityRequest {
    const compiler::Stated<std::string>& user;   // of the policy; empty: decided here
    const compiler::Stated<std::string>& group;  // likewise; empty: that of the user
    Inode working_folder;
    std::uint32_t id_base = 0;
};

// Absent after an error.
[[nodiscard]] std::optional<Identity> decide_identity(const IdentityRequest& request, const Host& host,
                                                      policy::Diagnostics& diagnostics);

// True if an inode can be written by the program, as far as mode bits tell.
[[nodiscard]] bool may_write(const Identity& identity, const Host& host, const Inode& inode);

}  // namespace ward::sandbox
