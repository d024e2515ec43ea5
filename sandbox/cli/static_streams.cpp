// Only in the statically linked program: std::cout and its kin are not made when it starts. Nothing here uses them
// (a test looks for them in the program), but libraries name their header, and so each start would make eight streams
// and their tables of a language. In place of the C++ library's own; it is not linked then.
#include <ios>

// NOLINTBEGIN(modernize-use-equals-default): where they are declared, they are not
std::ios_base::Init::Init() {}
std::ios_base::Init::~Init() {}
// NOLINTEND(modernize-use-equals-default)
