// The words of a policy as PEGTL rules: characters, blanks, comments, values, names, keywords.
//
// Part of grammar.hpp, which includes it; nothing else does.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include <tao/pegtl.hpp>

namespace ward::policy::grammar {

namespace p = tao::pegtl;

// A set of characters as a table: one is asked for each character of a text.
using Characters = std::array<bool, 256>;

constexpr Characters only(std::string_view characters) {
    Characters result{};
    for (const char each : characters) result[static_cast<unsigned char>(each)] = true;
    return result;
}

// Every byte above the blank but those.
constexpr Characters all_but(std::string_view others) {
    Characters result{};
    for (std::size_t byte = ' ' + 1; byte < result.size(); ++byte)
        result[byte] = others.find(static_cast<char>(byte)) == std::string_view::npos;
    return result;
}

inline constexpr Characters word_chars = all_but("#()\\'\",;{}\x7f");
inline constexpr Characters keyword_chars = all_but("#()\\'\",;{}\x7f?");
inline constexpr Characters operand_chars = all_but("#()\\'\",;{}\x7f=!<>&|");
inline constexpr Characters quote_chars = only("#()\\'\"");
inline constexpr Characters name_chars = only("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
inline constexpr Characters call_chars = only("abcdefghijklmnopqrstuvwxyz0123456789_");  // of the kernel's names
inline constexpr Characters blank_chars = only(" \t");
inline constexpr Characters gap_chars = only(" \t\n");
inline constexpr Characters separator_chars = only(" \t\n;");

template <const Characters& set>
struct one_of {
    using rule_t = p::any::rule_t;  // what the analysis of the grammar takes it for
    using subs_t = p::empty_list;
    template <typename Input>
    [[nodiscard]] static bool match(Input& in) {
        if (in.empty() || !set[in.peek_uint8()]) return false;
        in.bump();
        return true;
    }
};

// One or more, as p::plus<one_of<set>>, in one loop.
template <const Characters& set>
struct run_of {
    using rule_t = p::plus<p::any>::rule_t;
    using subs_t = p::plus<p::any>::subs_t;
    template <typename Input>
    [[nodiscard]] static bool match(Input& in) {
        const char* end = in.current();
        while (end != in.end() && set[static_cast<unsigned char>(*end)]) ++end;
        if (end == in.current()) return false;
        in.bump(static_cast<std::size_t>(end - in.current()));
        return true;
    }
};

// clang-format off

// ---- characters, blanks, comments

struct word_char    : one_of<word_chars> {};
struct name_char    : one_of<name_chars> {};
struct quote_char   : one_of<quote_chars> {};
struct blanks       : p::opt<run_of<blank_chars>> {};
struct comment      : p::seq<p::one<'#'>, p::until<p::at<p::eolf>>> {};
struct gap          : p::star<p::sor<run_of<gap_chars>, p::eol, comment>> {};

// ---- words

struct string_open  : p::one<'"'> {};
struct string_close : p::one<'"'> {};
struct string_run   : p::plus<p::not_one<'"', '\\', '\n', '\r', '\0'>> {};
struct hex_escape   : p::seq<p::one<'x'>, p::xdigit, p::xdigit> {};
struct escape_code  : p::sor<p::one<'"', '\\', 'n', 't'>, hex_escape> {};
struct escape       : p::seq<p::one<'\\'>, p::must<escape_code>> {};
struct word_ended   : p::not_at<quote_char> {};
struct string_ended : p::not_at<p::sor<quote_char, word_char>> {};
struct quoted_text  : p::seq<string_open, p::star<p::sor<string_run, escape>>, p::must<string_close>> {};
struct quoted_word  : p::seq<quoted_text, p::must<string_ended>> {};
// Typographic quotation marks, U+2018 to U+201F: a word that begins with one was meant to be quoted.
struct curly_quote  : p::seq<p::one<'\xe2'>, p::one<'\x80'>, p::range<'\x98', '\x9f'>> {};
struct bare_text    : p::seq<p::not_at<curly_quote>, run_of<word_chars>> {};
struct bare_word    : p::seq<bare_text, p::must<word_ended>> {};
struct at_quote     : p::at<p::one<'"'>> {};  // asked first: most words are bare
struct word         : p::sor<p::seq<at_quote, quoted_word>, bare_word> {};

// A word in parentheses: it ends before `)`.
struct argument_ended : p::not_at<p::sor<p::minus<quote_char, p::one<')'>>, word_char>> {};
struct argument     : p::seq<p::sor<quoted_text, bare_text>, p::must<argument_ended>> {};

// A name is a bare word of letters, digits, `_` and `-`; the name of a policy may hold dots.
struct name         : p::seq<run_of<name_chars>, p::not_at<p::minus<word_char, p::one<':', '=', '?'>>>> {};
struct dotted_name  : p::seq<p::plus<p::sor<name_char, p::one<'.'>>>, p::not_at<word_char>> {};

// A keyword ends where a word could not go on, except for the `?` that some may carry.
template <typename Text>
struct keyword      : p::seq<Text, p::not_at<one_of<keyword_chars>>> {};
struct optional     : p::seq<p::one<'?'>, p::not_at<word_char>> {};
struct no_optional  : p::not_at<p::one<'?'>> {};

// ---- keywords

using policy_word       = keyword<TAO_PEGTL_STRING("policy")>;
using use_word          = keyword<TAO_PEGTL_STRING("use")>;
using let_word          = keyword<TAO_PEGTL_STRING("let")>;
using param_word        = keyword<TAO_PEGTL_STRING("param")>;
using when_word         = keyword<TAO_PEGTL_STRING("when")>;
using else_word         = keyword<TAO_PEGTL_STRING("else")>;
using group_word        = keyword<TAO_PEGTL_STRING("group")>;
using test_word         = keyword<TAO_PEGTL_STRING("test")>;

using files_word        = keyword<TAO_PEGTL_STRING("files")>;
using network_word      = keyword<TAO_PEGTL_STRING("network")>;
using syscalls_word     = keyword<TAO_PEGTL_STRING("syscalls")>;
using capabilities_word = keyword<TAO_PEGTL_STRING("capabilities")>;
using limits_word       = keyword<TAO_PEGTL_STRING("limits")>;
using environment_word  = keyword<TAO_PEGTL_STRING("environment")>;
using process_word      = keyword<TAO_PEGTL_STRING("process")>;
struct any_section_word : p::sor<files_word, network_word, syscalls_word, capabilities_word, limits_word, environment_word, process_word> {};

using read_word         = keyword<TAO_PEGTL_STRING("read")>;
using write_word        = keyword<TAO_PEGTL_STRING("write")>;
using execute_word      = keyword<TAO_PEGTL_STRING("execute")>;
using hide_word         = keyword<TAO_PEGTL_STRING("hide")>;
using protect_word      = keyword<TAO_PEGTL_STRING("protect")>;
using private_word      = keyword<TAO_PEGTL_STRING("private")>;
using device_word       = keyword<TAO_PEGTL_STRING("device")>;
using link_word         = keyword<TAO_PEGTL_STRING("link")>;
using file_word         = keyword<TAO_PEGTL_STRING("file")>;
using setuid_word       = keyword<TAO_PEGTL_STRING("setuid")>;
using overlay_word      = keyword<TAO_PEGTL_STRING("overlay")>;
using root_word         = keyword<TAO_PEGTL_STRING("root")>;
using directory_word    = keyword<TAO_PEGTL_STRING("directory")>;
using into_word         = keyword<TAO_PEGTL_STRING("into")>;
using from_word         = keyword<TAO_PEGTL_STRING("from")>;
using size_word         = keyword<TAO_PEGTL_STRING("size")>;
using mode_word         = keyword<TAO_PEGTL_STRING("mode")>;
using allow_word        = keyword<TAO_PEGTL_STRING("allow")>;
using forbid_word       = keyword<TAO_PEGTL_STRING("forbid")>;
using refuse_word       = keyword<TAO_PEGTL_STRING("refuse")>;
using except_word       = keyword<TAO_PEGTL_STRING("except")>;
using with_word         = keyword<TAO_PEGTL_STRING("with")>;
using abi_word          = keyword<TAO_PEGTL_STRING("abi")>;
using unix_word         = keyword<TAO_PEGTL_STRING("unix")>;
using connect_word      = keyword<TAO_PEGTL_STRING("connect")>;
using listen_word       = keyword<TAO_PEGTL_STRING("listen")>;
using tcp_word          = keyword<TAO_PEGTL_STRING("tcp")>;
using keep_word         = keyword<TAO_PEGTL_STRING("keep")>;
using set_word          = keyword<TAO_PEGTL_STRING("set")>;

using if_word           = keyword<TAO_PEGTL_STRING("if")>;
using and_word          = keyword<TAO_PEGTL_STRING("and")>;
using or_word           = keyword<TAO_PEGTL_STRING("or")>;
using not_word          = keyword<TAO_PEGTL_STRING("not")>;
using in_word           = keyword<TAO_PEGTL_STRING("in")>;
using has_word          = keyword<TAO_PEGTL_STRING("has")>;
using lacks_word        = keyword<TAO_PEGTL_STRING("lacks")>;
using within_word       = keyword<TAO_PEGTL_STRING("within")>;
using exists_word       = keyword<TAO_PEGTL_STRING("exists")>;

using deny_word         = keyword<TAO_PEGTL_STRING("deny")>;
using resolve_word      = keyword<TAO_PEGTL_STRING("resolve")>;
using syscall_word      = keyword<TAO_PEGTL_STRING("syscall")>;
using capability_word   = keyword<TAO_PEGTL_STRING("capability")>;
using variable_word     = keyword<TAO_PEGTL_STRING("variable")>;

// clang-format on

}  // namespace ward::policy::grammar
