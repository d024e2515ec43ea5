// Lists of calls as policies write them: names and groups, less what `except` takes out.
#pragma once

#include <span>
#include <vector>

#include "compiler/call_names.hpp"

namespace ward::compiler {

struct ListedCalls {
    std::size_t index;  // of the word in the list
    const policy::Word* word;
    NamedCalls named;  // without what is excepted; never empty
};

// Words that mean nothing, say something twice or are excepted altogether are reported and left out, as
// are those that another ABI alone has. `words` and `except` stand in the policy `member`, and must
// outlive the result.
[[nodiscard]] std::vector<ListedCalls> resolve_list(std::span<const policy::Word* const> words,
                                                    std::span<const policy::Word> except, std::size_t member,
                                                    CallNames& names, policy::Diagnostics& diagnostics);

// The addresses of words, for resolve_list.
[[nodiscard]] std::vector<const policy::Word*> addresses(std::span<const policy::Word> words);

}  // namespace ward::compiler
