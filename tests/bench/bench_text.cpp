#include "tests/bench/bench_text.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "compiler/compile.hpp"
#include "compiler/proof.hpp"
#include "policy/parser.hpp"
#include "sandbox/cli/first_heap.hpp"
#include "sandbox/cli/prefault.hpp"
#include "tests/bench/copied_programs.hpp"
#include "tests/unit/compiler/benchmark_models.hpp"

namespace ward::bench {
namespace {

using namespace compiler;

// One call a line, as generated policies of other languages have it.
std::string docker_text(const std::string& first_lines = {}) {
    std::string text = "policy docker\nsyscalls {\n" + first_lines;
    const std::string names = test::docker_allows();
    for (std::size_t begin = 0, end = 0; end != std::string::npos; begin = end + 1) {
        end = names.find(' ', begin);
        text += "    allow " + names.substr(begin, end - begin) + "\n";
    }
    return text +
           "    allow clone if flags & 0x7e020000 == 0\n"
           "    allow socket if domain not in (AF_ALG, AF_VSOCK)\n"
           "    allow personality if personality in (0, 8, 0x20000, 0x20008, 0xffffffff)\n"
           "    refuse clone3 with ENOSYS\n"
           "    refuse with kill\n"
           "}\n";
}

// Without guards it is what other compilers of filters are given; with them, what a jail gets.
Facts facts(bool guarded) {
    Facts stated;
    stated.unguarded = !guarded;
    return stated;
}

struct Round {
    static constexpr std::size_t stages = 4;
    static constexpr std::array<const char*, stages> names = {"parse", "compile", "emit", "proof"};
    std::array<double, stages> microseconds{};
    std::size_t length = 0;
    double mapping_ahead = 0;  // of heap and stack, before that; in microseconds, too

    [[nodiscard]] double without_proof() const { return microseconds[0] + microseconds[1] + microseconds[2]; }
};

class Clock {
public:
    double lap() {
        const auto before = std::exchange(last_, std::chrono::steady_clock::now());
        return std::chrono::duration<double, std::micro>(last_ - before).count();
    }

private:
    std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

Round run_once(const std::string& text, bool guarded) {
    Round round;
    Clock clock;
    policy::Sources sources;
    policy::Diagnostics diagnostics;
    policy::PolicySet set;
    auto policy = policy::parse(sources, sources.add("docker.ward", text), diagnostics);
    if (!policy) std::exit(1);
    set.members.push_back({std::move(*policy), 0, {}});
    round.microseconds[0] = clock.lap();
    const auto jail = compile(set, facts(guarded), diagnostics);
    if (!jail) std::exit(1);
    round.microseconds[1] = clock.lap();
    const EmitOptions options{0, false};
    const auto program = emit(jail->filter, options);
    round.microseconds[2] = clock.lap();
    if (!program || disprove(*program, jail->filter, options)) std::exit(1);
    round.microseconds[3] = clock.lap();
    round.length = program->size();
    return round;
}

// A new process, as a launcher is one: what it has not touched yet is part of the time. Its heap is as in a start of a
// jail, which maps it ahead.
Round run_cold(const std::string& program, bool guarded) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) std::exit(1);
    const pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        execl(program.c_str(), "bench_filter", "once", guarded ? "guarded" : "bare", nullptr);
        _exit(1);
    }
    close(ends[1]);
    Round round;
    const bool is_read = read(ends[0], &round, sizeof round) == sizeof round;
    close(ends[0]);
    int status = 0;
    if (waitpid(child, &status, 0) != child || status != 0 || !is_read) std::exit(1);
    return round;
}

// The round in the middle by its whole time.
Round middle(std::vector<Round> rounds) {
    std::sort(rounds.begin(), rounds.end(),
              [](const Round& a, const Round& b) { return a.without_proof() < b.without_proof(); });
    return rounds[rounds.size() / 2];
}

void print(const char* which, const Round& round) {
    std::printf("docker   text to BPF%s: %zu instructions, %.0f us (", which, round.length, round.without_proof());
    for (std::size_t i = 0; i < 3; ++i) std::printf("%s%s %.0f", i ? ", " : "", Round::names[i], round.microseconds[i]);
    std::printf("); proof %.0f", round.microseconds[3]);
    if (round.mapping_ahead != 0) std::printf("; heap and stack mapped ahead in %.0f", round.mapping_ahead);
    std::printf("\n");
}

}  // namespace

int write_one_round(bool guarded) {
    const std::string text = docker_text();
    cli::take_heap_in_one_piece();
    Clock clock;
    cli::prefault();
    const double mapping_ahead = clock.lap();
    Round round = run_once(text, guarded);
    round.mapping_ahead = mapping_ahead;
    return write(STDOUT_FILENO, &round, sizeof round) == sizeof round ? 0 : 1;
}

void print_text_to_bytes(int rounds) {
    const std::string text = docker_text();
    const CopiedPrograms copies;
    copies.add("bench_filter", "/proc/self/exe");
    std::vector<Round> cold[2], warm[2];
    for (int round = 0; round < rounds; ++round)
        for (const bool guarded : {false, true})
            cold[guarded].push_back(run_cold(copies.program("bench_filter"), guarded));
    for (int round = 0; round < rounds; ++round)
        for (const bool guarded : {false, true}) warm[guarded].push_back(run_once(text, guarded));
    std::vector<Round> of_every_abi;
    const std::string every_abi = docker_text("    abi native, i386, x32\n");
    for (int round = 0; round < rounds; ++round) of_every_abi.push_back(run_once(every_abi, false));
    print(", cold", middle(cold[0]));
    print(", warm", middle(warm[0]));
    print(" with guards, cold", middle(cold[1]));
    print(" with guards, warm", middle(warm[1]));
    print(" for x86_64, i386 and x32, warm", middle(of_every_abi));
}

}  // namespace ward::bench
