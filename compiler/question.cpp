#include "compiler/question.hpp"

#include <algorithm>

#include "compiler/call_names.hpp"
#include "compiler/question_parts.hpp"

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
    std::string word = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < ' ' || byte == 0x7f) {
            word += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
            continue;
        }
        if (c == '"' || c == '\\') word += '\\';
        word += c;
    }
    return word + '"';
}

std::string as_word(const std::string& path) {
    const bool is_plain = std::ranges::all_of(path, [](char c) {
        constexpr std::string_view special = "\"'#,;(){}\\\x7f*?[]$";
        return static_cast<unsigned char>(c) > ' ' && special.find(c) == std::string_view::npos;
    });
    return is_plain ? path : in_quotes(path);
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
