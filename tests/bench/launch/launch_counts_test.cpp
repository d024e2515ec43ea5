// What a start takes in units that no other program disturbs: system calls, processes, page faults. These
// numbers are promises (docs/explanation/performance.md), for the policy that launchers are compared by.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>

#include "launchers.hpp"

namespace ward::bench {
namespace {

// A tenth more than on the machine of the page: how much there is to read about the host differs.
constexpr long most_calls = 196, most_processes = 3, most_page_faults = WARD_MOST_PAGE_FAULTS;
constexpr uid_t ordinary_user = 4242;

struct Counts {
    long calls = 0, processes = 0;
};

class LaunchCounts : public testing::TestWithParam<uid_t> {
protected:
    void SetUp() override {
        if (GetParam() != geteuid() && geteuid() != 0) GTEST_SKIP() << "only root can be another user";
        launcher_ = {"ward", ward_words(place_, place_.folder() + "/bench.ward")};
        launcher_.words.push_back(place_.program("nothing"));
        ASSERT_EQ(run(place_, launcher_, GetParam()).status, 0);
    }

    // Each line of strace -f is one call, and begins with its process.
    [[nodiscard]] Counts traced(const Launcher& launcher) {
        const std::string trace = place_.folder() + "/trace-" + std::to_string(GetParam());
        std::ofstream(trace).close();
        std::filesystem::permissions(trace, std::filesystem::perms(0666));
        Launcher strace{"strace", {"/usr/bin/strace", "-f", "-qqq", "-o", trace}};
        strace.words.insert(strace.words.end(), launcher.words.begin(), launcher.words.end());
        EXPECT_EQ(run(place_, strace, GetParam()).status, 0);
        Counts counts;
        std::set<std::string> processes;
        std::ifstream lines(trace);
        for (std::string line; std::getline(lines, line);) {
            const bool is_call = line.find("(") != std::string::npos && line.find("<... ") == std::string::npos;
            counts.calls += is_call ? 1 : 0;
            processes.insert(line.substr(0, line.find(' ')));
        }
        counts.processes = static_cast<long>(processes.size());
        return counts;
    }

    Place place_;
    Launcher launcher_;
};

TEST_P(LaunchCounts, SystemCallsAndProcesses) {
    if (access("/usr/bin/strace", X_OK) != 0) GTEST_SKIP() << "strace is not installed";
    const Counts counts = traced(launcher_);
    std::printf("%ld system calls (at most %ld), %ld processes (at most %ld)\n", counts.calls, most_calls,
                counts.processes, most_processes);
    EXPECT_GT(counts.calls, 50) << "nothing was traced";
    EXPECT_LE(counts.calls, most_calls);
    EXPECT_LE(counts.processes, most_processes);
}

// Init begins before its plan with limits too. One that does not fit the plan would be made again.
TEST_P(LaunchCounts, ALimitTakesNoMoreProcesses) {
    if (access("/usr/bin/strace", X_OK) != 0) GTEST_SKIP() << "strace is not installed";
    for (const char* limits : {"limits { tasks? 100 }", "limits { memory? 1G }", "limits { tasks? 9; time 1m }"}) {
        Launcher limited{"ward", ward_words(place_, place_.policy("limited", limits))};
        limited.words.push_back(place_.program("nothing"));
        const Counts counts = traced(limited);
        EXPECT_EQ(counts.processes, most_processes) << limits;
    }
}

// The exceptions of this process and of all that it starts: perf_event_open(2). getrusage(2) knows only of processes
// that were waited for, and takes a page that is mapped without an exception for a fault as well.
class PageFaultCounter {
public:
    PageFaultCounter() {
        perf_event_attr event{};
        event.type = PERF_TYPE_SOFTWARE;
        event.size = sizeof event;
        event.config = PERF_COUNT_SW_PAGE_FAULTS;
        event.disabled = 1;
        event.inherit = 1;
        descriptor_ = static_cast<int>(syscall(SYS_perf_event_open, &event, 0, -1, -1, PERF_FLAG_FD_CLOEXEC));
    }
    PageFaultCounter(const PageFaultCounter&) = delete;
    PageFaultCounter& operator=(const PageFaultCounter&) = delete;
    ~PageFaultCounter() { close(descriptor_); }

    [[nodiscard]] bool is_allowed() const { return descriptor_ >= 0; }
    [[nodiscard]] long during(const std::function<void()>& action) const {
        const long before = count();
        ioctl(descriptor_, PERF_EVENT_IOC_ENABLE, 0);
        action();
        ioctl(descriptor_, PERF_EVENT_IOC_DISABLE, 0);
        return count() - before;
    }

private:
    [[nodiscard]] long count() const {
        std::uint64_t faults = 0;
        return read(descriptor_, &faults, sizeof faults) == sizeof faults ? static_cast<long>(faults) : -1;
    }
    int descriptor_ = -1;
};

TEST_P(LaunchCounts, PageFaults) {
    const PageFaultCounter counter;
    if (!counter.is_allowed()) GTEST_SKIP() << "page faults may not be counted: " << std::strerror(errno);
    long least = most_page_faults + 1;
    for (int i = 0; i < 6; ++i)
        least = std::min(least, counter.during([this] { static_cast<void>(run(place_, launcher_, GetParam())); }));
    std::printf("%ld page faults (at most %ld)\n", least, most_page_faults);
    EXPECT_GT(least, 20);
    EXPECT_LE(least, most_page_faults);
}

INSTANTIATE_TEST_SUITE_P(, LaunchCounts, testing::Values(uid_t{0}, ordinary_user),
                         [](const auto& user) { return user.param == 0 ? "root" : "ordinary"; });

}  // namespace
}  // namespace ward::bench
