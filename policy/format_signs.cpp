#include "policy/format_signs.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace ward::policy {

namespace {

using Kind = Token::Kind;

// The longer of two that begin alike first.
constexpr std::array<std::string_view, 8> operators{"==", "!=", "<=", ">=", "<", ">", "&", "|"};

// Those of a statement that has some: each of `once` one time, in this order.
struct VerbSigns {
    std::string_view verb;
    std::string_view once;
    bool each_value = false;  // again after each comma
};
constexpr VerbSigns verb_signs[] = {{"let", "="}, {"param", ":="}, {"use", "=", true}, {"test", "=", true}};

VerbSigns signs_of(std::string_view verb) {
    const auto* row = std::ranges::find(verb_signs, verb, &VerbSigns::verb);
    return row == std::end(verb_signs) ? VerbSigns{} : *row;
}

class Splitter {
public:
    Splitter(const std::vector<Token>& tokens, std::string_view block)
        : tokens_(tokens),
          verb_(tokens.front().text),
          signs_(signs_of(verb_)),
          pending_(signs_.once),
          has_condition_(block == "syscalls"),
          in_condition_(verb_ == "when"),
          is_question_(block == "test") {}

    std::vector<Token> split() {
        for (const Token& token : tokens_) {
            if (token.kind == Kind::sign) {
                sign(token);
            } else if (token.kind == Kind::word) {
                word(token);
            } else {
                result_.push_back(token);
            }
        }
        return std::move(result_);
    }

private:
    void sign(Token token) {
        if (token.text == "(") {
            in_call_ = !in_condition_ && verb_ != "use";
            token.glued = in_call_;  // it stands behind the name
            token.glues = true;
        } else {
            token.glued = true;
            token.breaks = token.text == "," && !in_call_;
            if (token.text == ")") in_call_ = false;
            if (token.text == "," && signs_.each_value) pending_ = signs_.once;
        }
        result_.push_back(token);
    }

    void word(Token token) {
        const bool path = in_condition_ && !result_.empty() && result_.back().text == "exists";
        if (path) {
            result_.push_back(token);
        } else if (in_condition_) {
            token.breaks = token.text == "and" || token.text == "or";
            split_at_operators(token, operators);
        } else if (is_question_) {
            split_at_operators(token, std::span(operators).last(1));
        } else {
            split_at_pending(token);
        }
        in_condition_ = in_condition_ || (has_condition_ && token.text == "if");
    }

    void split_at_pending(Token token) {
        std::size_t at = 0;
        while (!pending_.empty() && (at = token.text.find(pending_.front())) != std::string_view::npos) {
            const bool colon = pending_.front() == ':';
            cut(token, at, 1, colon, false);
            pending_.remove_prefix(1);
        }
        if (!token.text.empty()) result_.push_back(token);
    }

    void split_at_operators(Token token, std::span<const std::string_view> signs) {
        for (std::size_t at = 0; at < token.text.size();) {
            const std::string_view rest = token.text.substr(at);
            const auto sign =
                std::ranges::find_if(signs, [&](std::string_view each) { return rest.starts_with(each); });
            if (sign == signs.end()) {
                ++at;
                continue;
            }
            const bool bar = *sign == "|";
            cut(token, at, sign->size(), bar, bar);
            at = 0;
        }
        if (!token.text.empty()) result_.push_back(token);
    }

    // Moves what stands before the sign, and the sign, from the token to the result.
    void cut(Token& token, std::size_t at, std::size_t length, bool glued, bool glues) {
        if (at != 0) result_.push_back({Kind::word, token.text.substr(0, at), token.line});
        result_.push_back({Kind::sign, token.text.substr(at, length), token.line, glued, glues});
        token.text.remove_prefix(at + length);
    }

    const std::vector<Token>& tokens_;
    std::vector<Token> result_;
    std::string_view verb_;
    VerbSigns signs_;
    std::string_view pending_;  // the signs that are still to come
    bool has_condition_;
    bool in_condition_;
    bool is_question_;
    bool in_call_ = false;  // between the parentheses behind its name
};

}  // namespace

std::vector<Token> with_signs(const std::vector<Token>& tokens, std::string_view block) {
    return Splitter(tokens, block).split();
}

}  // namespace ward::policy
