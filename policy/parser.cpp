#include "policy/parser.hpp"

#include <cstddef>
#include <cstdint>

#include <tao/pegtl.hpp>
#include <tao/pegtl/contrib/limit_depth.hpp>

#include "policy/builder.hpp"
#include "policy/grammar.hpp"
#include "policy/grammar_errors.hpp"
#include "policy/grammar_statements.hpp"

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
WARD_RAISE(argument_ended, unquoted)
WARD_RAISE(operand_ended, unquoted)
WARD_RAISE(call_ended, unquoted)
WARD_RAISE(primary, missing_condition)
WARD_RAISE(relation, missing_relation)
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
template <> struct action<g::open_paren>   : calls_with_range<&B::open_paren> {};
template <> struct action<g::close_paren>  : calls<&B::close_paren> {};
template <> struct action<g::binding_name> : calls_with_range<&B::second_name> {};
template <> struct action<g::first<g::binding>>   : calls_with_range<&B::binding> {};
template <> struct action<g::further<g::binding>> : calls_with_range<&B::binding> {};
template <> struct action<g::call_name>    : calls_with_range<&B::bare_call> {};
template <> struct action<g::quoted_call>  : calls<&B::quoted_call> {};
template <> struct action<g::plain_call>   : calls_with_range<&B::plain_call> {};
template <> struct action<g::first<g::call_pattern>> : p::nothing<g::first<g::call_pattern>> {};
template <> struct action<g::further<g::call_pattern>> : p::nothing<g::further<g::call_pattern>> {};
template <> struct action<g::open_parameters> : calls_with_range<&B::open_parameters> {};
template <> struct action<g::first<g::parameter>>   : calls_with_range<&B::parameter> {};
template <> struct action<g::further<g::parameter>> : calls_with_range<&B::parameter> {};
template <> struct action<g::parameters>   : calls_with_range<&B::parameters> {};

template <> struct action<g::condition_begin> : calls<&B::condition_begin> {};
template <> struct action<g::subject>      : calls_with_range<&B::subject> {};
template <> struct action<g::mask_value>   : calls_with_range<&B::mask_value> {};
template <> struct action<g::sign>         : calls_with_range<&B::relation> {};
template <> struct action<g::bits_relation> : calls_with_range<&B::relation> {};
template <> struct action<g::is_within>    : calls_with_range<&B::word_relation> {};
template <> struct action<g::is_in>        : calls_with_range<&B::word_relation> {};
template <> struct action<g::not_in>       : calls_with_range<&B::not_in> {};
template <> struct action<g::value>        : calls_with_range<&B::value> {};
template <> struct action<g::first<g::listed_value>>   : calls_with_range<&B::value> {};
template <> struct action<g::further<g::listed_value>> : calls_with_range<&B::value> {};
template <> struct action<g::comparison>   : calls_with_range<&B::comparison> {};
template <> struct action<g::exists>       : calls_with_range<&B::exists> {};
template <> struct action<g::flag>         : calls_with_range<&B::flag> {};
template <> struct action<g::negation>     : calls_with_range<&B::negation> {};
template <> struct action<g::parenthesis>  : calls_with_range<&B::parenthesis> {};
template <> struct action<g::and_join>     : calls_with_range<&B::join> {};
template <> struct action<g::or_join>      : calls_with_range<&B::join> {};
template <typename Between> struct action<g::conjunction<Between>> : calls<&B::all_of> {};
template <typename Between> struct action<g::disjunction<Between>> : calls<&B::any_of> {};
template <> struct action<g::condition>       : calls<&B::condition_end> {};
template <> struct action<g::inner_condition> : calls<&B::condition_end> {};

template <> struct action<g::file_subject> : calls_with_range<&B::name> {};
template <> struct action<g::port_subject> : calls_with_range<&B::name> {};
template <> struct action<g::name_subject> : calls_with_range<&B::name> {};
template <> struct action<g::resolve_question>  : calls_with_range<&B::name> {};
template <> struct action<g::question_path>     : calls<&B::item> {};
template <> struct action<g::question_port>     : calls<&B::item> {};
template <> struct action<g::question_endpoint> : asks<&B::endpoint> {};
template <> struct action<g::question_name>     : calls<&B::item> {};
template <> struct action<g::question_call>     : calls_with_range<&B::question_call> {};
template <> struct action<g::open_arguments>    : calls_with_range<&B::open_arguments> {};
template <> struct action<g::next_argument>     : calls<&B::next_argument> {};
template <> struct action<g::argument_value>    : calls_with_range<&B::argument_value> {};
template <> struct action<g::first<g::call_argument>> : p::nothing<g::first<g::call_argument>> {};
template <> struct action<g::further<g::call_argument>> : p::nothing<g::further<g::call_argument>> {};
template <> struct action<g::question>     : calls_with_range<&B::question> {};
template <> struct action<g::asked_call>   : calls_with_range<&B::question> {};

template <> struct action<g::from_value>   : calls<&B::clause> {};
template <> struct action<g::size_value>   : asks<&B::size> {};
template <> struct action<g::mode_value>   : asks<&B::mode> {};
template <> struct action<g::response>     : calls<&B::second_operand> {};
template <> struct action<g::link_path>    : calls<&B::first_operand> {};
template <> struct action<g::link_target>  : calls<&B::second_operand> {};
template <> struct action<g::file_path>    : calls<&B::first_operand> {};
template <> struct action<g::file_text>    : calls<&B::second_operand> {};
template <> struct action<g::into_value>   : calls<&B::clause> {};
template <> struct action<g::root_path>    : calls<&B::first_operand> {};
template <> struct action<g::forbidden>    : calls_with_range<&B::begin_forbidden> {};
template <> struct action<g::port_mode>    : calls_with_range<&B::name> {};
template <> struct action<g::unix_mode>    : calls_with_range<&B::name> {};
template <> struct action<g::protocol>     : calls_with_range<&B::protocol> {};
template <> struct action<g::network_mode> : asks<&B::open_name> {};
template <> struct action<g::limit_name>   : asks<&B::open_name> {};
template <> struct action<g::process_name> : asks<&B::open_name> {};
template <> struct action<g::set_name>     : calls_with_range<&B::name> {};
template <> struct action<g::set_value>    : calls<&B::second_operand> {};
template <> struct action<g::policy_name>  : calls_with_range<&B::name> {};
template <> struct action<g::description>  : calls<&B::clause> {};
template <> struct action<g::use_name>     : calls_with_range<&B::name> {};
template <> struct action<g::let_name>     : calls_with_range<&B::name> {};
template <> struct action<g::let_value>    : calls<&B::second_operand> {};
template <> struct action<g::param_name>   : calls_with_range<&B::name> {};
template <> struct action<g::param_type>   : calls_with_range<&B::second_name> {};
template <> struct action<g::param_default> : calls<&B::clause> {};

template <> struct action<g::grant>           : calls_with_range<&B::grant> {};
template <> struct action<g::hide>            : calls_with_range<&B::hide> {};
template <> struct action<g::protect>         : calls_with_range<&B::protect> {};
template <> struct action<g::private_folder>  : calls_with_range<&B::private_folder> {};
template <> struct action<g::overlay>         : calls_with_range<&B::overlay> {};
template <> struct action<g::root>            : calls_with_range<&B::root> {};
template <> struct action<g::directory>       : calls_with_range<&B::directory> {};
template <> struct action<g::device>          : calls_with_range<&B::device> {};
template <> struct action<g::link>            : calls_with_range<&B::link> {};
template <> struct action<g::text_file>       : calls_with_range<&B::text_file> {};
template <> struct action<g::setuid>          : calls_with_range<&B::setuid> {};
template <> struct action<g::network>         : calls_with_range<&B::network> {};
template <> struct action<g::call>            : calls_with_range<&B::call> {};
template <> struct action<g::refuse>          : calls_with_range<&B::refuse> {};
template <> struct action<g::abi>             : calls_with_range<&B::abi> {};
template <> struct action<g::keep_capability> : calls_with_range<&B::keep_capability> {};
template <> struct action<g::limit>           : calls_with_range<&B::limit> {};
template <> struct action<g::keep_variable>   : calls_with_range<&B::keep_variable> {};
template <> struct action<g::set_variable>    : calls_with_range<&B::set_variable> {};
template <> struct action<g::process>         : calls_with_range<&B::process> {};
template <> struct action<g::policy_line>     : calls_with_range<&B::policy_line> {};
template <> struct action<g::use>             : calls_with_range<&B::use> {};
template <> struct action<g::let>             : calls_with_range<&B::let> {};
template <> struct action<g::param>           : calls_with_range<&B::param> {};

template <> struct action<g::expectation>     : calls_with_range<&B::expectation> {};
template <> struct action<g::group_entry>     : calls<&B::group_entry> {};

template <> struct action<g::open_brace>   : calls_with_range<&B::open_block> {};
template <> struct action<g::when_brace>   : calls_with_range<&B::open_when> {};
template <> struct action<g::else_begin>   : calls_with_range<&B::begin_else> {};
template <> struct action<g::else_brace>   : calls_with_range<&B::open_else> {};
template <> struct action<g::group_name>   : calls_with_range<&B::name> {};
template <> struct action<g::group_brace>  : calls_with_range<&B::open_group> {};
template <> struct action<g::test_title>   : calls<&B::first_operand> {};
template <> struct action<g::test_brace>   : calls_with_range<&B::open_test> {};
template <> struct action<g::close_brace>  : calls<&B::close_block> {};
template <> struct action<g::never_closed> : calls<&B::never_closed> {};
template <> struct action<g::stray_brace>  : calls_with_range<&B::stray_brace> {};
template <> struct action<g::other_name>   : calls_with_range<&B::other_name> {};
template <> struct action<g::other>        : calls_with_range<&B::other_statement> {};

template <> struct action<g::loose_begin>   : calls<&B::begin_loose> {};
template <std::size_t section> struct action<g::only_in<section>> {
    static void apply0(PolicyBuilder& builder) { builder.open_section(section_words[section]); }
};
template <> struct action<g::loose_end>     : calls<&B::close_block> {};
template <> struct action<g::loose_unclear> : calls_with_range<&B::unclear_section> {};

// The rules that nest; together they may do so max_depth times.
template <> struct action<g::block> : p::limit_depth<max_depth> {};
template <> struct action<g::when> : p::limit_depth<max_depth> {};
template <> struct action<g::negated> : p::limit_depth<max_depth> {};
template <> struct action<g::parenthesized> : p::limit_depth<max_depth> {};
template <typename Word, typename Statement>
struct action<g::section<Word, Statement>> : p::limit_depth<max_depth> {};
// clang-format on

// Reads all of a text by a rule that fails for none: what it cannot read is an error.
template <typename Rule>
void read_text(std::string_view text, PolicyBuilder& builder) {
    p::memory_input<p::tracking_mode::lazy> in(text.data(), text.data() + text.size(), "");
    try {
        static_cast<void>(p::parse<Rule, action, control>(in, builder));
    } catch (const g::Resync&) {
        // Its error is given.
    } catch (const p::parse_error& error) {
        // Only limit_depth throws it.
        builder.too_deep(static_cast<std::uint32_t>(error.positions().front().byte));
    }
}

}  // namespace

std::optional<Policy> parse(const Sources& sources, FileId file, Diagnostics& diagnostics, Policy* unfinished) {
    PolicyBuilder builder(sources, file, diagnostics);
    read_text<g::file>(sources[file].text(), builder);
    return builder.finish(unfinished);
}

std::optional<Question> parse_question(const Sources& sources, FileId file, Diagnostics& diagnostics) {
    PolicyBuilder builder(sources, file, diagnostics);
    read_text<g::question_text>(sources[file].text(), builder);
    return builder.finish_question();
}

std::optional<Block> parse_statements(const Sources& sources, FileId file, Diagnostics& diagnostics) {
    PolicyBuilder builder(sources, file, diagnostics);
    read_text<g::loose_text>(sources[file].text(), builder);
    return builder.finish_statements();
}

}  // namespace ward::policy
