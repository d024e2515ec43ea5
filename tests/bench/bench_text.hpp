// From the text of a policy to the bytes of its filter, as a launch goes through it.
#pragma once

namespace ward::bench {

// Docker's default profile, stage by stage: each round in a process of its own, and again in one that has
// compiled it before. Prints.
void print_text_to_bytes(int rounds);

// What such a process does: one round, written to standard output for the one that asked. Its exit status.
int write_one_round(bool guarded);

}  // namespace ward::bench
