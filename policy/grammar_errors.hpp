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
inline constexpr SyntaxError error_of<no_arguments>{&slug::not_yet_supported,
                                                    "parameters of a `use` are not supported yet",
                                                    "remove the parentheses and what they hold"};
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
inline constexpr SyntaxError error_of<limit_value>{&slug::missing_value, "the limit `{}` needs a value",
                                                   "write a value after `{}`"};
template <>
inline constexpr SyntaxError error_of<process_value>{&slug::missing_value, "`{}` needs a value",
                                                     "write a value after `{}`"};
template <>
inline constexpr SyntaxError error_of<set_name>{&slug::missing_name, "`set` needs the name of a variable",
                                                "write `set NAME \"value\"`"};
template <>
inline constexpr SyntaxError error_of<set_value>{&slug::missing_value, "`set` needs a value",
                                                 "write `set NAME \"value\"`"};
template <>
inline constexpr SyntaxError error_of<file_end>{&slug::unexpected_text, "unexpected text", "remove it"};

}  // namespace ward::policy::grammar
