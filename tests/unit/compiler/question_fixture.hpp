// A policy text and questions about it, for the tests of the answers.
#pragma once

#include "compiler/call_names.hpp"
#include "compiler/question.hpp"
#include "tests/unit/compiler/lowering_fixture.hpp"

namespace ward::compiler {

class Asked {
public:
    explicit Asked(const std::string& policy, Facts facts = some_facts()) : facts_(std::move(facts)) {
        const policy::FileId file = sources_.add("main.ward", "policy main\n" + policy + "\n");
        auto parsed = policy::parse(sources_, file, diagnostics_);
        if (parsed) set_.members.push_back({*std::move(parsed), 0});
        if (parsed) jail_ = compile(set_, facts_, diagnostics_);
        if (!jail_) ADD_FAILURE() << policy::render(diagnostics_, sources_);
    }

    std::optional<Answer> answer(const std::string& words) {
        diagnostics_ = policy::Diagnostics();
        const policy::FileId file = sources_.add("question", words);
        const auto parsed = policy::parse_question(sources_, file, diagnostics_);
        if (!parsed || !jail_) return std::nullopt;
        const auto resolved = resolve_question(*parsed, set_, facts_, diagnostics_);
        if (!resolved) return std::nullopt;
        return tried_answer(*jail_, {set_, facts_, *resolved, sources_});
    }

    // All that there is to say, a line for each thing; the diagnostics of a wrong question.
    std::string ask(const std::string& words) {
        const auto answer = this->answer(words);
        if (!answer) return policy::render(diagnostics_, sources_);
        std::string text = verdict(*answer);
        text += ": " + answer->reason + '\n';
        for (const policy::Span& origin : answer->origins)
            text += std::to_string(sources_[origin.file].position(origin.begin).line) + ": " +
                    std::string(sources_.text(origin)) + '\n';
        for (const std::string& note : answer->notes) text += "note: " + note + '\n';
        if (!answer->allowed_example.empty()) text += "allowed: " + answer->allowed_example + '\n';
        if (!answer->denied_example.empty()) text += "denied: " + answer->denied_example + '\n';
        if (!answer->change.empty()) text += "help: " + answer->change + '\n';
        return text;
    }

    // `denied EACCES`.
    static std::string verdict(const Answer& answer) {
        const char* words[] = {"allowed", "denied", "depends"};
        std::string text = words[static_cast<int>(answer.verdict)];
        if (answer.failure) text += ' ' + response_name(*answer.failure);
        return text;
    }
    std::string verdict(const std::string& words) {
        const auto found = answer(words);
        return found ? verdict(*found) : policy::render(diagnostics_, sources_);
    }

private:
    Facts facts_;
    policy::Sources sources_;
    policy::Diagnostics diagnostics_;
    policy::PolicySet set_;
    std::optional<Jail> jail_;
};

// Enough calls for whatever is asked about files and the network.
inline constexpr const char* all_calls = "syscalls { allow @file-system, @network-io, @process }\n";

}  // namespace ward::compiler
