#include "policy/parser.hpp"

#include <cstddef>
#include <cstdint>

#include <tao/pegtl.hpp>
#include <tao/pegtl/contrib/limit_depth.hpp>

#include "policy/builder.hpp"
#include "policy/grammar.hpp"
#include "policy/grammar_errors.hpp"

namespace ward::policy {

namespace {

namespace p = tao::pegtl;
namespace g = grammar;

constexpr std::size_t max_depth = 64;

// The range that a rule matched.
template <typename Input>
Span range(const Input& in, const PolicyBuilder& builder) {
    return {builder.file(), builder.offset(in.begin()), builder.offset(in.end())};
}

template <typename Rule>
struct control : p::normal<Rule> {
    template <typename Input>
    [[noreturn]] static void raise(const Input& in, PolicyBuilder& builder) {
        static_assert(!g::error_of<Rule>.message.empty(), "a rule inside `must` needs a row in error_of");
        builder.syntax_error(g::error_of<Rule>, builder.offset(in.current()));
        throw g::Resync{};
    }
};

// Errors that need more than a row: what is missing is not where the parser noticed.
#define WARD_RAISE(rule, method)                                                  \
    template <>                                                                   \
    struct control<g::rule> : p::normal<g::rule> {                                \
        template <typename Input>                                                 \
        [[noreturn]] static void raise(const Input& in, PolicyBuilder& builder) { \
            builder.method(builder.offset(in.current()));                         \
            throw g::Resync{};                                                    \
        }                                                                         \
    };
WARD_RAISE(word_ended, unquoted)
WARD_RAISE(string_ended, unquoted)
WARD_RAISE(string_close, unterminated_string)
WARD_RAISE(escape_code, bad_escape)
#undef WARD_RAISE

// ---- actions: one call of the builder for each rule that means something

template <typename Rule>
struct action : p::nothing<Rule> {};

// `action` of a rule calls a method of the builder: without arguments, or with the matched range.
template <void (PolicyBuilder::*method)()>
struct calls {
    static void apply0(PolicyBuilder& builder) { (builder.*method)(); }
};

template <void (PolicyBuilder::*method)(Span)>
struct calls_with_range {
    template <typename Input>
    static void apply(const Input& in, PolicyBuilder& builder) {
        (builder.*method)(range(in, builder));
    }
};

// The same for methods that may refuse what was matched: then the statement is over.
template <bool (PolicyBuilder::*method)(Span)>
struct asks {
    template <typename Input>
    static void apply(const Input& in, PolicyBuilder& builder) {
        if (!(builder.*method)(range(in, builder))) throw g::Resync{};
    }
};

using B = PolicyBuilder;

// clang-format off
template <> struct action<g::begin>        : calls<&B::begin_statement> {};
template <typename Text> struct action<g::keyword<Text>> : calls_with_range<&B::keyword> {};

template <> struct action<g::string_open>  : calls_with_range<&B::string_open> {};
template <> struct action<g::string_run>   : calls_with_range<&B::string_text> {};
template <> struct action<g::escape_code>  : asks<&B::string_escape> {};
template <> struct action<g::string_close> : calls_with_range<&B::string_close> {};
template <> struct action<g::bare_text>    : calls_with_range<&B::bare_word> {};

template <> struct action<g::optional>     : calls<&B::mark_optional> {};
template <typename Item> struct action<g::first<Item>>   : calls<&B::item> {};
template <typename Item> struct action<g::further<Item>> : calls<&B::item> {};
template <> struct action<g::comma_sign>   : calls_with_range<&B::comma> {};
template <> struct action<g::except_word>  : calls_with_range<&B::begin_exceptions> {};
template <> struct action<g::from_value>   : calls<&B::from> {};
template <> struct action<g::size_value>   : asks<&B::size> {};
template <> struct action<g::mode_value>   : asks<&B::mode> {};
template <> struct action<g::response>     : calls<&B::second_operand> {};
template <> struct action<g::link_path>    : calls<&B::first_operand> {};
template <> struct action<g::link_target>  : calls<&B::second_operand> {};
template <> struct action<g::file_path>    : calls<&B::first_operand> {};
template <> struct action<g::file_text>    : calls<&B::second_operand> {};
template <> struct action<g::network_mode> : asks<&B::open_name> {};
template <> struct action<g::limit_name>   : asks<&B::open_name> {};
template <> struct action<g::limit_value>  : calls<&B::second_operand> {};
template <> struct action<g::process_name> : asks<&B::open_name> {};
template <> struct action<g::process_value> : calls<&B::second_operand> {};
template <> struct action<g::set_name>     : calls_with_range<&B::name> {};
template <> struct action<g::set_value>    : calls<&B::second_operand> {};
template <> struct action<g::policy_name>  : calls_with_range<&B::name> {};
template <> struct action<g::description>  : calls<&B::description> {};
template <> struct action<g::use_name>     : calls_with_range<&B::name> {};
template <> struct action<g::let_name>     : calls_with_range<&B::name> {};
template <> struct action<g::let_value>    : calls<&B::second_operand> {};
template <> struct action<g::param_name>   : calls_with_range<&B::name> {};
template <> struct action<g::param_type>   : calls_with_range<&B::second_name> {};
template <> struct action<g::param_default> : calls<&B::fallback> {};

template <> struct action<g::grant>           : calls_with_range<&B::grant> {};
template <> struct action<g::hide>            : calls_with_range<&B::hide> {};
template <> struct action<g::protect>         : calls_with_range<&B::protect> {};
template <> struct action<g::private_folder>  : calls_with_range<&B::private_folder> {};
template <> struct action<g::device>          : calls_with_range<&B::device> {};
template <> struct action<g::link>            : calls_with_range<&B::link> {};
template <> struct action<g::text_file>       : calls_with_range<&B::text_file> {};
template <> struct action<g::setuid>          : calls_with_range<&B::setuid> {};
template <> struct action<g::network>         : calls_with_range<&B::network> {};
template <> struct action<g::call>            : calls_with_range<&B::call> {};
template <> struct action<g::refuse>          : calls_with_range<&B::refuse> {};
template <> struct action<g::keep_capability> : calls_with_range<&B::keep_capability> {};
template <> struct action<g::limit>           : calls_with_range<&B::limit> {};
template <> struct action<g::keep_variable>   : calls_with_range<&B::keep_variable> {};
template <> struct action<g::set_variable>    : calls_with_range<&B::set_variable> {};
template <> struct action<g::process>         : calls_with_range<&B::process> {};
template <> struct action<g::policy_line>     : calls_with_range<&B::policy_line> {};
template <> struct action<g::use>             : calls_with_range<&B::use> {};
template <> struct action<g::let>             : calls_with_range<&B::let> {};
template <> struct action<g::param>           : calls_with_range<&B::param> {};

template <> struct action<g::open_brace>   : calls_with_range<&B::open_section> {};
template <> struct action<g::close_brace>  : calls<&B::close_section> {};
template <> struct action<g::never_closed> : calls<&B::never_closed> {};
template <> struct action<g::stray_brace>  : calls_with_range<&B::stray_brace> {};
template <> struct action<g::other_name>   : calls_with_range<&B::other_name> {};
template <> struct action<g::other>        : calls_with_range<&B::other_statement> {};

// The rules that nest; together they may do so max_depth times.
template <> struct action<g::block> : p::limit_depth<max_depth> {};
template <typename Word, typename Statement>
struct action<g::section<Word, Statement>> : p::limit_depth<max_depth> {};
// clang-format on

}  // namespace

std::optional<Policy> parse(const Sources& sources, FileId file, Diagnostics& diagnostics) {
    PolicyBuilder builder(sources, file, diagnostics);
    const std::string_view text = sources[file].text();
    p::memory_input<p::tracking_mode::lazy> in(text.data(), text.data() + text.size(), "");
    try {
        // `file` fails for no text: what it cannot read it passes over, with an error.
        static_cast<void>(p::parse<g::file, action, control>(in, builder));
    } catch (const g::Resync&) {
        // After a failed file_end; its error is given.
    } catch (const p::parse_error& error) {
        // Only limit_depth throws it.
        builder.too_deep(static_cast<std::uint32_t>(error.positions().front().byte));
    }
    return builder.finish();
}

}  // namespace ward::policy
