// From the text of a policy to the bytes of its filter, as a launch goes through it.
#pragma once

namespace ward::bench {

// Docker's default profile, stage by stage: each round in a process that has compiled nothing before, and
// again in one that has. Must be called before anything else is compiled. Prints.
void print_text_to_bytes(int rounds);

}  // namespace ward::bench
