// What a compile may know about the outside. Stated by the caller, never probed: the same policy and
// the same facts always give the same jail.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "compiler/abi.hpp"

namespace ward::compiler {

struct Facts {
    std::string home;       // $home, and `~`
    std::string cwd;        // $cwd
    std::uint32_t uid = 0;  // $uid
    std::uint32_t gid = 0;  // $gid
    std::string runtime;    // $runtime: XDG_RUNTIME_DIR, may be empty
    std::string program;    // $program: the absolute path of what will run; empty when nothing runs
    // $arguments: every existing path named on the command line, absolute and normalised.
    std::vector<std::string> arguments;
    std::map<std::string, std::string> parameters;  // --set NAME=VALUE
    // Asked where a policy names them.
    std::function<std::string()> user;        // $user; an empty function: nobody
    std::function<std::string()> repository;  // $repository; an empty function or answer: the same as $cwd
    // For `when`. An empty function: nothing exists.
    std::function<bool(const std::string& path)> exists;
    unsigned kernel_major = 0, kernel_minor = 0;
    Abi machine = Abi::x86_64;  // the native ABI
    // For comparing with filters of others: what the policy says alone, without the guards. Never for a jail.
    bool unguarded = false;
};

}  // namespace ward::compiler
