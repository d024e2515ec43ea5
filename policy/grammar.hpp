// The grammar of a policy, as PEGTL rules: what is well-formed, and where an error can be.
//
// Rules only: no actions, no messages. Included by parser.cpp and the test of the grammar, nowhere
// else. Each place where something must stand is a `must` of a rule of its own, and parser.cpp has a
// message for each; what may be missing is never inside a `must`.
#pragma once

#include <tao/pegtl.hpp>

#include "policy/grammar_words.hpp"

namespace ward::policy::grammar {

// Thrown at a syntax error, caught at the statement around it, never seen outside the parser.
// `try_catch` would also catch what limit_depth throws, and lose it.
struct Resync {};

// clang-format off

// ---- lists: a comma may be followed by a line end

struct clause_begin : p::at<p::one<'e', 'i', 'w'>> {};  // of `except`, `if`, `with`: most names of calls begin otherwise
struct path_item    : p::seq<p::not_at<p::sor<from_word, into_word, size_word, mode_word>>, word> {};
struct call_item    : p::seq<p::not_at<clause_begin, p::sor<except_word, with_word, if_word>>, word> {};
struct name_item    : word {};
struct comma_sign   : p::one<','> {};
struct comma        : p::seq<blanks, comma_sign, gap> {};
template <typename Item>
struct first        : Item {};
template <typename Item>
struct further      : Item {};
template <typename Item>
struct list         : p::seq<blanks, p::must<first<Item>>, p::star<comma, p::must<further<Item>>>> {};

// ---- parentheses: line ends inside are blanks

struct open_paren   : p::one<'('> {};
struct close_paren  : p::one<')'> {};
template <typename Content>
struct in_parens    : p::seq<open_paren, gap, Content, gap, p::must<close_paren>> {};

// ---- NAME = VALUE

struct binding_name   : name {};
struct binding_equals : p::one<'='> {};
struct binding_value  : argument {};
struct binding        : p::seq<binding_name, blanks, p::must<binding_equals>, blanks, p::must<binding_value>> {};

// ---- the end of a statement, and what is passed over after an error

struct statement_ended : p::seq<blanks, p::at<p::sor<p::one<';', '}', '#'>, p::eolf>>> {};
struct statement_end   : p::must<statement_ended> {};

struct any_string   : p::seq<p::one<'"'>, p::star<p::sor<p::seq<p::one<'\\'>, p::not_one<'\n'>>, p::not_one<'"', '\\', '\n'>>>, p::opt<p::one<'"'>>> {};
struct block;
struct inner_block  : p::seq<p::at<p::one<'{'>>, block> {};  // counted only where one begins
struct block_token  : p::sor<any_string, comment, inner_block, p::not_one<'{', '}'>> {};
struct block        : p::seq<p::one<'{'>, p::star<block_token>, p::one<'}'>> {};
struct skip_else    : p::seq<gap, TAO_PEGTL_STRING("else"), p::not_at<word_char>> {};
struct skip_join    : p::seq<p::sor<TAO_PEGTL_STRING("and"), TAO_PEGTL_STRING("or")>, p::not_at<word_char>, gap> {};
struct skip_parens  : p::seq<p::one<'('>, p::star<p::not_one<'(', ')', '{', '}', ';'>>, p::one<')'>> {};
struct skip_token   : p::sor<any_string, comment, skip_parens, p::seq<inner_block, p::opt<skip_else>>, p::seq<p::one<',', '('>, gap>, skip_join, run_of<word_chars>, p::not_one<';', '}', '\n'>> {};
struct skip         : p::plus<skip_token> {};

// A statement that begins with no keyword of its section. Its name decides what is said about it.
struct other_name   : run_of<word_chars> {};
struct other        : p::sor<p::seq<other_name, p::star<skip_token>>, skip> {};

struct begin        : p::success {};
template <typename Rule>
struct recovering   : p::seq<p::not_at<p::sor<p::one<'}'>, p::eof>>, begin, p::sor<p::try_catch_type<Resync, Rule>, skip>> {};

// ---- conditions: comparisons joined by `and` or by `or`; both together need parentheses

struct operand_char   : one_of<operand_chars> {};
struct condition_word : p::sor<if_word, and_word, or_word, not_word, in_word, has_word, lacks_word, within_word> {};
struct operand_text   : p::seq<p::not_at<condition_word>, p::plus<operand_char>> {};
struct operand_ended  : p::not_at<p::minus<quote_char, p::one<')'>>> {};
struct bar            : p::seq<p::one<'|'>, p::not_at<p::one<'|'>>> {};
template <typename Value>
struct alternatives   : p::seq<p::must<Value>, p::star<blanks, bar, gap, p::must<Value>>> {};

struct subject        : p::seq<p::not_at<condition_word>, run_of<name_chars>, p::not_at<operand_char>> {};
struct mask_value     : p::seq<operand_text, p::must<operand_ended>> {};
struct mask_sign      : p::seq<p::one<'&'>, p::not_at<p::one<'&'>>> {};
struct mask           : p::seq<blanks, mask_sign, blanks, alternatives<mask_value>> {};
struct value          : p::seq<operand_text, p::must<operand_ended>> {};
struct listed_value   : value {};
struct values_open    : p::at<open_paren> {};
struct listed_values  : p::seq<blanks, p::must<values_open>, in_parens<list<listed_value>>> {};

struct sign_text      : p::sor<TAO_PEGTL_STRING("=="), TAO_PEGTL_STRING("!="), TAO_PEGTL_STRING("<="), TAO_PEGTL_STRING(">="), p::one<'<', '>'>> {};
struct sign           : p::seq<sign_text, p::not_at<p::one<'=', '!', '<', '>'>>> {};
struct bits_relation  : p::sor<has_word, lacks_word> {};
struct not_in         : p::seq<not_word, blanks, in_word> {};
struct is_in          : in_word {};
struct is_within      : within_word {};
struct relation       : p::sor<p::seq<p::sor<not_in, is_in>, listed_values>,
                               p::seq<is_within, blanks, p::sor<in_parens<list<listed_value>>, alternatives<value>>>,
                               p::seq<p::sor<bits_relation, sign>, blanks, alternatives<value>>> {};
struct comparison     : p::seq<subject, p::opt<mask>, blanks, p::must<relation>> {};

struct primary;
struct inner_condition;
struct negated        : p::seq<p::must<primary>> {};
struct negation       : p::seq<not_word, blanks, negated> {};
struct parenthesized  : p::seq<inner_condition> {};
struct parenthesis    : in_parens<parenthesized> {};
struct exists_path    : argument {};
struct exists         : p::seq<exists_word, blanks, p::must<exists_path>> {};
struct flag           : p::seq<p::one<'$'>, run_of<name_chars>, p::not_at<operand_char>> {};
struct primary        : p::sor<negation, parenthesis, exists, flag, comparison> {};

struct and_join       : and_word {};
struct or_join        : or_word {};
template <typename Between>
struct conjunction    : p::plus<Between, and_join, gap, p::must<primary>> {};
template <typename Between>
struct disjunction    : p::plus<Between, or_join, gap, p::must<primary>> {};
template <typename Between>
struct not_mixed      : p::not_at<Between, p::sor<and_word, or_word>> {};
struct condition_begin : p::success {};
template <typename Between>
struct joined         : p::seq<condition_begin, p::must<primary>, p::opt<p::sor<conjunction<Between>, disjunction<Between>>>, p::must<not_mixed<Between>>> {};
struct condition       : joined<blanks> {};
struct inner_condition : joined<gap> {};

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
struct into_value       : word {};
struct into_clause      : p::seq<blanks, into_word, blanks, p::must<into_value>> {};
struct overlay          : p::seq<overlay_word, p::must<no_optional>, list<path_item>, p::opt<into_clause>, statement_end> {};
struct root_path        : word {};
struct root             : p::seq<root_word, p::must<no_optional>, blanks, p::must<root_path>, statement_end> {};
struct directory        : p::seq<directory_word, p::must<no_optional>, list<path_item>, statement_end> {};
struct setuid_allow     : allow_word {};
struct setuid           : p::seq<setuid_word, p::must<no_optional>, blanks, p::must<setuid_allow>, statement_end> {};
struct files_statement  : p::sor<grant, hide, protect, private_folder, overlay, root, directory, device, link, text_file, setuid, other> {};

// ---- syscalls

struct call_verb        : p::sor<allow_word, forbid_word> {};
struct parameter        : p::seq<run_of<name_chars>, p::not_at<word_char>> {};
struct open_parameters  : open_paren {};
struct parameters       : p::seq<open_parameters, gap, list<parameter>, gap, p::must<close_paren>> {};
struct call_name        : bare_text {};
struct quoted_call      : quoted_word {};
struct call_ended       : p::not_at<p::sor<quote_char, word_char>> {};
struct bare_call        : p::seq<call_name, p::opt<parameters>, p::must<call_ended>> {};
struct call_pattern     : p::seq<p::not_at<clause_begin, p::sor<except_word, with_word, if_word>>, p::sor<p::seq<at_quote, quoted_call>, bare_call>> {};
struct except_clause    : p::seq<except_word, list<call_item>> {};
struct if_clause        : p::seq<if_word, blanks, condition> {};
struct call             : p::seq<call_verb, p::must<no_optional>, list<call_pattern>, p::opt<blanks, clause_begin, p::sor<except_clause, if_clause>>, statement_end> {};
struct refused_calls    : p::seq<p::not_at<blanks, with_word>, list<call_item>> {};
struct refuse_with      : with_word {};
struct response         : word {};
struct refuse           : p::seq<refuse_word, p::must<no_optional>, p::opt<refused_calls>, blanks, p::must<refuse_with>, blanks, p::must<response>, statement_end> {};
struct abi              : p::seq<abi_word, p::must<no_optional>, list<name_item>, statement_end> {};
// A line that names one call and has nothing else: `call` takes it, too. Asked first, since generated policies have
// hundreds of them.
struct plain_name       : p::seq<p::not_at<clause_begin>, run_of<call_chars>> {};
struct plain_call       : p::seq<call_verb, run_of<blank_chars>, plain_name, p::at<p::one<'\n'>>> {};
struct syscalls_statement : p::sor<plain_call, call, refuse, abi, other> {};

// ---- network

struct protocol         : p::sor<tcp_word, p::seq<name, p::at<run_of<blank_chars>, word_char>>> {};
struct port_item        : word {};
struct endpoint_item    : word {};
struct ports            : p::sor<p::seq<blanks, protocol, list<port_item>>, list<endpoint_item>> {};
struct all_ports        : p::at<statement_ended> {};
struct port_mode        : p::sor<connect_word, listen_word> {};
struct unix_mode        : unix_word {};
struct unix_paths       : p::seq<p::not_at<statement_ended>, list<path_item>> {};
struct forbidden        : forbid_word {};

// ---- sections whose statements begin with a name that the compiler looks up

struct open_name        : p::seq<p::not_at<any_section_word>, name> {};
struct network_mode     : open_name {};
struct network_rule     : p::sor<p::seq<port_mode, p::must<no_optional>, ports>, p::seq<unix_mode, p::must<no_optional>, p::opt<unix_paths>>, p::seq<network_mode, p::must<no_optional>>> {};
struct forbidden_rule   : p::sor<p::seq<port_mode, all_ports>, network_rule> {};
struct network          : p::sor<p::seq<forbidden, p::must<no_optional>, blanks, p::must<forbidden_rule>, statement_end>, p::seq<network_rule, statement_end>> {};
struct network_statement : p::sor<network, other> {};
struct limit_name       : open_name {};
struct limit_item       : word {};
struct limit            : p::seq<limit_name, p::opt<optional>, list<limit_item>, statement_end> {};
struct limits_statement : p::sor<limit, other> {};
struct process_name     : open_name {};
struct process_item     : word {};
struct process          : p::seq<process_name, p::must<no_optional>, list<process_item>, statement_end> {};
struct process_statement : p::sor<process, other> {};

// ---- capabilities, environment

struct keep_capability  : p::seq<keep_word, p::must<no_optional>, list<name_item>, statement_end> {};
struct capabilities_statement : p::sor<keep_capability, other> {};
struct keep_variable    : p::seq<keep_word, p::must<no_optional>, list<name_item>, statement_end> {};
struct set_name         : name {};
struct set_value        : word {};
struct set_variable     : p::seq<set_word, p::must<no_optional>, blanks, p::must<set_name>, blanks, p::must<set_value>, statement_end> {};
struct environment_statement : p::sor<keep_variable, set_variable, other> {};

// ---- questions

struct file_subject     : p::sor<read_word, write_word, execute_word> {};
struct question_path    : word {};
struct file_question    : p::seq<file_subject, blanks, p::must<question_path>> {};
struct port_subject     : p::sor<connect_word, listen_word> {};
struct question_port    : word {};
struct question_endpoint : word {};
struct port_question    : p::seq<port_subject, blanks, p::sor<p::seq<protocol, blanks, p::must<question_port>>, p::must<question_endpoint>>> {};
struct resolve_question : resolve_word {};
struct name_subject     : p::sor<capability_word, device_word, variable_word> {};
struct question_name    : word {};
struct name_question    : p::seq<name_subject, blanks, p::must<question_name>> {};
struct next_argument    : p::success {};
struct argument_value   : p::seq<operand_text, p::must<operand_ended>> {};
struct call_argument    : p::seq<next_argument, argument_value, p::star<blanks, bar, gap, p::must<argument_value>>> {};
struct open_arguments   : open_paren {};
struct call_arguments   : p::seq<open_arguments, gap, p::opt<p::not_at<close_paren>, list<call_argument>>, gap, p::must<close_paren>> {};
struct question_call    : p::seq<run_of<name_chars>, p::not_at<word_char>> {};
struct call_question    : p::seq<syscall_word, blanks, p::must<question_call>, p::opt<call_arguments>> {};
struct question         : p::sor<file_question, port_question, resolve_question, name_question, call_question> {};

// What `ward why` is asked: there a call with its arguments needs no word before it.
struct asked_call       : p::seq<p::at<run_of<name_chars>, open_paren>, question_call, call_arguments> {};
struct asked            : p::sor<asked_call, question> {};
struct asked_end        : p::eof {};
struct question_text    : p::seq<gap, p::must<asked>, gap, p::must<asked_end>> {};

// ---- blocks

struct close_brace      : p::one<'}'> {};
struct never_closed     : p::eof {};
struct separators       : p::plus<p::sor<run_of<separator_chars>, p::eol, comment>> {};
template <typename Statement>
struct block_rest       : p::seq<p::star<p::sor<separators, recovering<Statement>>>, p::sor<close_brace, never_closed>> {};

struct open_brace       : p::one<'{'> {};
template <typename Word, typename Statement>
struct section          : p::seq<Word, gap, p::must<open_brace>, block_rest<Statement>> {};
using files_section        = section<files_word, files_statement>;
using network_section      = section<network_word, network_statement>;
using syscalls_section     = section<syscalls_word, syscalls_statement>;
using capabilities_section = section<capabilities_word, capabilities_statement>;
using limits_section       = section<limits_word, limits_statement>;
using environment_section  = section<environment_word, environment_statement>;
using process_section      = section<process_word, process_statement>;
struct any_section         : p::sor<files_section, network_section, syscalls_section, capabilities_section, limits_section, environment_section, process_section> {};

// when CONDITION { ... } [else { ... } | else when ...]
struct when;
struct when_item        : p::sor<any_section, when, other> {};
struct when_brace       : p::one<'{'> {};
struct else_begin       : else_word {};
struct else_brace       : p::one<'{'> {};
struct else_branch      : p::sor<when, p::seq<else_brace, block_rest<when_item>>> {};
struct when             : p::seq<when_word, p::must<no_optional>, blanks, condition, gap, p::must<when_brace>, block_rest<when_item>, p::opt<gap, else_begin, gap, p::must<else_branch>>> {};

// ---- what stands outside of sections

struct policy_name      : dotted_name {};
struct description      : p::seq<quoted_word> {};
struct policy_line      : p::seq<policy_word, p::must<no_optional>, blanks, p::must<policy_name>, blanks, p::opt<description>, statement_end> {};
struct use_name         : dotted_name {};
struct use              : p::seq<use_word, p::must<no_optional>, blanks, p::must<use_name>, blanks, p::opt<in_parens<list<binding>>>, statement_end> {};
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
struct group_name       : p::seq<p::one<'@'>, run_of<name_chars>, p::not_at<word_char>> {};
struct group_brace      : p::one<'{'> {};
struct block_word       : p::sor<any_section_word, when_word, group_word, test_word> {};
struct group_except     : p::seq<except_word, list<call_item>> {};
struct group_calls      : p::seq<p::not_at<block_word>, p::at<p::sor<word_char, p::one<'"'>>>, list<call_item>, p::opt<blanks, group_except>> {};
struct group_entry      : p::seq<p::sor<group_except, group_calls>, statement_end> {};
struct group_statement  : p::sor<group_entry, other> {};
struct group            : p::seq<group_word, p::must<no_optional>, blanks, p::must<group_name>, gap, p::must<group_brace>, block_rest<group_statement>> {};
struct expected         : p::sor<allow_word, deny_word> {};
struct expectation      : p::seq<expected, p::must<no_optional>, blanks, p::must<question>, statement_end> {};
struct test_statement   : p::sor<expectation, other> {};
struct test_title       : p::seq<quoted_word> {};
struct test_brace       : p::one<'{'> {};
struct test             : p::seq<test_word, p::must<no_optional>, blanks, p::must<test_title>, p::opt<blanks, with_word, list<binding>>, gap, p::must<test_brace>, block_rest<test_statement>> {};
struct stray_brace      : p::one<'}'> {};
struct item             : p::sor<policy_line, use, let, param, group, test, when, any_section, other> {};
struct file_end         : p::eof {};
struct file             : p::seq<p::star<p::sor<separators, stray_brace, recovering<item>>>, p::must<file_end>> {};

// clang-format on

}  // namespace ward::policy::grammar
