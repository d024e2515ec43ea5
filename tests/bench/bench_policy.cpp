// How long a policy takes from text to compiled jail. Prints; nothing here fails.
//
//   bench_policy            all; marks are for a release build on an idle machine
//   bench_policy quick      all, small and once: shows that it runs
//   bench_policy NAME       only the shape of that name, for a profiler
#include <malloc.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/compile.hpp"
#include "compiler/proved_filter.hpp"
#include "policy/render.hpp"
#include "tests/support/linked_set.hpp"

namespace ward::bench {
namespace {

compiler::Facts facts() {
    compiler::Facts stated;
    stated.home = "/home/ada";
    stated.cwd = "/home/ada/work";
    stated.user = [] { return "ada"; };
    stated.program = "/usr/bin/prog";
    stated.kernel_major = 6;
    stated.kernel_minor = 1;
    return stated;
}

bool quick = false;

// In microseconds of the processor: what other programs take of it does not count.
double time_of(const std::function<void()>& run) {
    const auto now = [] {
        timespec time{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
    };
    const double start = now();
    run();
    return now() - start;
}

// The least of several runs of each, in microseconds: what disturbs a run only ever makes it longer. They
// take turns, so that a busy second disturbs all of them.
std::vector<double> least_times(int rounds, const std::vector<std::function<void()>>& runs) {
    std::vector<double> least(runs.size(), 1e18);
    for (int round = 0; round < (quick ? 1 : rounds); ++round) {
        for (std::size_t i = 0; i < runs.size(); ++i) least[i] = std::min(least[i], time_of(runs[i]));
    }
    return least;
}

// The floor: what it takes to look at every byte of a text once.
void read_bytes(const std::string& text) {
    volatile bool found = std::memchr(text.data(), '\0', text.size()) != nullptr;
    static_cast<void>(found);
}

void check(const std::string& text) {
    policy::Sources sources;
    policy::Diagnostics diagnostics;
    const auto set = test::link("bench", text, test::built_in_text, sources, diagnostics);
    if (set) static_cast<void>(compiler::compile(*set, facts(), diagnostics));
    static_cast<void>(policy::render(diagnostics, sources));
}

// ---- 1,000 lines

std::string number(std::size_t i) {
    return std::to_string(i);
}

std::string repeated(std::size_t count, const std::function<std::string(std::size_t)>& piece) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += piece(i);
    return text;
}

const std::string long_policy = "policy bench \"a long one\"\nuse base.program\n";

// Twenty lines of those that people write, fifty times.
std::string as_written() {
    return long_policy + repeated(50, [](std::size_t i) {
               const std::string n = number(i);
               return "# what service " + n + " needs\nlet place" + n + " = /srv/service" + n +
                      "\n\nfiles {\n    read $place" + n + "/data, $place" + n + "/more/*\n    read? /etc/service" + n +
                      ".conf\n    write ~/out" + n + "\n    hide $place" + n +
                      "/data/keys\n}\n\nenvironment {\n    keep NAME_" + n + "\n    set SERVICE_" + n +
                      " \"the value, quoted\"\n}\n\nwhen exists /opt/" + n + " {\n    files { execute? /opt/" + n +
                      "/bin/* }\n}\nsyscalls { allow ioctl(_, request) if request == " + n + " }\n\n";
           });
}

// Every third line is a `when`.
std::string with_many_whens() {
    return long_policy + repeated(333, [](std::size_t i) {
               const std::string n = number(i);
               return "files { read /srv/data" + n + ", /srv/more" + n + "/* }\nenvironment { keep NAME_" + n +
                      " }\nwhen exists /opt/" + n + " { files { write? ~/out" + n + " } }\n";
           });
}

void a_thousand_lines(const char* name, const std::string& text) {
    const auto times = least_times(20, {[&] { check(text); }, [&] { read_bytes(text); }});
    std::printf("%zu lines, %-14s parse and check %6.0f us   (mark 5000)   %.0f times the floor\n",
                static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')), name, times[0],
                times[0] / times[1]);
}

// ---- a shipped profile

void shipped(const std::string& name) {
    const std::string text = test::built_in_text(name).value_or("");
    const auto load = [&](policy::Sources& sources, policy::Diagnostics& diagnostics) {
        return test::link(name, text, test::built_in_text, sources, diagnostics);
    };
    policy::Sources sources;
    policy::Diagnostics diagnostics;
    const auto set = load(sources, diagnostics);
    if (!set) return;
    const auto jail = compiler::compile(*set, facts(), diagnostics);
    if (!jail) return;
    const auto times = least_times(200, {
                                            [&] {
                                                policy::Sources other;
                                                static_cast<void>(load(other, diagnostics));
                                            },
                                            [&] { static_cast<void>(compiler::compile(*set, facts(), diagnostics)); },
                                            [&] {
                                                policy::Diagnostics none;
                                                static_cast<void>(compiler::proved_filter(*jail, {}, none));
                                            },
                                        });
    const double jail_time = times[0] + times[1];
    std::printf("%-12s text to jail %6.0f us   (mark 400)   parse %.0f (%.0f %%), compile %.0f; filter, proved: %.0f\n",
                name.c_str(), jail_time, times[0], 100 * times[0] / jail_time, times[1], times[2]);
}

// ---- hostile shapes

struct Shape {
    const char* name;
    std::size_t size;
    std::string (*text)(std::size_t size);
};

const Shape shapes[] = {
    {"deep parentheses", 100'000,
     [](std::size_t n) { return "when " + std::string(n, '(') + "kernel > 5.0" + std::string(n, ')') + " { }\n"; }},
    {"deep blocks", 50'000, [](std::size_t n) { return repeated(n, [](auto) { return "when kernel > 5.0 {\n"; }); }},
    {"a long list", 20'000,
     [](std::size_t n) { return "files { read /0" + repeated(n, [](auto i) { return ", /a" + number(i); }) + " }\n"; }},
    {"many uses", 20'000,
     [](std::size_t n) { return repeated(n, [](auto i) { return "use none" + number(i) + "\n"; }); }},
    {"variables that double", 5'000,
     [](std::size_t n) {
         return "let v0 = /a\n" +
                repeated(
                    n, [](auto i) { return "let v" + number(i + 1) + " = $v" + number(i) + "$v" + number(i) + "\n"; }) +
                "files { read $v5 }\n";
     }},
    {"many variables", 10'000,
     [](std::size_t n) {
         return repeated(n, [](auto i) { return "let v" + number(i) + " = /a\nfiles { read $w" + number(i) + " }\n"; });
     }},
    {"many parameters", 10'000,
     [](std::size_t n) {
         return repeated(n, [](auto i) { return "param p" + number(i) + ": size = " + number(i + 1) + "M\n"; });
     }},
    {"a long line", 20'000,
     [](std::size_t n) {
         return "files { " + repeated(n, [](auto i) { return "read /a" + number(i) + "; "; }) + "}\n";
     }},
    {"a long string", 400'000, [](std::size_t n) { return "files { file /a \"" + std::string(n, 'x') + "\" }\n"; }},
    {"many errors", 20'000, [](std::size_t n) { return repeated(n, [](auto) { return "raed /a\n"; }); }},
    {"many unknown calls", 10'000,
     [](std::size_t n) {
         return "syscalls {\n" + repeated(n, [](auto i) { return "allow opennat" + number(i) + "\n"; }) + "}\n";
     }},
    {"many comments", 40'000,
     [](std::size_t n) { return repeated(n, [](auto) { return "# a comment\n"; }) + "files { read /a }\n"; }},
    {"many whens", 5'000,
     [](std::size_t n) {
         return repeated(n, [](auto i) {
             return "when kernel >= 3." + number(i % 60'000) + " { files { read /a" + number(i) + " } }\n";
         });
     }},
    {"whens that exclude", 10'000,
     [](std::size_t n) {
         return repeated(n, [](auto i) {
             return "when kernel == 3." + number(i) + " { limits { memory " + number(i + 1) + "M } }\n";
         });
     }},
    {"conditions of calls", 1'000,
     [](std::size_t n) {
         return "syscalls {\n" +
                repeated(n, [](auto i) { return "allow lseek(_, offset) if offset == " + number(i) + "\n"; }) + "}\n";
     }},
    {"branches that look wrong", 2'000,  // where all are read together, `read` seems to be what is protected
     [](std::size_t n) {
         return repeated(n, [](auto i) {
             const std::string path = "/a" + number(i);
             const std::string files = "." + number(i) + " { files { ";
             return "files { protect " + path + " }\nwhen kernel == 3" + files + "read " + path +
                    " } }\nwhen kernel == 4" + files + "write " + path + " } }\n";
         });
     }},
    {"10,000 statements", 10'000,
     [](std::size_t n) {
         return "files {\n" + repeated(n, [](auto i) { return "read /srv/" + number(i) + "/data\n"; }) + "}\n";
     }},
    {"half a MiB, as written", 680,
     [](std::size_t n) {
         return repeated(n, [](auto i) {
             const std::string a = number(i);
             return "# the service of number " + a + ", and all that it needs\nlet place" + a + " = /srv/service" + a +
                    "\nfiles {\n" +
                    repeated(20, [&](auto k) { return "    read $place" + a + "/data/" + number(k) + "\n"; }) +
                    "}\nenvironment { keep NAME_" + a + " }\n";
         });
     }},
};

constexpr std::string_view head = "policy bench\n";

void hostile(const Shape& shape) {
    const std::size_t size = quick ? shape.size / 100 : shape.size;
    const std::string once = std::string(head) + shape.text(size);
    const std::string twice = std::string(head) + shape.text(2 * size);
    const auto times = least_times(7, {[&] { check(once); }, [&] { check(twice); }, [&] { read_bytes(twice); }});
    const double ratio = times[1] / times[0];
    std::printf("%-24s %7zu -> %7zu bytes %8.0f -> %8.0f us  ratio %4.1f  %6.0f times the floor%s\n", shape.name,
                once.size(), twice.size(), times[0], times[1], ratio, times[1] / times[2],
                ratio > 2.5 && !quick ? "  MORE THAN 2.5" : "");
    std::fflush(stdout);
}

// Keeps what is freed: else the kernel's pages, given back and taken again, are a part of every run, and
// from some size on only.
void keep_memory() {
    constexpr int all = 1 << 30;
    mallopt(M_MMAP_THRESHOLD, all);
    mallopt(M_TRIM_THRESHOLD, all);
}

void everything() {
    a_thousand_lines("as written", as_written());
    a_thousand_lines("many whens", with_many_whens());
    for (const char* name : {"git", "npm", "pdftotext", "curl", "python3", "tar", "jq"})
        shipped(name);  // git is the dearest
    for (const Shape& shape : shapes) hostile(shape);
}

}  // namespace
}  // namespace ward::bench

int main(int count, char** arguments) {
    namespace bench = ward::bench;
    const std::string_view asked = count > 1 ? arguments[1] : "";
    bench::quick = asked == "quick";
    bench::keep_memory();
    if (asked.empty() || bench::quick) {
        bench::everything();
        return 0;
    }
    for (const auto& shape : bench::shapes) {
        if (shape.name == asked) bench::hostile(shape);
    }
    return 0;
}
