#include "tests/escape/attacks.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace ward::test {

namespace {

const char* const list_file = WARD_ESCAPE "/attacks.txt";

std::string trimmed(const std::string& text) {
    const std::size_t begin = text.find_first_not_of(' ');
    return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

std::vector<std::string> split(const std::string& text, char separator) {
    std::istringstream stream(text);
    std::vector<std::string> parts;
    for (std::string part; std::getline(stream, part, separator);) parts.push_back(trimmed(part));
    return parts;
}

std::string join(const std::vector<std::string>& words, const std::string& between) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : between) + word;
    return text;
}

// The columns: a layer, or the layers of a combination.
struct Column {
    const char* title;
    const char* layer;
};

constexpr Column columns[] = {
    {"filter", "filter"},           {"capabilities", "capabilities"},
    {"user", "user-namespace"},     {"mounts", "mounts"},
    {"PID", "pid-namespace"},       {"network", "network-namespace"},
    {"IPC", "ipc-namespace"},       {"cgroup", "cgroup-namespace"},
    {"Landlock", "landlock"},       {"no new privileges", "no-new-privileges"},
    {"dumpable", "not-dumpable"},   {"session", "session"},
    {"keyring", "keyring"},         {"limits", "limits"},
    {"descriptors", "descriptors"}, {"environment", "environment"},
    {"ward itself", "ward"},
};

bool is_for(const Attempt& attempt, const Attack& attack) {
    return std::find(attempt.covers.begin(), attempt.covers.end(), attack.name) != attempt.covers.end();
}

// `x`: this layer alone stops it. `+`: it does together with others.
char mark(const Attack& attack, const std::vector<Attempt>& attempts, const std::string& column) {
    char best = ' ';
    for (const Attempt& attempt : attempts) {
        if (!is_for(attempt, attack)) continue;
        for (const Layer& layer : attempt.layers) {
            const std::vector<std::string> parts = split(layer.name, '+');
            if (layer.name == column) return 'x';
            if (std::find(parts.begin(), parts.end(), column) != parts.end()) best = '+';
        }
    }
    return best;
}

std::string table_row(const std::vector<std::string>& cells) {
    return "| " + join(cells, " | ") + " |\n";
}

std::string matrix_table(const std::vector<Attack>& attacks, const std::vector<Attempt>& attempts) {
    std::vector<std::string> head = {"#", "attack", "CVE"};
    std::string line = "|---|---|---|";
    for (const Column& column : columns) {
        head.emplace_back(column.title);
        line += ":-:|";
    }
    std::string text = table_row(head) + line + "\n";
    for (std::size_t i = 0; i < attacks.size(); ++i) {
        std::vector<std::string> cells = {std::to_string(i + 1), attacks[i].words, attacks[i].cve};
        for (const Column& column : columns) cells.emplace_back(1, mark(attacks[i], attempts, column.layer));
        text += table_row(cells);
    }
    return text;
}

std::string words_of(const Expectation& expect) {
    if (expect.no_effect) return "no effect";
    if (expect.not_started) return "ward refuses";
    if (expect.ended) return "ended";
    std::vector<std::string> words = expect.errors;
    for (const int signal : expect.signals) words.push_back(std::string("SIG") + sigabbrev_np(signal));
    return join(words, " or ");
}

std::string words_of(const Control& control) {
    switch (control.kind) {
        case Control::Kind::host:
            return "without ward";
        case Control::Kind::root:
            return "without ward, as root";
        case Control::Kind::namespaces:
            return "without ward, as root of own namespaces";
        case Control::Kind::with:
            return "with `" + control.statement + "`";
        case Control::Kind::without:
            return "without `" + control.statement + "`";
    }
    return {};
}

// Where it is alone, with what it answers if that is something else.
std::string words_of(const Layer& layer, const Expectation& whole) {
    const std::string own = words_of(layer.expect);
    return layer.name + (own == words_of(whole) ? "" : " (" + own + ")");
}

// The ways of one attempt of a file are one row.
bool is_same(const Attempt& a, const Attempt& b) {
    return a.file == b.file && a.title == b.title;
}

std::string attempt_row(const std::vector<Attempt>& attempts, std::size_t& at) {
    const Attempt& attempt = attempts[at];
    std::vector<std::string> ways, layers;
    std::size_t end = at;
    for (; end < attempts.size() && is_same(attempts[end], attempt); ++end)
        if (!attempts[end].way.empty()) ways.push_back(attempts[end].way);
    at = end - 1;
    for (const Layer& layer : attempt.layers) layers.push_back(words_of(layer, attempt.expect));
    return table_row({"`" + attempt.file + "`", attempt.title + (ways.empty() ? "" : ": " + join(ways, ", ")),
                      words_of(attempt.control), words_of(attempt.expect), join(layers, ", ")});
}

std::string attempts_of_attack(const Attack& attack, const std::vector<Attempt>& attempts) {
    std::string text = "| program | attempt | succeeds | in the jail | stopped by |\n|---|---|---|---|---|\n";
    bool any = false;
    for (std::size_t i = 0; i < attempts.size(); ++i) {
        if (!is_for(attempts[i], attack)) continue;
        text += attempt_row(attempts, i);
        any = true;
    }
    return any ? text : attack.elsewhere + "\n";
}

const char* const introduction =
    "# Escapes\n\n"
    "The known attacks on sandboxes that ward has to stop, and what stops each of them. `./dev test escape` makes "
    "every\n"
    "attempt as root and as an ordinary user: where nothing stops it, and there it must succeed; below ward, and there "
    "it must be refused;\n"
    "and as root below each single layer that is said to stop it, with all others taken out of the jail. A mark is a "
    "passed test.\n"
    "`./dev test vm` does it again with another kernel, with calls of x32 and cgroups of version 2. The programs are "
    "in `tests/escape/attempts`.\n"
    "This page is written by the test: `WARD_GOLDEN_UPDATE=1 ./dev test escape`.\n\n"
    "## What stops what\n\n"
    "`x`: this layer alone, without any other. `+`: this layer together with another one.\n\n";

}  // namespace

std::vector<Attack> read_attacks() {
    std::ifstream file(list_file);
    std::vector<Attack> attacks;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with('#')) continue;
        const std::vector<std::string> parts = split(line, '|');
        if (parts.size() < 3 || parts.size() > 4) throw std::runtime_error("not understood: " + line);
        attacks.push_back({parts[0], parts[1], parts[2], parts.size() > 3 ? parts[3] : ""});
    }
    return attacks;
}

std::vector<std::string> gaps(const std::vector<Attack>& attacks, const std::vector<Attempt>& attempts) {
    std::vector<std::string> found;
    for (const Attack& attack : attacks) {
        const bool is_made = std::any_of(attempts.begin(), attempts.end(),
                                         [&](const Attempt& attempt) { return is_for(attempt, attack); });
        if (is_made && !attack.elsewhere.empty()) found.push_back(attack.name + " has attempts and a reason for none");
        if (!is_made && attack.elsewhere.empty()) found.push_back("no attempt for " + attack.name);
    }
    for (const Attempt& attempt : attempts) {
        if (attempt.covers.empty()) found.push_back(attempt.name + " is for no attack of the list");
        for (const std::string& name : attempt.covers)
            if (std::none_of(attacks.begin(), attacks.end(), [&](const Attack& each) { return each.name == name; }))
                found.push_back(attempt.name + " is for an attack that is not in the list: " + name);
    }
    return found;
}

std::string matrix(const std::vector<Attack>& attacks, const std::vector<Attempt>& attempts) {
    return matrix_table(attacks, attempts);
}

std::string page(const std::vector<Attack>& attacks, const std::vector<Attempt>& attempts) {
    std::string text = introduction + matrix_table(attacks, attempts) + "\n## The attempts\n";
    for (std::size_t i = 0; i < attacks.size(); ++i)
        text += "\n### " + std::to_string(i + 1) + ". " + attacks[i].words + "\n\n" +
                attempts_of_attack(attacks[i], attempts);
    return text;
}

}  // namespace ward::test
