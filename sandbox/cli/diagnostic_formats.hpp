// The diagnostics of `ward check` for machines: a JSON of ward's own, and SARIF 2.1.0.
//
// Same input, same bytes: nothing in them depends on the time or the machine.
#pragma once

#include <span>
#include <string>

#include "policy/diagnostic.hpp"
#include "policy/source.hpp"

namespace ward::cli {

// One policy that was checked: what the caller named, and what there is to say about it.
struct Checked {
    std::string policy;
    const policy::Sources& sources;
    const policy::Diagnostics& diagnostics;
};

// {"ward", "policies": [...], "diagnostics": [...]}. Lines and columns count from 1, columns in bytes;
// `begin` and `end` are byte offsets in the file.
[[nodiscard]] std::string as_json(std::span<const Checked> checked);

// One run with a result for each diagnostic. Columns count code points.
[[nodiscard]] std::string as_sarif(std::span<const Checked> checked);

}  // namespace ward::cli
