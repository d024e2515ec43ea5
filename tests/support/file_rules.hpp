// Short ways to state the file rules of a jail.
#pragma once

#include <string>
#include <string_view>

#include "compiler/jail.hpp"
#include "policy/policy.hpp"

namespace ward::sandbox {

inline compiler::FileRule rule_of(compiler::FileRule::Kind kind, const std::string& path) {
    compiler::FileRule rule{};
    rule.kind = kind;
    rule.path = path;
    return rule;
}

// `words` names one or more of read, write, execute.
inline compiler::FileRule grant(std::string_view words, const std::string& path) {
    compiler::FileRule rule = rule_of(compiler::FileRule::Kind::grant, path);
    const auto has = [&](std::string_view word) { return words.find(word) != std::string_view::npos; };
    if (has("read")) rule.access |= static_cast<unsigned>(policy::Access::read);
    if (has("write")) rule.access |= static_cast<unsigned>(policy::Access::write);
    if (has("execute")) rule.access |= static_cast<unsigned>(policy::Access::execute);
    return rule;
}

inline compiler::FileRule grant_from(std::string_view words, const std::string& path, const std::string& from) {
    compiler::FileRule rule = grant(words, path);
    rule.from = from;
    return rule;
}

inline compiler::FileRule hide(const std::string& path) {
    return rule_of(compiler::FileRule::Kind::hide, path);
}

inline compiler::FileRule protect(const std::string& path) {
    return rule_of(compiler::FileRule::Kind::protect, path);
}

inline compiler::FileRule private_folder(const std::string& path) {
    return rule_of(compiler::FileRule::Kind::private_folder, path);
}

inline compiler::FileRule overlay(const std::string& path) {
    return rule_of(compiler::FileRule::Kind::overlay, path);
}

inline compiler::FileRule link(const std::string& path, const std::string& target) {
    compiler::FileRule rule = rule_of(compiler::FileRule::Kind::link, path);
    rule.text = target;
    return rule;
}

inline compiler::FileRule text_file(const std::string& path, const std::string& text) {
    compiler::FileRule rule = rule_of(compiler::FileRule::Kind::text_file, path);
    rule.text = text;
    return rule;
}

inline compiler::FileRule optional(compiler::FileRule rule) {
    rule.optional = true;
    return rule;
}

inline compiler::FileRule glob(compiler::FileRule rule) {
    rule.is_glob = true;
    return rule;
}

inline compiler::FileRule argument(compiler::FileRule rule) {
    rule.argument = true;
    return rule;
}

// `w`, `x`, `wx` or `r`.
inline std::string access_letters(compiler::AccessBits access) {
    std::string letters;
    if ((access & static_cast<unsigned>(policy::Access::write)) != 0) letters += 'w';
    if ((access & static_cast<unsigned>(policy::Access::execute)) != 0) letters += 'x';
    if (letters.empty() && access != 0) letters = "r";
    return letters;
}

}  // namespace ward::sandbox
