// Programs that are measured, copied as an installation makes them, in a folder that every user can read and that is
// gone with this.
//
// A file that a linker has just written lies in the page cache in pieces of one page each, until the next boot: a start
// of it takes a tenth longer, the first round in it half as long again.
#pragma once

#include <stdlib.h>  // mkdtemp

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace ward::bench {

class CopiedPrograms {
public:
    CopiedPrograms() {
        std::string pattern = "/var/tmp/ward-bench-XXXXXX";  // not in /tmp, which is the jail's own
        if (::mkdtemp(pattern.data()) == nullptr) std::abort();
        folder_ = pattern;
        std::filesystem::permissions(folder_, std::filesystem::perms(0755));
    }
    CopiedPrograms(const CopiedPrograms&) = delete;
    CopiedPrograms& operator=(const CopiedPrograms&) = delete;
    ~CopiedPrograms() {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }

    void add(const std::string& name, const std::string& built) const {
        std::filesystem::copy_file(built, program(name));
    }
    [[nodiscard]] const std::string& folder() const { return folder_; }
    [[nodiscard]] std::string program(const std::string& name) const { return folder_ + '/' + name; }

private:
    std::string folder_;
};

}  // namespace ward::bench
