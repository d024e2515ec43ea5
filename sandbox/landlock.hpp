// What of Landlock this program uses: landlock(7), <linux/landlock.h> of Linux 6.12.
//
// Written out here, because the headers of the oldest supported system end at 5.19. Constants alone: the
// calls are made by child_landlock.cpp, what they are made with is decided by landlock_plan.cpp.
#pragma once

#include <cstdint>

namespace ward::sandbox::landlock {

// Rights on files. A ruleset takes away those that it handles, except where a rule gives them.
inline constexpr std::uint64_t write_file = 1U << 1;
inline constexpr std::uint64_t remove_folder = 1U << 4;
inline constexpr std::uint64_t remove_file = 1U << 5;
inline constexpr std::uint64_t make_character_device = 1U << 6;
inline constexpr std::uint64_t make_folder = 1U << 7;
inline constexpr std::uint64_t make_file = 1U << 8;
inline constexpr std::uint64_t make_socket = 1U << 9;
inline constexpr std::uint64_t make_fifo = 1U << 10;
inline constexpr std::uint64_t make_block_device = 1U << 11;
inline constexpr std::uint64_t make_link = 1U << 12;
inline constexpr std::uint64_t refer = 1U << 13;     // ABI 2, Linux 5.19: link or rename into another folder
inline constexpr std::uint64_t truncate = 1U << 14;  // ABI 3, Linux 6.2

// Rights on TCP ports: ABI 4, Linux 6.7.
inline constexpr std::uint64_t bind_tcp = 1U << 0;
inline constexpr std::uint64_t connect_tcp = 1U << 1;

// What stays within the domain: ABI 6, Linux 6.12.
inline constexpr std::uint64_t abstract_sockets = 1U << 0;
inline constexpr std::uint64_t signals = 1U << 1;

inline constexpr int truncate_abi = 3;
inline constexpr int port_abi = 4;
inline constexpr int scope_abi = 6;

// Every way to change a file, or what a file may be asked for (not a folder).
inline constexpr std::uint64_t changes_of_a_file = write_file | truncate;
inline constexpr std::uint64_t changes = changes_of_a_file | remove_folder | remove_file | make_character_device |
                                         make_folder | make_file | make_socket | make_fifo | make_block_device |
                                         make_link | refer;

}  // namespace ward::sandbox::landlock
