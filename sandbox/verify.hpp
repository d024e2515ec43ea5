// `--verify`: what the kernel says about a jail whose program waits for its exec, beside what the plan says.
//
// differences() is pure. read_kernel_view() (verify_reader.cpp) only looks: neither changes the jail.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "policy/diagnostic.hpp"
#include "sandbox/host.hpp"
#include "sandbox/plan.hpp"

namespace ward::sandbox {

// What /proc shows of one process; proc(5).
struct ProcessView {
    pid_t pid = 0;
    std::map<std::string, std::string> status;      // "CapEff" -> "0000000000000000"
    std::map<std::string, std::string> namespaces;  // "user" -> "user:[4026531837]"
    std::string root, folder;
    std::string uid_map, gid_map;
    int nice = 0;
    struct Limit {
        std::uint64_t soft = 0, hard = 0;
        bool operator==(const Limit&) const = default;
    };
    std::vector<Limit> limits;  // by RLIMIT_*
    struct OpenFile {
        std::string target;  // "/dev/null", "pipe:[1234]"
        bool closes_at_exec = false;
    };
    std::map<int, OpenFile> files;
};

// A file of a cgroup.
struct CgroupFile {
    std::string path, text;
};

struct KernelView {
    ProcessView supervisor, init, program;
    std::vector<Mount> host_mounts, mounts;  // of the supervisor, of the program
    std::vector<CgroupFile> limits;          // the files of LaunchView::limits, as they read now
    std::vector<CgroupFile> members;         // cgroup.procs of each cgroup of the jail
};

// What the launcher made that is not in the plan.
struct LaunchView {
    std::array<std::string, 3> streams;  // what the program's standard streams are, as in OpenFile::target
    std::vector<CgroupFile> limits;      // what was written to which file
    std::vector<std::string> groups;     // folders of cgroups
};

struct Difference {
    std::string what, expected, found;
};

// A standard stream that the plan's Landlock ruleset lets the program not open for writing, so that a try
// tells whether it is in force. -1: there is none, or it is a file that the policy lets it write.
[[nodiscard]] int guarded_stream(const Plan& plan, const LaunchView& launch);

[[nodiscard]] std::vector<Difference> differences(const Plan& plan, const LaunchView& launch, const KernelView& view);

// Of `init`'s jail: the program is its only child. Throws SetupFailure if something cannot be read.
[[nodiscard]] KernelView read_kernel_view(pid_t init, const LaunchView& launch);
// What the descriptor of this process is, as in OpenFile::target. Throws SetupFailure.
[[nodiscard]] std::string target_of_descriptor(int descriptor);

// Thrown when the jail is not what the plan says.
class JailDiffers : public std::runtime_error {
public:
    explicit JailDiffers(std::vector<Difference> found)
        : std::runtime_error("the jail differs from its plan"), differences(std::move(found)) {}
    std::vector<Difference> differences;
};

void report_differences(const std::vector<Difference>& differences, policy::Diagnostics& diagnostics);

}  // namespace ward::sandbox
