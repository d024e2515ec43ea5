# Writes OUTPUT, a C++ file with the text of every policy below FOLDER.
file(GLOB_RECURSE files RELATIVE ${FOLDER} ${FOLDER}/*.ward)
list(SORT files)
set(rows "")
list(LENGTH files count)
foreach(file IN LISTS files)
  string(REGEX REPLACE "\\.ward$" "" name ${file})
  string(REPLACE "/" "." name ${name})
  file(READ ${FOLDER}/${file} text)
  if(text MATCHES "\\)ward\"")
    message(FATAL_ERROR "${file}: holds the end mark of a raw string")
  endif()
  string(APPEND rows "    {\"${name}\", R\"ward(${text})ward\"},\n")
endforeach()
file(WRITE ${OUTPUT} "// Generated from profiles/ by embed.cmake.
#include \"policy/library.hpp\"

namespace ward::policy {
namespace {
constexpr BuiltIn policies[] = {
${rows}};
}  // namespace

std::span<const BuiltIn> built_in_policies() { return policies; }
}  // namespace ward::policy
")
