// Only in the statically linked program. libcap-ng's tables of names need one variable of its other half, which
// begins every start of a program with eight system calls, and holds functions that need shared libraries. With
// the variable here, the linker leaves that half out.
#include <linux/capability.h>

extern "C" {
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): the library's, of this name and type
unsigned int last_cap = CAP_LAST_CAP;
}
