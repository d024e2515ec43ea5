// Many jails at once: all of them live, what each of them takes, and nothing is left of them.
//
// WARD_JAILS in the environment says how many; without it as many as a small machine holds easily. WARD_MOST_KIB: what
// each may take of MemAvailable, for a machine that has just started and does nothing else; what has run before has
// left memory that is used again.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>

#include "launchers.hpp"

namespace ward::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t usual_count = 100, any_amount = ~std::size_t{0};
constexpr double most_private_kib = 110;
constexpr unsigned patience_seconds = 120;

std::size_t stated(const char* variable, std::size_t otherwise) {
    const char* value = std::getenv(variable);
    return value == nullptr ? otherwise : std::strtoul(value, nullptr, 10);
}

std::size_t wanted() {
    return stated("WARD_JAILS", usual_count);
}

// "Name:   123 kB" of a file of /proc; the sum where a name comes more than once.
double kilobytes(const std::string& path, const std::string& name) {
    std::ifstream lines(path);
    double sum = 0;
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with(name)) sum += std::strtod(line.c_str() + line.find(':') + 1, nullptr);
    return sum;
}

std::vector<pid_t> processes_of(const std::string& executable) {
    std::vector<pid_t> found;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        std::error_code gone;
        const fs::path target = fs::read_symlink(entry.path() / "exe", gone);
        if (!gone && target == executable) found.push_back(std::stoi(entry.path().filename()));
    }
    return found;
}

bool wait_for(const std::function<bool()>& condition) {
    for (unsigned i = 0; i < patience_seconds * 10; ++i) {
        if (condition()) return true;
        usleep(100'000);
    }
    return false;
}

class ManyJails : public testing::Test {
protected:
    ManyJails() : streams_(open("/dev/null", O_RDWR | O_CLOEXEC)) {}
    ~ManyJails() override {
        end(SIGKILL);
        close(streams_);
    }

    void start_all(const Words& words) {
        settle();
        const double before = kilobytes("/proc/meminfo", "MemAvailable");
        for (std::size_t i = 0; i < wanted(); ++i) all_.push_back(start(place_, words, 0, streams_));
        ASSERT_TRUE(wait_for([&] { return sleepers() == wanted(); })) << sleepers() << " of " << wanted() << " live";
        sleep(2);  // a program that stays for a second stays
        settle();
        fall_ = (before - kilobytes("/proc/meminfo", "MemAvailable")) / static_cast<double>(wanted());
    }

    [[nodiscard]] std::size_t sleepers() const { return processes_of(place_.program("sleeper")).size(); }

    [[nodiscard]] double private_kib() const {
        double sum = 0;
        for (const pid_t each : all_) sum += kilobytes("/proc/" + std::to_string(each) + "/smaps_rollup", "Private_");
        return sum / static_cast<double>(all_.size());
    }

    void end(int signal) {
        for (const pid_t each : all_) kill(each, signal);
        for (const pid_t each : all_) waitpid(each, nullptr, 0);
        all_.clear();
    }

    static void settle() {
        sync();
        usleep(500'000);
    }

    [[nodiscard]] Words ward() const {
        Words words = ward_words(place_, place_.folder() + "/bench.ward");
        words.push_back(place_.program("sleeper"));
        return words;
    }

    Place place_;
    double fall_ = 0;  // of MemAvailable, KiB a jail

private:
    int streams_;
    std::vector<pid_t> all_;
};

TEST_F(ManyJails, LiveAndLeaveNothing) {
    if (geteuid() != 0) GTEST_SKIP() << "users of one id share the limits of that id";
    start_all(ward());
    const double own = private_kib();
    std::printf("%zu jails: MemAvailable fell by %.0f KiB a jail, private memory of a supervisor %.0f KiB\n", wanted(),
                fall_, own);
    EXPECT_LE(own, most_private_kib);
    EXPECT_LE(fall_, static_cast<double>(stated("WARD_MOST_KIB", any_amount)));
    end(SIGTERM);
    EXPECT_TRUE(wait_for([&] { return sleepers() == 0; })) << sleepers() << " orphans";
}

TEST_F(ManyJails, EndWithTheirSupervisors) {
    if (geteuid() != 0) GTEST_SKIP() << "users of one id share the limits of that id";
    start_all(ward());
    end(SIGKILL);
    EXPECT_TRUE(wait_for([&] { return sleepers() == 0; })) << sleepers() << " orphans";
}

// The figures beside which the ones above are to be seen.
TEST_F(ManyJails, OfBubblewrap) {
    if (geteuid() != 0) GTEST_SKIP() << "users of one id share the limits of that id";
    const auto launcher = bubblewrap(place_, place_.program("sleeper"));
    if (!launcher) GTEST_SKIP() << "bubblewrap is not installed";
    start_all(launcher->words);
    std::printf(
        "%zu jails of bubblewrap: MemAvailable fell by %.0f KiB a jail, private memory of its first process "
        "%.0f KiB\n",
        wanted(), fall_, private_kib());
    for (const pid_t sleeper : processes_of(place_.program("sleeper"))) kill(sleeper, SIGKILL);
    end(SIGKILL);
}

}  // namespace
}  // namespace ward::bench
