// A file replaced as a whole: who reads it finds the old text or the new one, never a part.
#pragma once

#include <sys/stat.h>

#include <string>
#include <string_view>

namespace ward::cli {

// `place` is behind all symlinks. The new file gets the mode and the owner of `like`. Where that
// cannot be, nothing has been changed and false is returned; errno says why.
[[nodiscard]] bool replace_file(const std::string& place, const struct stat& like, std::string_view text);

}  // namespace ward::cli
