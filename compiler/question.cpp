#include "compiler/question.hpp"

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
