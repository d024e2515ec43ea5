// Statements without their section, as `--allow` gives them: the section is that of their first word.
//
// Rules only, on top of grammar.hpp; included by parser.cpp and the test of the grammar.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string_view>

#include "policy/grammar.hpp"
#include "policy/keywords.hpp"

namespace ward::policy::grammar {

// What of a word a section may know it by: `memory?` begins with `memory`.
template <typename Input>
[[nodiscard]] std::string_view first_name(const Input& in) {
    std::size_t length = 0;
    const auto is_name_char = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    while (length < in.size() && is_name_char(in.peek_char(length))) ++length;
    return {in.current(), length};
}

[[nodiscard]] constexpr bool is_word_of(std::string_view section, std::string_view word) {
    const auto is_it = [&](const StatementWord& row) { return row.section == section && row.word == word; };
    return std::any_of(std::begin(statement_words), std::end(statement_words), is_it);
}

[[nodiscard]] constexpr std::size_t sections_with_word(std::string_view word) {
    std::size_t count = 0;
    for (const std::string_view section : section_words) count += is_word_of(section, word) ? 1U : 0U;
    return count;
}

// The next word begins statements of this section alone. Takes nothing.
template <std::size_t section>
struct only_in {
    using rule_t = only_in;
    using subs_t = p::empty_list;
    template <typename Input>
    [[nodiscard]] static bool match(Input& in) {
        const std::string_view word = first_name(in);
        return is_word_of(section_words[section], word) && sections_with_word(word) == 1;
    }
};

// The next word begins statements of several sections. Takes nothing.
struct in_several {
    using rule_t = in_several;
    using subs_t = p::empty_list;
    template <typename Input>
    [[nodiscard]] static bool match(Input& in) {
        return sections_with_word(first_name(in)) > 1;
    }
};

// clang-format off
struct loose_begin      : p::success {};
struct loose_end        : p::success {};
struct loose_unclear    : p::seq<in_several, skip> {};
template <std::size_t section, typename Statement>
struct loose            : p::seq<only_in<section>, Statement, loose_end> {};
struct loose_statement  : p::seq<loose_begin, p::sor<any_section, loose_unclear, loose<0, files_statement>, loose<1, network_statement>, loose<2, syscalls_statement>, loose<3, capabilities_statement>, loose<4, limits_statement>, loose<5, environment_statement>, loose<6, process_statement>, other>> {};
struct loose_text       : p::seq<p::star<p::sor<separators, stray_brace, recovering<loose_statement>>>, p::must<file_end>> {};
// clang-format on

static_assert(std::size(section_words) == 7 && section_words[0] == "files" && section_words[1] == "network" &&
              section_words[2] == "syscalls" && section_words[3] == "capabilities" && section_words[4] == "limits" &&
              section_words[5] == "environment" && section_words[6] == "process");

}  // namespace ward::policy::grammar
