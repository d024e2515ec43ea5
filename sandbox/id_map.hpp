// Id maps that the supervisor writes: of the jail's user namespace, and of a namespace that only
// serves as the map of id-mapped mounts. Needs CAP_SETUID and CAP_SETGID outside (user_namespaces(7)), which
// an ordinary user borrows from two setuid programs of the system.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "sandbox/descriptor.hpp"
#include "sandbox/plan.hpp"

namespace ward::sandbox {

// "0 1879048192 65536\n" for each range: the text of /proc/PID/uid_map.
[[nodiscard]] std::string id_map_text(const std::vector<IdRange>& map);

// Writes both maps of the user namespace that the process `pid` has just made. Throws SetupFailure.
void write_id_maps(pid_t pid, const std::vector<IdRange>& users, const std::vector<IdRange>& groups);

// The same by newuidmap(1) and newgidmap(1), for a caller without these rights. Throws SetupFailure.
void map_ids_by_helpers(pid_t pid, const std::vector<IdRange>& users, const std::vector<IdRange>& groups);

// The user namespace of a process.
[[nodiscard]] Descriptor user_namespace_of(pid_t pid);

// A user namespace with these maps that nobody lives in.
[[nodiscard]] Descriptor make_user_namespace(const std::vector<IdRange>& users, const std::vector<IdRange>& groups);

}  // namespace ward::sandbox
