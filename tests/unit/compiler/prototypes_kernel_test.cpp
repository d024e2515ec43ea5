// The prototypes against those of the running kernel, which it describes in tracefs.
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "compiler/prototypes.hpp"
#include "compiler/syscall_table.hpp"

namespace ward::compiler {
namespace {

const std::string events = "/sys/kernel/tracing/events/syscalls";

struct Field {
    std::string type;
    std::string name;
};

// The function behind a call, where the names differ (arch/x86/entry/syscalls/syscall_64.tbl).
std::string function_of(std::string_view call) {
    static const std::map<std::string_view, std::string> functions{{"stat", "newstat"},   {"fstat", "newfstat"},
                                                                   {"lstat", "newlstat"}, {"sendfile", "sendfile64"},
                                                                   {"uname", "newuname"}, {"umount2", "umount"}};
    const auto found = functions.find(call);
    return found != functions.end() ? found->second : std::string(call);
}

// Absent if this kernel does not describe the call: it has not been configured, or is no SYSCALL_DEFINE.
std::optional<std::vector<Field>> fields_of(std::string_view call) {
    std::ifstream file(events + "/sys_enter_" + function_of(call) + "/format");
    if (!file) return std::nullopt;
    static const std::regex line(R"(\s*field:(.*?)(\w+);\s*offset:(\d+);.*)");
    std::vector<Field> result;
    std::smatch match;
    for (std::string text; std::getline(file, text);)
        // The first sixteen bytes are the event's own and the number of the call.
        if (std::regex_match(text, match, line) && std::stoi(match[3]) >= 16) result.push_back({match[1], match[2]});
    return result;
}

struct Shape {
    Width width;
    bool is_signed;
};

std::optional<Shape> shape_of(const std::string& type) {
    if (type.find('*') != std::string::npos) return Shape{Width::word, false};
    static const std::map<std::string, Shape> shapes{{"int", {Width::bits32, true}},
                                                     {"unsigned int", {Width::bits32, false}},
                                                     {"unsigned", {Width::bits32, false}},
                                                     {"u32", {Width::bits32, false}},
                                                     {"__u32", {Width::bits32, false}},
                                                     {"__s32", {Width::bits32, true}},
                                                     {"uint32_t", {Width::bits32, false}},
                                                     {"long", {Width::word, true}},
                                                     {"unsigned long", {Width::word, false}},
                                                     {"size_t", {Width::word, false}},
                                                     {"off_t", {Width::word, true}},
                                                     {"loff_t", {Width::bits64, true}},
                                                     {"u64", {Width::bits64, false}},
                                                     {"__u64", {Width::bits64, false}},
                                                     {"umode_t", {Width::bits16, false}},
                                                     {"pid_t", {Width::bits32, true}},
                                                     {"uid_t", {Width::bits32, false}},
                                                     {"gid_t", {Width::bits32, false}},
                                                     {"qid_t", {Width::bits32, false}},
                                                     {"key_t", {Width::bits32, true}},
                                                     {"key_serial_t", {Width::bits32, true}},
                                                     {"mqd_t", {Width::bits32, true}},
                                                     {"timer_t", {Width::bits32, true}},
                                                     {"const clockid_t", {Width::bits32, true}},
                                                     {"clockid_t", {Width::bits32, true}},
                                                     {"rwf_t", {Width::bits32, true}},
                                                     {"aio_context_t", {Width::word, false}},
                                                     {"const enum landlock_rule_type", {Width::bits32, false}},
                                                     {"const __u32", {Width::bits32, false}},
                                                     {"const size_t", {Width::word, false}},
                                                     {"const int", {Width::bits32, true}},
                                                     {"cap_user_header_t", {Width::word, false}},
                                                     {"cap_user_data_t", {Width::word, false}},
                                                     {"const cap_user_data_t", {Width::word, false}}};
    const auto found = shapes.find(type);
    if (found == shapes.end()) return std::nullopt;
    return found->second;
}

// Declared as words, of which the kernel uses 32 bits (arguments.txt says where).
bool is_narrowed(std::string_view call, std::string_view argument) {
    static const std::set<std::string> narrowed{"clone.clone_flags",
                                                "kcmp.idx1",
                                                "mbind.mode",
                                                "mmap.fd",
                                                "mmap.flags",
                                                "mmap.prot",
                                                "mount.flags",
                                                "readv.fd",
                                                "readv.vlen",
                                                "writev.fd",
                                                "writev.vlen",
                                                "preadv.fd",
                                                "preadv.vlen",
                                                "preadv2.fd",
                                                "preadv2.vlen",
                                                "pwritev.fd",
                                                "pwritev.vlen",
                                                "pwritev2.fd",
                                                "pwritev2.vlen",
                                                "vmsplice.nr_segs",
                                                "ptrace.pid",
                                                "process_madvise.vlen",
                                                "process_vm_readv.liovcnt",
                                                "process_vm_readv.riovcnt",
                                                "process_vm_writev.liovcnt",
                                                "process_vm_writev.riovcnt"};
    return narrowed.contains(std::string(call) + '.' + std::string(argument));
}

// Empty if they agree.
std::string difference(std::string_view call, const Argument& argument, const Field& field) {
    const std::string type = field.type.substr(0, field.type.find_last_not_of(' ') + 1);
    const auto shape = shape_of(type);
    std::string place = std::string(call) + '.' + std::string(argument.name) + ": " + type + '\n';
    if (!shape) return place;
    const bool same = shape->width == argument.width && shape->is_signed == argument.is_signed;
    return same != is_narrowed(call, argument.name) ? "" : place;
}

struct Comparison {
    int compared = 0;
    std::string differences;
};

Comparison compare_all() {
    Comparison result;
    for (const std::string_view call : syscall_names()) {
        const auto fields = fields_of(call);
        if (!fields) continue;
        ++result.compared;
        const auto arguments = find_prototype(Abi::x86_64, call)->arguments;
        if (fields->size() != arguments.size()) {
            result.differences.append(call).append(": a different count of arguments\n");
            continue;
        }
        for (std::size_t index = 0; index < arguments.size(); ++index)
            result.differences += difference(call, arguments[index], (*fields)[index]);
    }
    return result;
}

// Where tracefs is not mounted: in a process of its own that mounts it for itself.
std::optional<Comparison> compare_with_own_mount() {
    int ends[2];
    if (pipe(ends) != 0) return std::nullopt;
    const pid_t child = fork();
    if (child == 0) {
        if (unshare(CLONE_NEWNS) != 0 || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
            mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, nullptr) != 0)
            _exit(1);
        const Comparison found = compare_all();
        const std::string text = std::to_string(found.compared) + '\n' + found.differences;
        _exit(write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : 1);
    }
    close(ends[1]);
    std::string text;
    char buffer[4096];
    for (ssize_t got = 0; (got = read(ends[0], buffer, sizeof buffer)) > 0;)
        text.append(buffer, static_cast<std::size_t>(got));
    close(ends[0]);
    int status = 0;
    if (waitpid(child, &status, 0) != child || status != 0) return std::nullopt;
    const std::size_t line = text.find('\n');
    return Comparison{std::stoi(text.substr(0, line)), text.substr(line + 1)};
}

TEST(Prototypes, AreThoseOfTheRunningKernel) {
    std::error_code none;
    const bool mounted = std::filesystem::exists(events, none);
    const std::optional<Comparison> found = mounted ? compare_all() : compare_with_own_mount();
    if (!found || found->compared == 0)
        GTEST_SKIP() << "tracefs describes system calls only to root, on a kernel with CONFIG_FTRACE_SYSCALLS";
    EXPECT_GT(found->compared, 300);
    EXPECT_EQ(found->differences, "");
}

}  // namespace
}  // namespace ward::compiler
