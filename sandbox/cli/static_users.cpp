// Only in the statically linked program, instead of functions of the C library that would need shared
// libraries at run time. capng_change_id() of libcap-ng refers to them, and ward never calls it.
#include <grp.h>
#include <pwd.h>

#include <cstdlib>

extern "C" passwd* getpwuid(uid_t /*uid*/) {
    std::abort();
}

extern "C" int initgroups(const char* /*user*/, gid_t /*group*/) {
    std::abort();
}
