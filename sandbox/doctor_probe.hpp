// Tries what a jail needs, on this host, in processes that end at once. Nothing on the host is changed: what
// is mounted and made, is so in namespaces of those processes.
#pragma once

#include "sandbox/doctor.hpp"
#include "sandbox/host.hpp"

namespace ward::sandbox {

// `user`: the caller's name. Takes some tens of milliseconds, and at most a few seconds where something hangs.
[[nodiscard]] Probe probe_host(const Host& host, const std::string& user);

// Part of it: what takes namespaces, tried one after the other in one process (doctor_namespaces.cpp).
void try_namespaces(Probe& probe, const Host& host);

}  // namespace ward::sandbox
