#include "sandbox/cli/diff_operand.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "compiler/proved_filter.hpp"
#include "compiler/raw_filter.hpp"
#include "policy/render.hpp"
#include "sandbox/cli/caller.hpp"
#include "sandbox/cli/oci_file.hpp"
#include "sandbox/descriptor.hpp"

namespace ward::cli {
namespace {

using compiler::Diagram;

enum class Form { policy, profile, bytes };

struct Content {
    Form form = Form::policy;
    std::string bytes;     // of a profile or of bytes
    bool is_read = false;  // they are all
};

// What the name says, if it says anything.
Form form_of(const std::string& name) {
    if (name.ends_with(".json")) return Form::profile;
    return name.ends_with(".bpf") ? Form::bytes : Form::policy;
}

bool may_be_no_policy(const std::string& name) {
    return !name.ends_with(".ward") && (name.find('/') != std::string::npos || form_of(name) != Form::policy);
}

// The first bytes tell: a filter has zero bytes, JSON of a profile begins with a brace. What cannot be read
// here is left to those who say why: the reader of policies, or of profiles.
Content look_at(const std::string& name) {
    Content content{form_of(name), {}};
    if (!may_be_no_policy(name)) return content;
    const sandbox::Descriptor file(::open(name.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    struct stat status {};
    if (!file || fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode)) return content;
    std::string bytes(policy::max_source_bytes + 1, '\0');
    const ssize_t size = pread(file.number(), bytes.data(), bytes.size(), 0);
    if (size < 0 || static_cast<std::size_t>(size) > policy::max_source_bytes) return content;
    content.is_read = true;
    bytes.resize(static_cast<std::size_t>(size));
    const std::size_t first = bytes.find_first_not_of(" \t\r\n");
    if (bytes.find('\0') != std::string::npos)
        content.form = Form::bytes;
    else if (first != std::string::npos && bytes[first] == '{')
        content.form = Form::profile;
    content.bytes = std::move(bytes);
    return content;
}

// Of bytes that nobody has proved, and of the bytes that a proof has just gone through.
bool add_meaning(const std::vector<sock_filter>& program, DiffOperand& operand, Reading& reading, Diagram& diagram) {
    std::string refusal;
    auto meaning = compiler::meaning_by_abi(program, diagram, refusal);
    if (!meaning) {
        reading.diagnostics
            .add(policy::slug::filter_not_followed, std::nullopt,
                 "`" + operand.name + "` cannot be followed: " + refusal)
            .help("compare a filter that only tests and masks words of the call");
        return false;
    }
    operand.filter = std::move(*meaning);
    return true;
}

bool read_bytes(const std::string& bytes, DiffOperand& operand, Reading& reading, Diagram& diagram) {
    const auto program = compiler::read_raw_filter(bytes);
    if (program) return add_meaning(*program, operand, reading, diagram);
    reading.diagnostics
        .add(policy::slug::filter_not_followed, std::nullopt,
             "`" + operand.name + "` is no filter: it has " + std::to_string(bytes.size()) + " bytes")
        .help("write whole instructions of 8 bytes, at most 4096, as `ward compile --emit bpf` does");
    return false;
}

std::string listed(const std::set<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + policy::escaped(name);
    return text;
}

bool read_profile(const std::string& text, const DiffSurroundings& surroundings, const compiler::Facts& facts,
                  DiffOperand& operand, Reading& reading, Diagram& diagram) {
    const auto profile = read_oci_profile(operand.name, text, reading.diagnostics);
    if (!profile) return false;
    compiler::OciNotes notes;
    const compiler::OciFacts circumstances{facts.machine, surroundings.capabilities, facts.kernel_major,
                                           facts.kernel_minor};
    operand.filter = compiler::oci_meaning(*profile, circumstances, diagram, notes);
    if (!notes.contradictions.empty()) {
        reading.diagnostics
            .add(policy::slug::bad_profile, std::nullopt,
                 "`" + operand.name + "` contradicts itself about `" + *notes.contradictions.begin() + "`")
            .note("which of two rules wins whose conditions hold together, libseccomp does not say")
            .help("change the conditions so that no two of them hold together");
        return false;
    }
    const std::string whose = " names of `" + policy::escaped(operand.name) + "`, so a container ";
    if (!notes.unknown_names.empty())
        operand.notes.push_back("no call has these" + whose + "ignores them: " + listed(notes.unknown_names));
    if (!notes.newer_names.empty())
        operand.notes.push_back("libseccomp is older than these" + whose +
                                "that has the same one ignores them: " + listed(notes.newer_names));
    return true;
}

bool read_policy(const compiler::Facts& facts, DiffOperand& operand, Reading& reading, Diagram& diagram) {
    operand.jail = reading.compile(operand.name, facts);
    if (!operand.jail) return false;
    // The launcher's own exec is no power of the program.
    compiler::Jail program_alone = *operand.jail;
    program_alone.filter = compiler::for_other_launchers(std::move(program_alone.filter));
    const auto program =
        compiler::proved_filter(program_alone, {.exec_key = 0, .supervised = false}, reading.diagnostics);
    return program && add_meaning(*program, operand, reading, diagram);
}

}  // namespace

std::optional<DiffOperand> read_operand(const std::string& name, const DiffSurroundings& surroundings, Reading& reading,
                                        Diagram& diagram) {
    auto facts = facts_about_caller(reading.diagnostics);
    if (!facts) return std::nullopt;
    facts->parameters = surroundings.parameters;
    facts->arguments = {"/$arguments"};  // stands for whatever a command line may name
    DiffOperand operand;
    operand.name = name;
    Content content = look_at(name);
    if (content.form != Form::policy && !content.is_read) {
        const auto source = read_profile_text(name, reading.sources, reading.diagnostics);
        if (!source) return std::nullopt;
        content.bytes = reading.sources[*source].text();
    }
    const bool is_read = content.form == Form::bytes ? read_bytes(content.bytes, operand, reading, diagram)
                         : content.form == Form::profile
                             ? read_profile(content.bytes, surroundings, *facts, operand, reading, diagram)
                             : read_policy(*facts, operand, reading, diagram);
    return is_read ? std::optional(std::move(operand)) : std::nullopt;
}

}  // namespace ward::cli
