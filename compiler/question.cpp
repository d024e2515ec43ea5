#include "compiler/question.hpp"

#include "compiler/call_names.hpp"
#include "compiler/question_parts.hpp"
#include "policy/render.hpp"

namespace ward::compiler {
namespace {

struct Answering {
    const Jail& jail;

    Answer operator()(const FileQuestion& question) const { return answer_file(jail, question); }
    Answer operator()(const PortQuestion& question) const { return answer_port(jail, question); }
    Answer operator()(const ResolveQuestion& question) const { return answer_resolve(jail, question); }
    Answer operator()(const CallQuestion& question) const { return answer_call(jail, question); }
    Answer operator()(const CapabilityQuestion& question) const { return answer_capability(jail, question); }
    Answer operator()(const DeviceQuestion& question) const { return answer_device(jail, question); }
    Answer operator()(const VariableQuestion& question) const { return answer_variable(jail, question); }
};

}  // namespace

Answer answer(const Jail& jail, const ResolvedQuestion& question) {
    return std::visit(Answering{jail}, question.about);
}

std::string in_quotes(std::string_view text) {
    constexpr char digits[] = "0123456789abcdef";
    // By its bytes where one could not see or copy it.
    const bool is_visible = policy::escaped(text) == text;
    std::string word = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < ' ' || byte == 0x7f || (byte >= 0x80 && !is_visible)) {
            word += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
            continue;
        }
        if (c == '"' || c == '\\') word += '\\';
        word += c;
    }
    return word + '"';
}

std::string as_word(const std::string& path) {
    constexpr std::string_view special = " \"'#,;(){}\\*?[]$";
    if (path.find_first_of(special) == std::string::npos && policy::escaped(path) == path) return path;
    std::string text;
    for (const char c : path) text += c == '$' ? "$$" : std::string(1, c);
    return in_quotes(text);
}

std::string failure_words(Response failure) {
    switch (failure.kind) {
        case Response::Kind::refuse:
            return "fails with " + response_name(failure);
        case Response::Kind::trap:
            return "gets SIGSYS";
        case Response::Kind::kill:
        case Response::Kind::kill_process:
            return "ends the jail";
        case Response::Kind::allow:
            break;
    }
    return "is allowed";
}

}  // namespace ward::compiler
