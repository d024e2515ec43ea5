// Warnings about the files of a jail that only a look at this host can give: links decide what a path is.
//
// Changes nothing and decides nothing. For `ward check`.
#pragma once

#include <string>

#include "compiler/jail.hpp"
#include "policy/diagnostic.hpp"
#include "policy/source.hpp"
#include "sandbox/path_walk.hpp"

namespace ward::sandbox {

struct AdviceRequest {
    const compiler::Jail& jail;
    const policy::Sources& sources;  // of all texts that the jail comes from
    std::string cwd;                 // names of sources may be relative to it
};

// Grants of the policy itself that an equal grant of a folder around them makes useless, and texts of
// policies that the program could change.
void advise_on_files(const AdviceRequest& request, Walker& walker, policy::Diagnostics& diagnostics);

}  // namespace ward::sandbox
