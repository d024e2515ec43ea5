// How long a start takes, beside bubblewrap's and that of the least launcher there can be. Prints; nothing
// here fails because of time.
//
//   bench_launch            all, some minutes
//   bench_launch quick      a few rounds: shows that it runs
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <string_view>

#include "launchers.hpp"

namespace ward::bench {
namespace {

constexpr uid_t ordinary_user = 4242;
constexpr unsigned pause_microseconds = 2000;

double median(std::vector<double> values) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

struct Row {
    Launcher launcher;
    std::vector<double> times{};
    int failures = 0;
};

// One run of each per round, in an order that rotates: what disturbs the machine disturbs all of them.
void measure(const Place& place, std::vector<Row>& rows, int rounds, uid_t user) {
    for (Row& row : rows) static_cast<void>(run(place, row.launcher, user));
    for (int round = 0; round < rounds; ++round) {
        for (std::size_t i = 0; i < rows.size(); ++i) {
            Row& row = rows[(i + static_cast<std::size_t>(round)) % rows.size()];
            const Run result = run(place, row.launcher, user);
            row.times.push_back(result.microseconds);
            row.failures += result.status == 0 ? 0 : 1;
            usleep(pause_microseconds);
        }
    }
}

const Row* find(const std::vector<Row>& rows, std::string_view name) {
    const auto found =
        std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.launcher.name == name; });
    return found == rows.end() ? nullptr : &*found;
}

// The median of the ratios of each round, and the ratio of the least times.
std::string ratio_to(const Row* base, const Row& row) {
    if (base == nullptr) return "     -     ";
    std::vector<double> ratios;
    for (std::size_t i = 0; i < row.times.size(); ++i) ratios.push_back(row.times[i] / base->times[i]);
    char text[32];
    const double least = *std::min_element(row.times.begin(), row.times.end()) /
                         *std::min_element(base->times.begin(), base->times.end());
    std::snprintf(text, sizeof text, "%5.2f (%4.2f)", median(ratios), least);
    return text;
}

void print(const std::vector<Row>& rows) {
    std::printf("%-34s %9s %9s   %-13s %-13s\n", "", "least us", "median", "to bubblewrap", "to the floor");
    for (const Row& row : rows) {
        std::printf("%-34s %9.0f %9.0f   %-13s %-13s", row.launcher.name.c_str(),
                    *std::min_element(row.times.begin(), row.times.end()), median(row.times),
                    ratio_to(find(rows, "bubblewrap"), row).c_str(), ratio_to(find(rows, "floor"), row).c_str());
        if (row.failures != 0) std::printf("  %d RUNS FAILED", row.failures);
        std::printf("\n");
    }
    std::fflush(stdout);
}

Launcher ward(const Place& place, const std::string& name, const std::string& file, const std::string& more,
              const Words& options = {}) {
    Words words = ward_words(place, place.policy(file, more), options);
    words.push_back(place.program("nothing"));
    return {name, words};
}

void compare(const Place& place, int rounds, uid_t user) {
    std::vector<Row> rows;
    const std::string nothing = place.program("nothing");
    if (auto launcher = bubblewrap(place, nothing))
        rows.push_back({std::move(*launcher)});
    else
        std::printf("without bubblewrap: it is not installed\n");
    if (auto launcher = floor_launcher(place, nothing))
        rows.push_back({std::move(*launcher)});
    else
        std::printf("without the floor: musl-gcc was not installed when this was built\n");
    rows.push_back({ward(place, "ward", "bench", "")});
    rows.push_back({ward(place, "ward, the host's network", "shared", "network { host }")});
    rows.push_back({{"the program alone", {nothing}}});
    std::printf("\nas %s, %d rounds\n", user == 0 ? "root" : "an ordinary user", rounds);
    measure(place, rows, rounds, user);
    print(rows);
}

// What one more feature costs: the median of the differences to the plain policy, round by round.
void price_features(const Place& place, int rounds) {
    std::vector<Row> rows{{ward(place, "ward", "bench", "")}};
    rows.push_back({ward(place, "terminal of its own", "bench", "")});
    rows.back().launcher.terminal = true;
    rows.push_back({ward(place, "cgroup: tasks", "tasks", "limits { tasks 100 }")});
    rows.push_back({ward(place, "cgroups: memory, tasks, cpu", "limited", "limits { memory 1G; tasks 100; cpu 1 }")});
    rows.push_back({ward(place, "resource limit", "files", "limits { open-files 100 }")});
    rows.push_back({ward(place, "time limit", "time", "limits { time 1m }")});
    rows.push_back({ward(place, "Landlock: one TCP port", "port", "network { connect tcp 80 }")});
    rows.push_back({ward(place, "`kill`, with a listener", "kill", "syscalls { refuse acct with kill }")});
    rows.push_back({ward(place, "a capability", "chown", "capabilities { keep chown }")});
    rows.push_back({ward(place, "one more folder", "share", "files { read /etc/alternatives }")});
    rows.push_back({ward(place, "a hidden folder", "hide", "files { hide /usr/share/doc }")});
    rows.push_back({ward(place, "an overlay", "overlay", "files { overlay /etc/alternatives }")});
    rows.push_back({ward(place, "--verify", "bench", "", {"--verify"})});
    std::printf("\nwhat a feature costs, as root, %d rounds\n%-34s %9s %9s\n", rounds, "", "median us", "of a start");
    measure(place, rows, rounds, 0);
    for (const Row& row : rows) {
        std::vector<double> more;
        for (std::size_t i = 0; i < row.times.size(); ++i) more.push_back(row.times[i] - rows.front().times[i]);
        std::printf("%-34s %+9.0f %+8.0f%%", row.launcher.name.c_str(), median(more),
                    100 * median(more) / median(rows.front().times));
        if (row.failures != 0)
            std::printf("  %d RUNS FAILED: this host or this version has not what it needs", row.failures);
        std::printf("\n");
    }
}

// ---- one after the other, as fast as it goes

double launches_per_second(const Place& place, const Launcher& launcher, int workers, double seconds) {
    std::vector<pid_t> all;
    int counts[2];
    if (pipe2(counts, O_CLOEXEC) != 0) return 0;
    for (int worker = 0; worker < workers; ++worker) {
        all.push_back(fork());
        if (all.back() != 0) continue;
        long count = 0;
        for (double used = 0; used < seconds * 1e6; ++count) used += run(place, launcher).microseconds;
        _exit(write(counts[1], &count, sizeof count) == sizeof count ? 0 : 1);
    }
    long total = 0;
    for (const pid_t worker : all) {
        long count = 0;
        waitpid(worker, nullptr, 0);
        if (read(counts[0], &count, sizeof count) == sizeof count) total += count;
    }
    close(counts[0]);
    close(counts[1]);
    return static_cast<double>(total) / seconds;
}

void throughput(const Place& place, double seconds) {
    const std::string nothing = place.program("nothing");
    std::vector<Launcher> launchers{ward(place, "ward", "bench", ""),
                                    ward(place, "ward, the host's network", "shared", "network { host }")};
    if (auto launcher = bubblewrap(place, nothing)) launchers.push_back(std::move(*launcher));
    if (auto launcher = floor_launcher(place, nothing)) launchers.push_back(std::move(*launcher));
    std::printf("\nstarts per second, as root, %.1f s each\n%-34s %9s %9s\n", seconds, "", "1 worker", "2 workers");
    for (const Launcher& launcher : launchers)
        std::printf("%-34s %9.0f %9.0f\n", launcher.name.c_str(), launches_per_second(place, launcher, 1, seconds),
                    launches_per_second(place, launcher, 2, seconds));
}

void everything(bool quick) {
    const Place place;
    std::printf("of %s\n", ward_binary().c_str());
    compare(place, quick ? 5 : 200, 0);
    if (geteuid() != 0) return std::printf("the rest as root only\n"), void();
    compare(place, quick ? 5 : 200, ordinary_user);
    price_features(place, quick ? 3 : 100);
    throughput(place, quick ? 0.2 : 4);
}

}  // namespace
}  // namespace ward::bench

int main(int count, char** words) {
    ward::bench::everything(count > 1 && std::string_view(words[1]) == "quick");
    return 0;
}
