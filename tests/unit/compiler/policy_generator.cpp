#include "policy_generator.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace ward::compiler {
namespace {

using Strings = std::vector<std::string>;

// Where rules of different statements may meet, and where one thing of its kind is.
const Strings grantable{"/a",       "/a/b",     "/a/b/c",          "/srv/*",        "/srv/**/x",
                        "~/work/x", "$cwd/out", "\"/with blank\"", "/usr/lib/[ab]?"};
const Strings calls{"read", "write", "openat", "close", "fstat", "lseek", "dup", "dup2", "mmap", "futex"};
const Strings groups{"@basic-io", "@file-system", "@io-event", "@sync", "@timer"};
const Strings never{"ptrace", "bpf", "mount", "reboot", "kexec_load", "init_module"};
const Strings conditional{
    "socket(domain, type) if domain == AF_UNIX and type has SOCK_STREAM",
    "socket(domain) if domain in (AF_INET, AF_INET6)", "mprotect(_, _, prot) if prot lacks PROT_EXEC",
    "prctl(option) if option == PR_SET_NAME or option == PR_GET_NAME", "kill(_, sig) if sig == SIGTERM"};
// By depth, so that no condition decides one inside of it.
const std::vector<Strings> conditions{{"kernel >= 6.0", "kernel < 5.15", "kernel >= 6.8 or kernel == 5.10"},
                                      {"exists /there", "exists ~/missing", "not exists /there"},
                                      {"arch == x86_64", "not arch == x86_64"},
                                      {"$on", "not $on and exists $cwd", "($on or exists /a) and exists $cwd"}};

class Generator {
public:
    explicit Generator(Random& random) : random_(random) {}

    GeneratedPolicies run() {
        GeneratedPolicies result;
        const std::size_t count = below(4);
        for (std::size_t i = 0; i < count; ++i) names_.push_back("lib" + std::to_string(i));
        result.text = policy("main", names_.size());
        for (std::size_t i = 0; i < count; ++i) result.used[names_[i]] = policy(names_[i], i);
        return result;
    }

    std::string permission() {
        switch (below(5)) {
            case 0:
                return "files { " + pick({"read?", "write?", "execute?", "read", "write"}) + " " + pick(grantable) +
                       " }";
            case 1:
                return "syscalls { allow " + pick(calls) + " }";
            case 2:
                return "syscalls { allow " + pick(groups) + " }";
            case 3:
                return "syscalls { allow " + pick(conditional) + " }";
            default:
                return "network { connect tcp " + std::to_string(1 + below(100)) + " }";
        }
    }

    std::string prohibition() {
        switch (below(6)) {
            case 0:
                return "files { hide? " + pick(grantable) + " }";
            case 1:
                return "files { protect? " + pick(grantable) + " }";
            case 2:
                return "syscalls { forbid " + pick(calls) + " }";
            case 3:
                return "syscalls { forbid " + pick(groups) + " }";
            case 4:
                return "syscalls { forbid " + pick(conditional) + " }";
            default:
                return "network { forbid connect tcp " + std::to_string(1 + below(100)) + " }";
        }
    }

private:
    std::size_t below(std::size_t bound) { return random_() % bound; }
    bool one_in(std::size_t n) { return below(n) == 0; }
    const std::string& pick(const Strings& from) { return from[below(from.size())]; }
    std::string pick(std::initializer_list<std::string_view> from) {
        return std::string(from.begin()[below(from.size())]);
    }

    Strings some(const Strings& from, std::size_t most) {
        Strings all = from;
        std::shuffle(all.begin(), all.end(), random_);
        all.resize(1 + below(std::min(most, all.size())));
        return all;
    }
    static std::string joined(const Strings& words) {
        std::string result;
        for (const std::string& word : words) result += (result.empty() ? "" : ", ") + word;
        return result;
    }

    // A value is said once in a policy: a second one would be a contradiction.
    bool first(const std::string& name) { return said_.insert(name).second; }

    std::string policy(const std::string& name, std::size_t used_most) {
        said_.clear();
        Strings lines;
        for (std::size_t i = 0; i < used_most; ++i) {
            if (name == "main" || one_in(2)) lines.push_back("use " + names_[i] + arguments(i));
        }
        lines.push_back("let place = " + pick({"/place", "~/place", "$cwd/place"}));
        if (name != "main") lines.push_back("param room: size = " + pick({"1M", "2M"}));
        lines.push_back("param on: flag = " + pick({"true", "false"}));
        if (one_in(2)) lines.push_back("group @mine { @basic-io, dup\n " + pick({"futex", "mmap"}) + " except read }");
        lines.push_back("files { read? $place\n hide? $place/secret\n" +
                        (name == "main" ? std::string() : " private /room-" + name + " size $room\n") + "}");
        lines.push_back("when $on { " + section() + " }");
        block(lines, 2 + below(8));
        for (std::size_t i = below(3); i > 0; --i) lines.push_back(when(0));
        if (one_in(3)) lines.push_back(test());
        std::string text = "policy " + name + (one_in(2) ? " \"made by chance\"\n" : "\n");
        for (const std::string& line : lines) text += line + "\n";
        return text;
    }

    std::string arguments(std::size_t used) {
        if (one_in(2)) return {};
        // One value for each policy: two would contradict each other.
        return " (room = " + std::to_string(used + 3) + "M)";
    }

    void block(Strings& lines, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) lines.push_back(section());
    }

    std::string when(unsigned depth) {
        Strings inside;
        block(inside, 1 + below(3));
        if (depth < 3 && one_in(3)) inside.push_back(when(depth + 1));
        std::string text = "when " + pick(conditions[depth]) + " {\n";
        for (const std::string& line : inside) text += line + "\n";
        text += "}";
        if (one_in(2)) return text;
        if (depth < 3 && one_in(3)) return text + " else " + when(depth + 1);
        return text + " else {\n" + section() + "\n}";
    }

    std::string section() {
        switch (below(10)) {
            case 0:
            case 1:
            case 2:
                return "files {\n" + lines_of(&Generator::file) + "}";
            case 3:
                return "network {\n" + lines_of(&Generator::network) + "}";
            case 4:
            case 5:
            case 6:
                return "syscalls {\n" + lines_of(&Generator::call) + "}";
            case 7:
                return "limits {\n" + lines_of(&Generator::limit) + "}";
            case 8:
                return "environment {\n" + lines_of(&Generator::variable) + "}";
            default:
                return one_in(3) ? "capabilities { keep " + joined(some({"chown", "fowner", "setuid"}, 2)) + " }"
                                 : "process {\n" + lines_of(&Generator::process) + "}";
        }
    }

    std::string lines_of(std::string (Generator::*statement)()) {
        std::string text;
        for (std::size_t i = 1 + below(3); i > 0; --i) text += "    " + (this->*statement)() + "\n";
        return text;
    }

    std::string file() {
        const std::string list = joined(some(grantable, 3));
        const std::string n = std::to_string(below(3));
        switch (below(12)) {
            case 0:
            case 1:
                return pick({"read ", "write ", "execute ", "read? ", "write? "}) + list;
            case 2:
                return "read /from" + n + " from /host" + n;
            case 3:
                return pick({"hide? ", "hide "}) + list;
            case 4:
                return pick({"protect? ", "protect "}) + list;
            case 5:
                return first("private" + n) ? "private /private" + n + " size " + n + "1M mode 70" + n : "read /b";
            case 6:
                return "device " + joined(some({"null", "zero", "full", "tty"}, 3));
            case 7:
                return "link /link" + n + " -> a" + n;
            case 8:
                return "file /file" + n + " \"text # " + n + "\\n\"";
            case 9:
                return "overlay /overlay" + n + (n == "0" ? " into /layer" : "");
            case 10:
                return "directory /empty" + n;
            default:
                return one_in(4) ? "setuid allow" : "execute? $arguments";
        }
    }

    std::string network() {
        const std::string port = std::to_string(1 + below(200));
        switch (below(8)) {
            case 0:
                return "unix";
            case 1:
                return "unix /run/socket" + port;
            case 2:
                return "resolve";
            case 3:
                return host_ ? "host" : "forbid connect tcp " + port + ".." + std::to_string(300 + below(9));
            case 4:
                return "listen tcp " + port + ", 8" + std::to_string(100 + below(50));
            default:
                return "connect tcp " + port + ", 1000.." + std::to_string(1001 + below(9));
        }
    }

    std::string call() {
        switch (below(9)) {
            case 0:
            case 1:
                return "allow " + joined(some(calls, 4));
            case 2:
                return "allow " + pick(groups) + ", " + pick(calls);
            case 3:
                return "allow @file-system except " + joined(some({"unlink", "rename", "chmod"}, 2));
            case 4:
                return "allow " + pick(conditional);
            case 5:
                return "forbid " + pick(conditional);
            case 6:
                return "forbid " + joined(some({"dup3", "mmap", "ptrace", "bpf", "unlink"}, 2));
            case 7:
                return first("default") ? "refuse with EACCES" : "refuse mount, reboot with ENOSYS";
            default:
                return "refuse " + joined(some(never, 2)) + " with ENOSYS";
        }
    }

    std::string limit() {
        static const std::vector<std::pair<std::string, std::string>> limits{
            {"memory", "1G"}, {"tasks", "64"},     {"cpu", "1.5"},         {"time", "10m"},   {"open-files", "1024"},
            {"stack", "8M"},  {"file-size", "1G"}, {"cpu-set", "0, 2..3"}, {"priority", "5"}, {"swap", "0"}};
        const auto& [name, value] = limits[below(limits.size())];
        return first(name) ? name + (one_in(2) ? "? " : " ") + value : "core 0";
    }

    std::string variable() {
        const std::string name = pick({"ONE", "TWO", "THREE"});
        if (one_in(2) || !first(name)) return "keep " + joined(some({"LANG", "LC_*", "TERM", "TZ"}, 3));
        return "set " + name + " \"value of $user\"";
    }

    std::string process() {
        static const std::vector<std::pair<std::string, std::string>> settings{
            {"hostname", "web"},  {"terminal", "none"},  {"directory", "/a"},
            {"user", "www-data"}, {"group", "www-data"}, {"share", "ipc, uts"}};
        const auto& [name, value] = settings[below(settings.size())];
        return first(name) ? name + " " + value : "terminal none";
    }

    std::string test() {
        return "test \"what it may do\" with cwd = /a, arguments = /a/b {\n    allow read $place\n    deny write " +
               pick(grantable) + "\n    deny connect tcp 22\n    deny syscall " + pick(never) + "\n}";
    }

    Random& random_;
    bool host_ = one_in(5);  // nothing can be forbidden of the whole network
    Strings names_;
    std::set<std::string> said_;
};

}  // namespace

GeneratedPolicies generate_policies(Random& random) {
    return Generator(random).run();
}

std::string generate_permission(Random& random) {
    return Generator(random).permission();
}

std::string generate_prohibition(Random& random) {
    return Generator(random).prohibition();
}

}  // namespace ward::compiler
