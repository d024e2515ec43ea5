// The grammar of a policy, as PEGTL rules: what is well-formed, and where an error can be.
//
// Rules only: no actions, no messages. Included by parser.cpp and the test of the grammar, nowhere
// else. Each place where something must stand is a `must` of a rule of its own, and parser.cpp has a
// message for each; what may be missing is never inside a `must`.
#pragma once

#include <tao/pegtl.hpp>

namespace ward::policy::grammar {

namespace p = tao::pegtl;

// Thrown at a syntax error, caught at the statement around it, never seen outside the parser.
// `try_catch` would also catch what limit_depth throws, and lose it.
struct Resync {};

// clang-format off

// ---- characters, blanks, comments

struct blanks       : p::star<p::blank> {};
struct comment      : p::seq<p::one<'#'>, p::until<p::at<p::eolf>>> {};
struct gap          : p::star<p::sor<p::blank, p::eol, comment>> {};
struct name_char    : p::ranges<'a', 'z', 'A', 'Z', '0', '9', '_', '_', '-', '-'> {};
struct quote_char   : p::one<'#', '(', ')', '\\', '\'', '"'> {};
struct non_ascii    : p::not_range<'\0', '\x7f'> {};
struct word_char    : p::sor<p::minus<p::range<'!', '~'>, p::sor<quote_char, p::one<',', ';', '{', '}'>>>, non_ascii> {};

// ---- words

struct string_open  : p::one<'"'> {};
struct string_close : p::one<'"'> {};
struct string_run   : p::plus<p::not_one<'"', '\\', '\n', '\r', '\0'>> {};
struct hex_escape   : p::seq<p::one<'x'>, p::xdigit, p::xdigit> {};
struct escape_code  : p::sor<p::one<'"', '\\', 'n', 't'>, hex_escape> {};
struct escape       : p::seq<p::one<'\\'>, p::must<escape_code>> {};
struct word_ended   : p::not_at<quote_char> {};
struct string_ended : p::not_at<p::sor<quote_char, word_char>> {};
struct quoted_word  : p::seq<string_open, p::star<p::sor<string_run, escape>>, p::must<string_close>, p::must<string_ended>> {};
struct bare_text    : p::plus<word_char> {};
struct bare_word    : p::seq<bare_text, p::must<word_ended>> {};
struct word         : p::sor<quoted_word, bare_word> {};

// A name is a bare word of letters, digits, `_` and `-`; the name of a policy may hold dots.
struct name         : p::seq<p::plus<name_char>, p::not_at<p::minus<word_char, p::one<':', '=', '?'>>>> {};
struct dotted_name  : p::seq<p::plus<p::sor<name_char, p::one<'.'>>>, p::not_at<word_char>> {};

// A keyword ends where a word could not go on, except for the `?` that some may carry.
template <typename Text>
struct keyword      : p::seq<Text, p::not_at<p::minus<word_char, p::one<'?'>>>> {};
struct optional     : p::seq<p::one<'?'>, p::not_at<word_char>> {};
struct no_optional  : p::not_at<p::one<'?'>> {};

// ---- keywords

using policy_word       = keyword<TAO_PEGTL_STRING("policy")>;
using use_word          = keyword<TAO_PEGTL_STRING("use")>;
using let_word          = keyword<TAO_PEGTL_STRING("let")>;
using param_word        = keyword<TAO_PEGTL_STRING("param")>;

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
using from_word         = keyword<TAO_PEGTL_STRING("from")>;
using size_word         = keyword<TAO_PEGTL_STRING("size")>;
using mode_word         = keyword<TAO_PEGTL_STRING("mode")>;
using allow_word        = keyword<TAO_PEGTL_STRING("allow")>;
using forbid_word       = keyword<TAO_PEGTL_STRING("forbid")>;
using refuse_word       = keyword<TAO_PEGTL_STRING("refuse")>;
using except_word       = keyword<TAO_PEGTL_STRING("except")>;
using with_word         = keyword<TAO_PEGTL_STRING("with")>;
using keep_word         = keyword<TAO_PEGTL_STRING("keep")>;
using set_word          = keyword<TAO_PEGTL_STRING("set")>;

// ---- lists: a comma may be followed by a line end

struct path_item    : p::seq<p::not_at<p::sor<from_word, size_word, mode_word>>, word> {};
struct call_item    : p::seq<p::not_at<p::sor<except_word, with_word>>, word> {};
struct name_item    : word {};
struct comma_sign   : p::one<','> {};
struct comma        : p::seq<blanks, comma_sign, gap> {};
template <typename Item>
struct first        : Item {};
template <typename Item>
struct further      : Item {};
template <typename Item>
struct list         : p::seq<blanks, p::must<first<Item>>, p::star<comma, p::must<further<Item>>>> {};

// ---- the end of a statement, and what is passed over after an error

struct statement_ended : p::seq<blanks, p::at<p::sor<p::one<';', '}', '#'>, p::eolf>>> {};
struct statement_end   : p::must<statement_ended> {};

struct any_string   : p::seq<p::one<'"'>, p::star<p::sor<p::seq<p::one<'\\'>, p::not_one<'\n'>>, p::not_one<'"', '\\', '\n'>>>, p::opt<p::one<'"'>>> {};
struct block;
struct inner_block  : p::seq<p::at<p::one<'{'>>, block> {};  // counted only where one begins
struct block_token  : p::sor<any_string, comment, inner_block, p::not_one<'{', '}'>> {};
struct block        : p::seq<p::one<'{'>, p::star<block_token>, p::one<'}'>> {};
struct skip_token   : p::sor<any_string, comment, inner_block, p::seq<p::one<','>, gap>, p::not_one<';', '}', '\n'>> {};
struct skip         : p::plus<skip_token> {};

// A statement that begins with no keyword of its section. Its name decides what is said about it.
struct other_name   : p::plus<word_char> {};
struct other        : p::sor<p::seq<other_name, p::star<skip_token>>, skip> {};

struct begin        : p::success {};
template <typename Rule>
struct recovering   : p::seq<p::not_at<p::sor<p::one<'}'>, p::eof>>, begin, p::sor<p::try_catch_type<Resync, Rule>, skip>> {};

// ---- files

struct grant_verb       : p::sor<read_word, write_word, execute_word> {};
struct from_value       : word {};
struct from_clause      : p::seq<blanks, from_word, blanks, p::must<from_value>> {};
struct grant            : p::seq<grant_verb, p::opt<optional>, list<path_item>, p::opt<from_clause>, statement_end> {};
struct hide             : p::seq<hide_word, p::opt<optional>, list<path_item>, statement_end> {};
struct protect          : p::seq<protect_word, p::opt<optional>, list<path_item>, statement_end> {};
struct size_value       : word {};
struct mode_value       : word {};
struct size_clause      : p::seq<blanks, size_word, blanks, p::must<size_value>> {};
struct mode_clause      : p::seq<blanks, mode_word, blanks, p::must<mode_value>> {};
struct private_folder   : p::seq<private_word, p::must<no_optional>, list<path_item>, p::star<p::sor<size_clause, mode_clause>>, statement_end> {};
struct device           : p::seq<device_word, p::must<no_optional>, list<name_item>, statement_end> {};
struct link_path        : word {};
struct link_arrow       : p::seq<TAO_PEGTL_STRING("->"), p::not_at<word_char>> {};
struct link_target      : word {};
struct link             : p::seq<link_word, p::must<no_optional>, blanks, p::must<link_path>, blanks, p::must<link_arrow>, blanks, p::must<link_target>, statement_end> {};
struct file_path        : word {};
struct file_text        : word {};
struct text_file        : p::seq<file_word, p::must<no_optional>, blanks, p::must<file_path>, blanks, p::must<file_text>, statement_end> {};
struct setuid_allow     : allow_word {};
struct setuid           : p::seq<setuid_word, p::must<no_optional>, blanks, p::must<setuid_allow>, statement_end> {};
struct files_statement  : p::sor<grant, hide, protect, private_folder, device, link, text_file, setuid, other> {};

// ---- syscalls

struct call_verb        : p::sor<allow_word, forbid_word> {};
struct except_clause    : p::seq<blanks, except_word, list<call_item>> {};
struct call             : p::seq<call_verb, p::must<no_optional>, list<call_item>, p::opt<except_clause>, statement_end> {};
struct refused_calls    : p::seq<p::not_at<blanks, with_word>, list<call_item>> {};
struct refuse_with      : with_word {};
struct response         : word {};
struct refuse           : p::seq<refuse_word, p::must<no_optional>, p::opt<refused_calls>, blanks, p::must<refuse_with>, blanks, p::must<response>, statement_end> {};
struct syscalls_statement : p::sor<call, refuse, other> {};

// ---- sections whose statements begin with a name that the compiler looks up

struct open_name        : p::seq<p::not_at<any_section_word>, name> {};
struct network_mode     : open_name {};
struct network          : p::seq<network_mode, p::must<no_optional>, statement_end> {};
struct network_statement : p::sor<network, other> {};
struct limit_name       : open_name {};
struct limit_value      : word {};
struct limit            : p::seq<limit_name, p::opt<optional>, blanks, p::must<limit_value>, statement_end> {};
struct limits_statement : p::sor<limit, other> {};
struct process_name     : open_name {};
struct process_value    : word {};
struct process          : p::seq<process_name, p::must<no_optional>, blanks, p::must<process_value>, statement_end> {};
struct process_statement : p::sor<process, other> {};

// ---- capabilities, environment

struct keep_capability  : p::seq<keep_word, p::must<no_optional>, list<name_item>, statement_end> {};
struct capabilities_statement : p::sor<keep_capability, other> {};
struct keep_variable    : p::seq<keep_word, p::must<no_optional>, list<name_item>, statement_end> {};
struct set_name         : name {};
struct set_value        : word {};
struct set_variable     : p::seq<set_word, p::must<no_optional>, blanks, p::must<set_name>, blanks, p::must<set_value>, statement_end> {};
struct environment_statement : p::sor<keep_variable, set_variable, other> {};

// ---- the whole text

struct open_brace       : p::one<'{'> {};
struct close_brace      : p::one<'}'> {};
struct never_closed     : p::eof {};
struct separators       : p::plus<p::sor<p::blank, p::eol, comment, p::one<';'>>> {};
template <typename Word, typename Statement>
struct section          : p::seq<Word, gap, p::must<open_brace>, p::star<p::sor<separators, recovering<Statement>>>, p::sor<close_brace, never_closed>> {};
using files_section        = section<files_word, files_statement>;
using network_section      = section<network_word, network_statement>;
using syscalls_section     = section<syscalls_word, syscalls_statement>;
using capabilities_section = section<capabilities_word, capabilities_statement>;
using limits_section       = section<limits_word, limits_statement>;
using environment_section  = section<environment_word, environment_statement>;
using process_section      = section<process_word, process_statement>;
struct any_section         : p::sor<files_section, network_section, syscalls_section, capabilities_section, limits_section, environment_section, process_section> {};

struct policy_name      : dotted_name {};
struct description      : p::seq<quoted_word> {};
struct policy_line      : p::seq<policy_word, p::must<no_optional>, blanks, p::must<policy_name>, blanks, p::opt<description>, statement_end> {};
struct use_name         : dotted_name {};
struct no_arguments     : p::not_at<p::one<'('>> {};
struct use              : p::seq<use_word, p::must<no_optional>, blanks, p::must<use_name>, blanks, p::must<no_arguments>, statement_end> {};
struct let_name         : name {};
struct let_equals       : p::one<'='> {};
struct let_value        : word {};
struct let              : p::seq<let_word, p::must<no_optional>, blanks, p::must<let_name>, blanks, p::must<let_equals>, blanks, p::must<let_value>, statement_end> {};
struct param_name       : name {};
struct param_colon      : p::one<':'> {};
struct param_type       : name {};
struct param_default    : word {};
struct default_clause   : p::seq<blanks, p::one<'='>, blanks, p::must<param_default>> {};
struct param            : p::seq<param_word, p::must<no_optional>, blanks, p::must<param_name>, blanks, p::must<param_colon>, blanks, p::must<param_type>, p::opt<default_clause>, statement_end> {};
struct stray_brace      : p::one<'}'> {};
struct item             : p::sor<policy_line, use, let, param, any_section, other> {};
struct file_end         : p::eof {};
struct file             : p::seq<p::star<p::sor<separators, stray_brace, recovering<item>>>, p::must<file_end>> {};

// clang-format on

}  // namespace ward::policy::grammar
