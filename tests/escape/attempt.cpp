#include "tests/escape/attempt.hpp"

#include <array>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace ward::test {

namespace {

using Fields = std::map<std::string, std::vector<std::string>>;

const std::set<std::string> known_fields = {
    "attempt", "covers", "ways",    "arguments", "control-arguments",
    "first",   "policy", "caller",  "options",   "control",
    "expect",  "effect", "layers",  "frame",     "stdin",
    "then",    "needs",  "lacking",
};

[[noreturn]] void wrong(const std::string& file, const std::string& what) {
    throw std::runtime_error(file + ": " + what);
}

std::vector<std::string> words_of(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> words;
    for (std::string word; stream >> word;) words.push_back(word);
    return words;
}

void replace_way(std::string& text, const std::string& way) {
    for (std::size_t at = 0; (at = text.find("$way", at)) != std::string::npos; at += way.size())
        text.replace(at, 4, way);
}

// `key (user)` is left out for other users, and stands before `key` for this one.
void add_field(Fields& fields, const std::string& file, std::string key, const std::string& value, Who who) {
    const std::size_t bracket = key.find(" (");
    if (bracket != std::string::npos) {
        const std::string user = key.substr(bracket + 2, key.size() - bracket - 3);
        if (user != name_of(Who::root) && user != name_of(Who::ordinary)) wrong(file, "no such user: " + user);
        key.resize(bracket);
        if (user != name_of(who)) return;
    }
    if (!known_fields.contains(key)) wrong(file, "no such field: " + key);
    if (key != "policy" && fields.contains(key)) wrong(file, "twice: " + key);
    fields[key].push_back(value);
}

// The declarations of each `attempt:` of the file, which stand before its first directive.
std::vector<Fields> read_header(const std::string& source, Who who) {
    std::ifstream file(source);
    std::vector<Fields> all;
    for (std::string line; std::getline(file, line) && !line.starts_with("#");) {
        const std::size_t colon = line.find(": ");
        if (!line.starts_with("// ") || colon == std::string::npos) continue;
        const std::string key = line.substr(3, colon - 3);
        if (key.starts_with("attempt")) all.emplace_back();
        if (!all.empty()) add_field(all.back(), source, key, line.substr(colon + 2), who);
    }
    // Those that are the other user's have no title here.
    std::erase_if(all, [](const Fields& fields) { return !fields.contains("attempt"); });
    return all;
}

std::string one(const Fields& fields, const std::string& key) {
    const auto found = fields.find(key);
    return found == fields.end() ? std::string() : found->second.front();
}

Control control_of(const std::string& file, const std::string& text) {
    if (text == "host") return {Control::Kind::host, {}};
    if (text == "root") return {Control::Kind::root, {}};
    if (text == "namespaces") return {Control::Kind::namespaces, {}};
    if (text.starts_with("with ")) return {Control::Kind::with, text.substr(5)};
    if (text.starts_with("without ")) return {Control::Kind::without, text.substr(8)};
    wrong(file, "no such control: " + text);
}

bool is_error_name(const std::string& name) {
    for (int error = 1; error < 256; ++error) {
        const char* known = strerrorname_np(error);
        if (known != nullptr && name == known) return true;
    }
    return false;
}

int signal_of(const std::string& file, const std::string& name) {
    for (int number = 1; number < NSIG; ++number) {
        const char* known = sigabbrev_np(number);
        if (known != nullptr && name == std::string("SIG") + known) return number;
    }
    wrong(file, "no such signal: " + name);
}

// `no effect`, `not started`, `ended`, or any number of errno names and `killed SIGNAL`.
Expectation expectation_of(const std::string& file, const std::string& text) {
    Expectation result;
    result.no_effect = text == "no effect";
    result.not_started = text == "not started";
    result.ended = text == "ended";
    if (result.no_effect || result.not_started || result.ended) return result;
    const std::vector<std::string> words = words_of(text);
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i] == "killed" && i + 1 < words.size()) {
            result.signals.push_back(signal_of(file, words[++i]));
        } else if (is_error_name(words[i])) {
            result.errors.push_back(words[i]);
        } else {
            wrong(file, "not an errno name: " + words[i]);
        }
    }
    if (words.empty()) wrong(file, "nothing is expected");
    return result;
}

void read_statements(const std::string& file, const Fields& fields, Attempt& attempt) {
    const auto found = fields.find("policy");
    if (found != fields.end()) attempt.policy = found->second;
    attempt.control = control_of(file, one(fields, "control"));
    if (attempt.control.kind != Control::Kind::without) return;
    for (const std::string& statement : attempt.policy)
        if (statement == attempt.control.statement) return;
    wrong(file, "the policy has no such line: " + attempt.control.statement);
}

std::vector<std::string> split(const std::string& text, char separator) {
    std::istringstream stream(text);
    std::vector<std::string> parts;
    for (std::string part; std::getline(stream, part, separator);) {
        const std::size_t begin = part.find_first_not_of(' ');
        if (begin != std::string::npos) parts.push_back(part.substr(begin, part.find_last_not_of(' ') + 1 - begin));
    }
    return parts;
}

// `NAME, NAME = ERRNO ERRNO`: without errors of its own, a layer refuses as the whole jail does.
std::vector<Layer> layers_of(const std::string& file, const std::string& text, const Expectation& whole) {
    std::vector<Layer> layers;
    for (const std::string& part : split(text, ',')) {
        const std::vector<std::string> sides = split(part, '=');
        layers.push_back({sides[0], sides.size() < 2 ? whole : expectation_of(file, sides[1])});
    }
    return layers;
}

Attempt attempt_of(const std::string& file, const Fields& fields) {
    Attempt attempt;
    attempt.file = std::filesystem::path(file).stem();
    attempt.title = one(fields, "attempt");
    attempt.covers = split(one(fields, "covers"), ',');
    attempt.arguments = words_of(one(fields, "arguments"));
    attempt.control_arguments =
        fields.contains("control-arguments") ? words_of(one(fields, "control-arguments")) : attempt.arguments;
    attempt.first = words_of(one(fields, "first"));
    attempt.caller = words_of(one(fields, "caller"));
    attempt.options = words_of(one(fields, "options"));
    read_statements(file, fields, attempt);
    attempt.expect = expectation_of(file, one(fields, "expect"));
    attempt.layers = layers_of(file, one(fields, "layers"), attempt.expect);
    attempt.frame = one(fields, "frame");
    if (attempt.layers.empty()) wrong(file, "no layer: " + attempt.title);
    attempt.effect = one(fields, "effect");
    if (attempt.expect.no_effect && attempt.effect.empty()) wrong(file, "no effect is named: " + attempt.title);
    attempt.terminal = one(fields, "stdin") == "terminal";
    const std::vector<std::string> input = words_of(one(fields, "stdin"));
    if (input.size() == 2 && input[0] == "file") attempt.input_file = input[1];
    attempt.kill_supervisor = one(fields, "then") == "kill the supervisor";
    attempt.needs = one(fields, "needs");
    attempt.lacking = words_of(fields.contains("lacking") ? one(fields, "lacking") : "ENOSYS");
    return attempt;
}

void set_way(Attempt& attempt, const std::string& way) {
    for (std::vector<std::string>* texts :
         {&attempt.arguments, &attempt.control_arguments, &attempt.first, &attempt.policy, &attempt.caller})
        for (std::string& text : *texts) replace_way(text, way);
    replace_way(attempt.control.statement, way);
    replace_way(attempt.needs, way);
    attempt.name += "." + way;
    attempt.way = way;
}

}  // namespace

std::vector<Attempt> attempts_of(const std::string& source, Who who) {
    std::vector<Attempt> all;
    int number = 0;
    for (const Fields& fields : read_header(source, who)) {
        Attempt attempt = attempt_of(source, fields);
        attempt.name = attempt.file + "." + std::to_string(++number);
        const std::vector<std::string> ways = words_of(one(fields, "ways"));
        if (ways.empty()) all.push_back(attempt);
        for (const std::string& way : ways) set_way(all.emplace_back(attempt), way);
    }
    if (all.empty() && who == Who::root) wrong(source, "its header declares no attempt");
    return all;
}

}  // namespace ward::test
