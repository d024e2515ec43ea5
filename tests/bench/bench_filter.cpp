// Our filters beside libseccomp's, in the same run: length, time to make and to prove, time to load, and cost
// of a call. Ratios hold on a busy machine, single times do not.
//   bench_filter [ROUNDS]
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/proof.hpp"
#include "compiler/syscall_table.hpp"
#include "tests/bench/bench_text.hpp"
#include "tests/unit/compiler/benchmark_models.hpp"
#include "tests/unit/compiler/by_libseccomp.hpp"

namespace {

using namespace ward::compiler;
using Program = std::vector<sock_filter>;

double now() {
    using namespace std::chrono;
    return duration<double, std::micro>(steady_clock::now().time_since_epoch()).count();
}

// Microseconds: the first time, in cold caches, and the least.
struct Time {
    double first, least;
};

template <typename Work>
Time time_of(int rounds, Work work) {
    Time time{0, 1e18};
    for (int round = 0; round < rounds; ++round) {
        const double begin = now();
        work();
        const double took = now() - begin;
        if (round == 0) time.first = took;
        time.least = std::min(time.least, took);
    }
    return time;
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

// A call that is made again and again.
struct Call {
    const char* name;
    std::uint32_t number;
    unsigned long arguments[3];
};

// Nanoseconds for one call, the least of some rounds.
double cost_of(const Call& call) {
    constexpr int repeated = 5000;
    double least = 1e18;
    for (int round = 0; round < 5; ++round) {
        const double begin = now();
        for (int i = 0; i < repeated; ++i)
            syscall(call.number, call.arguments[0], call.arguments[1], call.arguments[2]);
        least = std::min(least, (now() - begin) * 1000 / repeated);
    }
    return least;
}

struct Candidate {
    std::string name;
    Program program;  // empty: no filter
    std::vector<double> load{};
    std::vector<std::vector<double>> calls{};
};

bool load(const Program& program) {
    if (program.empty()) return true;
    const sock_fprog loaded{static_cast<unsigned short>(program.size()), const_cast<sock_filter*>(program.data())};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &loaded) == 0;
}

// A child for each filter, so that each begins without one.
void measure(Candidate& candidate, const std::vector<Call>& calls, double* shared) {
    const pid_t child = fork();
    if (child == 0) {
        const double begin = now();
        if (!load(candidate.program)) _exit(1);
        shared[0] = now() - begin;
        for (std::size_t i = 0; i < calls.size(); ++i) shared[1 + i] = cost_of(calls[i]);
        _exit(0);
    }
    int status = 0;
    if (waitpid(child, &status, 0) != child || status != 0) {
        std::printf("%s: a child ended with %#x\n", candidate.name.c_str(), static_cast<unsigned>(status));
        std::exit(1);
    }
    candidate.load.push_back(shared[0]);
    candidate.calls.resize(calls.size());
    for (std::size_t i = 0; i < calls.size(); ++i) candidate.calls[i].push_back(shared[1 + i]);
}

void print_making(const char* name, const FilterModel& model, int rounds) {
    const Program ours = *emit(model, {});
    const Time made = time_of(rounds, [&] { (void)*emit(model, {}); });
    const Time proved = time_of(rounds, [&] {
        if (disprove(ours, model, {})) std::exit(1);
    });
    std::printf("%-8s %-16s %5zu instructions, made in %5.0f us (first), %5.0f (least); proved in %4.0f, %4.0f\n", name,
                "ward", ours.size(), made.first, made.least, proved.first, proved.least);
    for (const std::uint32_t optimize : {1u, 2u}) {
        const Program theirs = test::by_libseccomp(model.abis.front(), optimize);
        const Time time = time_of(rounds, [&] { (void)test::by_libseccomp(model.abis.front(), optimize); });
        std::printf("%-8s %-16s %5zu instructions, made in %5.0f us (first), %5.0f (least)\n", name,
                    optimize == 1 ? "libseccomp" : "libseccomp, tree", theirs.size(), time.first, time.least);
    }
}

void print_running(std::vector<Candidate>& candidates, const std::vector<Call>& calls) {
    const double floor = median(candidates[1].load);
    std::printf("%-18s %12s", "", "load");
    for (const Call& call : calls) std::printf(" %14s", call.name);
    std::printf("\n");
    for (Candidate& candidate : candidates) {
        std::printf("%-18s %11.2fx", candidate.name.c_str(), median(candidate.load) / floor);
        for (std::size_t i = 0; i < calls.size(); ++i)
            std::printf(" %+11.0f ns", median(candidate.calls[i]) - median(candidates[0].calls[i]));
        std::printf("\n");
    }
}

std::vector<Candidate> candidates_of(const FilterModel& model) {
    return {{"no filter", {}},
            {"one instruction", {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)}},
            {"ward", *emit(model, {})},
            {"libseccomp", test::by_libseccomp(model.abis.front(), 1)},
            {"libseccomp, tree", test::by_libseccomp(model.abis.front(), 2)}};
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 3 && std::string_view(argv[1]) == "once")
        return ward::bench::write_one_round(std::string_view(argv[2]) == "guarded");
    const int rounds = argc > 1 ? std::atoi(argv[1]) : 15;
    ward::bench::print_text_to_bytes(rounds);
    const FilterModel docker = test::docker_default();
    print_making("docker", docker, rounds);
    print_making("judge", test::judge_like(), rounds);
    std::puts("(libseccomp's are without the conditions that it cannot say: by_libseccomp.hpp)\n");

    const std::vector<Call> calls = {{"getppid", SYS_getppid, {}},
                                     {"futex_waitv", *syscall_number("futex_waitv"), {}},
                                     {"personality", SYS_personality, {0xffffffff}},
                                     {"clone3 (errno)", SYS_clone3, {}}};
    auto* const shared =
        static_cast<double*>(mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    std::vector<Candidate> candidates = candidates_of(docker);
    for (int round = 0; round < rounds; ++round)
        for (Candidate& candidate : candidates) measure(candidate, calls, shared);
    std::puts("docker: time to load, against a filter of one instruction; a call, above none without a filter");
    print_running(candidates, calls);
    return 0;
}
