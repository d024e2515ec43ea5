// What is said where a rule of the grammar fails. Included by parser.cpp only.
//
// A `must` in the grammar without a row here does not compile.
#pragma once

#include "policy/builder.hpp"
#include "policy/grammar.hpp"

namespace ward::policy::grammar {

template <typename Rule>
inline constexpr SyntaxError error_of{};

template <>
inline constexpr SyntaxError error_of<no_optional>{&slug::unexpected_text, "`{}` takes no `?`", "remove the `?`"};
template <>
inline constexpr SyntaxError error_of<statement_ended>{&slug::unexpected_text,
                                                       "unexpected text after the end of the statement",
                                                       "put a value with blanks in double quotes"};
template <>
inline constexpr SyntaxError error_of<policy_name>{&slug::missing_name, "`policy` needs a name",
                                                   "write `policy NAME \"what it is for\"`"};
template <>
inline constexpr SyntaxError error_of<use_name>{&slug::missing_name, "`use` needs the name of a policy",
                                                "name a policy, such as `use base.program`"};
template <>
inline constexpr SyntaxError error_of<let_name>{&slug::missing_name, "`let` needs a name", "write `let NAME = VALUE`"};
template <>
inline constexpr SyntaxError error_of<let_equals>{&slug::missing_value, "`let` needs `=` after the name",
                                                  "write `let NAME = VALUE`"};
template <>
inline constexpr SyntaxError error_of<let_value>{&slug::missing_value, "`let` needs a value",
                                                 "write `let NAME = VALUE`"};
template <>
inline constexpr SyntaxError error_of<param_name>{&slug::missing_name, "`param` needs a name",
                                                  "write `param NAME: TYPE`"};
template <>
inline constexpr SyntaxError error_of<param_colon>{&slug::missing_value, "`param` needs `:` and a type after the name",
                                                   "write `param NAME: TYPE`"};
template <>
inline constexpr SyntaxError error_of<param_type>{
    &slug::missing_value, "`param` needs a type",
    "write `path`, `size`, `duration`, `count`, `port`, `name` or `flag`"};
template <>
inline constexpr SyntaxError error_of<param_default>{&slug::missing_value, "a value is missing after `=`",
                                                     "write the default after `=`"};
template <>
inline constexpr SyntaxError error_of<open_brace>{&slug::missing_brace, "`{}` needs `{` and its statements",
                                                  "write `{} { ... }`"};
template <typename Item>
inline constexpr SyntaxError error_of<first<Item>>{&slug::empty_list, "`{}` needs at least one value",
                                                   "write a value after `{}`"};
template <typename Item>
inline constexpr SyntaxError error_of<further<Item>>{&slug::missing_value, "a value is missing after the comma",
                                                     "remove the comma", true};
template <>
inline constexpr SyntaxError error_of<from_value>{&slug::missing_value, "`from` needs a path",
                                                  "write the path on the host after `from`"};
template <>
inline constexpr SyntaxError error_of<size_value>{&slug::missing_value, "`size` needs a value",
                                                  "write a size, such as `64M`"};
template <>
inline constexpr SyntaxError error_of<mode_value>{&slug::missing_value, "`mode` needs a value",
                                                  "write an octal mode, such as `0700`"};
template <>
inline constexpr SyntaxError error_of<link_path>{&slug::missing_value, "`link` needs a path",
                                                 "write `link PATH -> TARGET`"};
template <>
inline constexpr SyntaxError error_of<link_arrow>{&slug::missing_value, "`link` needs `->` after the path",
                                                  "write `link PATH -> TARGET`, with blanks around `->`"};
template <>
inline constexpr SyntaxError error_of<link_target>{&slug::missing_value, "`link` needs a target",
                                                   "write `link PATH -> TARGET`"};
template <>
inline constexpr SyntaxError error_of<file_path>{&slug::missing_value, "`file` needs a path",
                                                 "write `file PATH \"text\"`"};
template <>
inline constexpr SyntaxError error_of<file_text>{&slug::missing_value, "`file` needs the text of the file",
                                                 "write `file PATH \"text\"`"};
template <>
inline constexpr SyntaxError error_of<setuid_allow>{&slug::missing_value, "`setuid` needs `allow`",
                                                    "write `setuid allow`"};
template <>
inline constexpr SyntaxError error_of<refuse_with>{&slug::missing_value, "`refuse` needs `with` and a response",
                                                   "end the statement in `with EPERM`"};
template <>
inline constexpr SyntaxError error_of<response>{&slug::missing_value, "`with` needs a response",
                                                "write a response, such as `with EPERM`"};
template <>
inline constexpr SyntaxError error_of<first<limit_item>>{&slug::missing_value, "the limit `{}` needs a value",
                                                         "write a value after `{}`"};
template <>
inline constexpr SyntaxError error_of<first<process_item>>{&slug::missing_value, "`{}` needs a value",
                                                           "write a value after `{}`"};
template <>
inline constexpr SyntaxError error_of<set_name>{&slug::missing_name, "`set` needs the name of a variable",
                                                "write `set NAME \"value\"`"};
template <>
inline constexpr SyntaxError error_of<set_value>{&slug::missing_value, "`set` needs a value",
                                                 "write `set NAME \"value\"`"};
template <>
inline constexpr SyntaxError error_of<into_value>{&slug::missing_value, "`into` needs a folder",
                                                  "write the folder on the host after `into`"};
template <>
inline constexpr SyntaxError error_of<root_path>{&slug::missing_value, "`root` needs a folder",
                                                 "write the folder on the host after `root`"};
template <>
inline constexpr SyntaxError error_of<forbidden_rule>{&slug::missing_value, "`forbid` needs what it forbids",
                                                      "write what is forbidden, such as `forbid connect tcp 25`"};
template <>
inline constexpr SyntaxError error_of<first<port_item>>{&slug::empty_list, "`{}` needs at least one port",
                                                        "write a port after `{}`, such as `{} 443`"};
template <>
inline constexpr SyntaxError error_of<first<endpoint_item>>{&slug::empty_list, "`{}` needs `tcp` and a port",
                                                            "write `{} tcp 443`"};
template <>
inline constexpr SyntaxError error_of<close_paren>{&slug::missing_parenthesis, "`)` is missing",
                                                   "write `)` where the list or the condition ends"};
template <>
inline constexpr SyntaxError error_of<first<binding>>{&slug::missing_value, "`{}` needs `NAME = VALUE`",
                                                      "write a name, `=` and a value"};
template <>
inline constexpr SyntaxError error_of<further<binding>>{
    &slug::missing_value, "`NAME = VALUE` is missing after the comma", "remove the comma", true};
template <>
inline constexpr SyntaxError error_of<binding_equals>{&slug::missing_value, "`=` is missing after the name",
                                                      "write `NAME = VALUE`"};
template <>
inline constexpr SyntaxError error_of<binding_value>{&slug::missing_value, "a value is missing after `=`",
                                                     "write a value after `=`"};
template <>
inline constexpr SyntaxError error_of<first<parameter>>{
    &slug::empty_list, "the parentheses name no argument",
    "write a name for each argument that the condition is about, and `_` for the others"};
template <>
inline constexpr SyntaxError error_of<first<listed_value>>{&slug::empty_list, "`{}` needs at least one value",
                                                           "write a value between the parentheses"};
template <>
inline constexpr SyntaxError error_of<value>{&slug::missing_condition, "a value is missing",
                                             "write a constant or a number"};
template <>
inline constexpr SyntaxError error_of<mask_value>{&slug::missing_condition, "a value is missing after `&`",
                                                  "write a mask, such as `flags & O_ACCMODE == O_RDONLY`"};
template <>
inline constexpr SyntaxError error_of<values_open>{&slug::missing_parenthesis, "`{}` needs a list in parentheses",
                                                   "write `{} (VALUE, ...)`"};
template <>
inline constexpr SyntaxError error_of<exists_path>{&slug::missing_value, "`exists` needs a path",
                                                   "write the path on the host after `exists`"};
template <>
inline constexpr SyntaxError error_of<when_brace>{&slug::missing_brace, "`when` needs `{` after its condition",
                                                  "write `when CONDITION { ... }`"};
template <>
inline constexpr SyntaxError error_of<else_branch>{&slug::missing_brace, "`else` needs `{` and sections, or `when`",
                                                   "write `else { ... }`"};
template <>
inline constexpr SyntaxError error_of<group_name>{&slug::missing_name, "`group` needs a name that begins with `@`",
                                                  "write `group @NAME { ... }`"};
template <>
inline constexpr SyntaxError error_of<group_brace>{&slug::missing_brace, "`group` needs `{` and system calls",
                                                   "write `group @NAME { ... }`"};
template <>
inline constexpr SyntaxError error_of<test_title>{&slug::missing_name, "`test` needs a title in double quotes",
                                                  "write `test \"TITLE\" { ... }`"};
template <>
inline constexpr SyntaxError error_of<test_brace>{&slug::missing_brace, "`test` needs `{` and its questions",
                                                  "write `test \"TITLE\" { ... }`"};
template <>
inline constexpr SyntaxError error_of<question>{&slug::unknown_question, "a question is missing",
                                                "write a question, such as `read /etc/shadow`"};
template <>
inline constexpr SyntaxError error_of<asked>{&slug::unknown_question, "a question is missing",
                                             "write a question, such as `read /etc/shadow`"};
template <>
inline constexpr SyntaxError error_of<asked_end>{&slug::unexpected_text, "unexpected text after the question",
                                                 "ask one question"};
template <>
inline constexpr SyntaxError error_of<question_path>{&slug::missing_value, "`{}` needs a path",
                                                     "write a path after `{}`"};
template <>
inline constexpr SyntaxError error_of<question_port>{&slug::missing_value, "`{}` needs a port",
                                                     "write a port after `{}`, such as `{} 443`"};
template <>
inline constexpr SyntaxError error_of<question_endpoint>{&slug::missing_value, "`{}` needs `tcp` and a port",
                                                         "write `{} tcp 443`"};
template <>
inline constexpr SyntaxError error_of<question_name>{&slug::missing_value, "`{}` needs a name",
                                                     "write a name after `{}`"};
template <>
inline constexpr SyntaxError error_of<question_call>{&slug::missing_value, "`syscall` needs the name of a system call",
                                                     "write a name after `syscall`, such as `syscall execve`"};
template <>
inline constexpr SyntaxError error_of<first<call_argument>>{&slug::missing_value, "an argument is missing",
                                                            "write a constant or a number, or `_` for any value"};
template <>
inline constexpr SyntaxError error_of<argument_value>{&slug::missing_value, "a value is missing after `|`",
                                                      "write a constant or a number"};
template <typename Between>
inline constexpr SyntaxError error_of<not_mixed<Between>>{&slug::mixed_condition,
                                                          "`and` and `or` stand together without parentheses",
                                                          "put parentheses around the part that belongs together"};
template <>
inline constexpr SyntaxError error_of<file_end>{&slug::unexpected_text, "unexpected text", "remove it"};

}  // namespace ward::policy::grammar
