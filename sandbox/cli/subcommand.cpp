#include "sandbox/cli/subcommand.hpp"

#include <algorithm>
#include <vector>

#include "compiler/syscall_table.hpp"
#include "policy/similar_name.hpp"
#include "sandbox/cli/console.hpp"

namespace ward::cli {
namespace {

constexpr Option help_option{"help", 'h', "", false, "show this text"};
constexpr Option set_option{"set", 0, "NAME=VALUE", true, "give a parameter of the policy a value"};
constexpr Option output_option{"output", 'o', "FILE", false, "write to a file in place of standard output"};
constexpr Option json_option{"json", 0, "", false, "answer in JSON"};

constexpr Option no_options[] = {help_option};
constexpr Option options_of_show[] = {set_option, json_option, help_option};
constexpr Option options_of_list[] = {json_option, help_option};
constexpr Option options_of_score[] = {set_option, json_option, help_option};
constexpr Option options_of_test[] = {json_option, help_option};
constexpr Option options_of_why[] = {set_option, json_option, help_option};

constexpr Option options_of_run[] = {
    {"policy", 'p', "NAME|FILE", false, "the policy to jail it under; without it, the profile of the program's name"},
    set_option,
    {"report", 0, "FILE", false, "write how it ended and what it used as JSON"},
    {"verify", 0, "", false, "compare what the kernel says about the jail with the plan before the program runs"},
    {"allow", 0, "STATEMENT", true, "a statement on top of the policy; without a policy, of `base.untrusted`"},
    {"save", 0, "FILE", false, "write a policy that says what `--allow` says; the file must not be there"},
    {"allow-degraded", 0, "FEATURE", true, "run also where the host lacks this feature of those the policy asks for"},
    {"dry-run", 0, "", false, "show every step with the policy line it comes from, and run nothing"},
    help_option,
};

constexpr Option options_of_check[] = {
    set_option,
    {"format", 0, "text|json|sarif", false, "`text` goes to standard error, the others to standard output"},
    {"json", 0, "", false, "the same as `--format=json`"},
    help_option,
};

constexpr Option options_of_completion[] = {
    {"candidates", 0, "", false, "for the scripts: what may stand in place of the last word of a command line"},
    help_option,
};

constexpr Option options_of_explain[] = {
    json_option,
    help_option,
};

constexpr Option options_of_explain_crash[] = {
    {"policy", 'p', "NAME|FILE", false, "the policy that the target ran under; without it, `fuzz-target`"},
    set_option,
    {"hook", 0, "", false, "print the C source that a target is compiled with, so that it says what it was refused"},
    json_option,
    help_option,
};

constexpr Option options_of_fmt[] = {
    json_option,
    {"check", 0, "", false, "change nothing; name the files that would change, and end with status 1 if there are any"},
    help_option,
};

constexpr Option options_of_doctor[] = {
    json_option,
    {"apparmor-profile", 0, "", false, "print the AppArmor profile that lets this ward make user namespaces"},
    output_option,
    help_option,
};

constexpr Option options_of_wrap[] = {
    {"all", 0, "", false, "`remove`: all that there are"},
    {"json", 0, "", false, "`list`: answer in JSON"},
    help_option,
};

constexpr Option options_of_compile[] = {
    {"emit", 0, "text|bpf|c|dot|json", false, "a listing, bytes, a header of C, a graph or JSON"},
    {"abi", 0, "ABI,...", false, "for these ABIs in place of those of the policy: x86_64, i386, x32; or aarch64"},
    output_option,
    set_option,
    help_option,
};

constexpr Option options_of_diff[] = {
    {"require", 0, "stricter|equal", false, "end with status 1 unless the second is so, compared with the first"},
    json_option,
    {"set", 0, "NAME=VALUE", true, "give a parameter of both policies a value"},
    {"cap", 0, "NAME", true, "of container profiles: with this capability"},
    help_option,
};

constexpr Option options_of_import[] = {
    {"name", 0, "NAME", false, "the name of the policy; without it, that of the file"},
    output_option,
    help_option,
};

constexpr Subcommand table[] = {
    {"run", "[OPTIONS] [--] PROGRAM ARGS...", "run a program in a jail", run, options_of_run, nothing_ran_status},
    {"check", "[OPTIONS] NAME|FILE...", "say whether policies are right, and whether this host has what they name",
     check, options_of_check, usage_status},
    {"show", "[OPTIONS] NAME|FILE", "show what a policy lets happen, with the lines that say so", show, options_of_show,
     usage_status},
    {"list", "[OPTIONS]", "list the policies that can be named", list, options_of_list, usage_status},
    {"explain", "[OPTIONS] [WORD...]", "say what a diagnostic, call, group, capability, section or statement means",
     explain, options_of_explain, usage_status},
    {"explain-crash", "[OPTIONS] LOG", "say what a fuzz target was refused, by which line, and where in its source",
     explain_crash, options_of_explain_crash, usage_status},
    {"fmt", "[OPTIONS] FILE...", "put policies into their canonical form; `-` is standard input to standard output",
     fmt, options_of_fmt, usage_status},
    {"why", "[OPTIONS] NAME|FILE QUESTION...", "say whether a policy lets something happen, and which line decides",
     why, options_of_why, usage_status},
    {"test", "[OPTIONS] NAME|FILE...", "say whether policies do what their `test` blocks say", test, options_of_test,
     usage_status},
    {"score", "[OPTIONS] NAME|FILE...", "say in one figure how much a policy leaves open, and what to tighten first",
     score, options_of_score, usage_status},
    {"compile", "[OPTIONS] NAME|FILE", "write the system-call filter of a policy, for people or for other programs",
     compile, options_of_compile, usage_status},
    {"diff", "[OPTIONS] NAME|FILE NAME|FILE",
     "say what the second lets happen that the first does not, and the other way round", diff, options_of_diff,
     usage_status},
    {"import", "[OPTIONS] oci-seccomp FILE", "make a policy of a container's seccomp profile, proved equal to it",
     import_policy, options_of_import, usage_status},
    {"doctor", "[OPTIONS]", "say what this host can enforce, what is in the way, and what to do about it", doctor,
     options_of_doctor, usage_status},
    {"wrap", "[OPTIONS] install|list|remove [NAME...]",
     "make programs run under their profile whenever their name is typed", wrap, options_of_wrap, usage_status},
    {"completion", "bash|zsh|fish", "print the script that completes command lines of ward in a shell", completion,
     options_of_completion, usage_status},
    {"help", "[SUBCOMMAND]", "show this text, or that of a subcommand", help, no_options, usage_status},
    {"version", "", "show the version, and what ward is made of", version, no_options, usage_status},
};

std::string help_of(const Subcommand& subcommand) {
    return "usage: ward " + std::string(subcommand.name) + (subcommand.usage.empty() ? "" : " ") +
           std::string(subcommand.usage) + "\n\n" + std::string(subcommand.summary) + "\n\n" +
           describe(subcommand.options);
}

void say_misuse(const policy::Diagnostics& diagnostics) {
    show(diagnostics, policy::Sources());
}

}  // namespace

std::span<const Subcommand> subcommands() {
    return table;
}

const Subcommand* find_subcommand(std::string_view name) {
    const auto* found = std::ranges::find(table, name, &Subcommand::name);
    return found == std::end(table) ? nullptr : found;
}

std::string similar_subcommand(std::string_view name) {
    std::vector<std::string_view> names;
    for (const Subcommand& subcommand : table) names.push_back(subcommand.name);
    const auto similar = policy::similar_names(name, names);
    return similar.empty() ? std::string() : similar.front();
}

Invocation begin(std::string_view name, const Words& words) {
    const Subcommand& subcommand = *find_subcommand(name);
    policy::Diagnostics diagnostics;
    auto options = parse_options(subcommand.options, words, diagnostics);
    if (!options) {
        say_misuse(diagnostics);
        return {std::nullopt, subcommand.misuse};
    }
    if (options->has("help")) return {std::nullopt, answer(help_of(subcommand))};
    return {std::move(options), 0};
}

int misuse(std::string_view name, std::string message, std::string help) {
    policy::Diagnostics diagnostics;
    diagnostics.add(policy::slug::usage, std::nullopt, std::move(message)).help(std::move(help));
    say_misuse(diagnostics);
    return find_subcommand(name)->misuse;
}

std::string help_text() {
    std::string text =
        "usage: ward PROGRAM ARGS...\n"
        "       ward SUBCOMMAND ...\n\n"
        "Runs a program in a jail that a policy describes. `ward PROGRAM` takes the profile of\n"
        "the program's name. The name of a subcommand wins over a program of that name:\n"
        "`ward run list` runs a program called `list`.\n\n"
        "subcommands (`ward SUBCOMMAND --help` says more):\n";
    for (const Subcommand& subcommand : table) {
        std::string name(subcommand.name);
        name.resize(15, ' ');
        text += "  " + name + std::string(subcommand.summary) + "\n";
    }
    return text +
           "\n"
           "exit status of a run: the program's own; 128+N if signal N ended it; 124 if its time\n"
           "was up; 125 if nothing ran; 126 or 127 if the program cannot be executed or found\n";
}

std::string version_text() {
    return std::string("ward " WARD_VERSION "\n") + "system calls of x86_64 up to " +
           std::string(compiler::syscall_table_version) + "\n" + WARD_LIBRARIES + "\n";
}

}  // namespace ward::cli
