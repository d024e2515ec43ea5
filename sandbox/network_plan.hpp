// The network of a jail on this host: what of it a program gets, and what must hold for that.
#pragma once

#include <vector>

#include "compiler/jail.hpp"
#include "policy/diagnostic.hpp"
#include "sandbox/degradable.hpp"
#include "sandbox/host.hpp"

namespace ward::sandbox {

// True if single ports are enforced: then the program shares the host's network, but for TCP and nothing else.
[[nodiscard]] bool limits_ports(const compiler::Network& network);

// True if the program shares the host's network, but is not to reach the abstract Unix sockets in it.
[[nodiscard]] bool keeps_abstract_sockets_out(const compiler::Network& network);

// Files that `resolve` takes: a resolv.conf that asks by TCP, and what the C library reads beside it.
[[nodiscard]] std::vector<compiler::FileRule> files_for_resolving(const compiler::Network& network, const Host& host);

// Errors where the host or the filter would let more through than the policy says, and that may not be degraded.
void check_network(const compiler::Jail& jail, const Host& host, policy::Diagnostics& diagnostics,
                   const AllowedDegraded& allowed = {});

// What the policy asks for and this host's Landlock cannot do.
[[nodiscard]] std::vector<Degraded> missing_in_landlock(const compiler::Network& network, const Host& host);

}  // namespace ward::sandbox
