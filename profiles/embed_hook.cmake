# Writes OUTPUT, a C++ file with the text of FILE, the hook of fuzz targets.
file(READ ${FILE} text)
if(text MATCHES "\\)hook\"")
  message(FATAL_ERROR "${FILE}: holds the end mark of a raw string")
endif()
file(WRITE ${OUTPUT} "// Generated from profiles/fuzz-hook.c by embed_hook.cmake.
#include \"sandbox/cli/fuzz_hook.hpp\"

namespace ward::cli {
const std::string_view fuzz_hook = R\"hook(${text})hook\";
}  // namespace ward::cli
")
