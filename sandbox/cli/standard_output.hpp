// Whether this process was given a standard output: /dev/null, which takes the place of a closed one, would
// swallow an answer without a word.
#pragma once

namespace ward::cli {

// To be asked first of all. True if no standard stream is closed.
[[nodiscard]] bool are_streams_open();

// What are_streams_open() has found.
[[nodiscard]] bool was_output_closed();

}  // namespace ward::cli
