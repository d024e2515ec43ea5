#include "sandbox/unenforced.hpp"

#include <string>
#include <string_view>

namespace ward::sandbox {
namespace {

using compiler::Jail;
using compiler::Origins;

class Refuser {
public:
    explicit Refuser(policy::Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

    // `origins` of what is not asked for are empty.
    void refuse(const Origins& origins, std::string_view words) {
        if (origins.empty()) return;
        diagnostics_
            .add(policy::slug::not_enforced, origins.front(),
                 "`" + std::string(words) + "` cannot be enforced by this version of ward")
            .note("what a policy asks for is enforced, or nothing runs")
            .help("remove `" + std::string(words) + "`");
    }

private:
    policy::Diagnostics& diagnostics_;
};

}  // namespace

void refuse_unenforced(const Jail& jail, policy::Diagnostics& diagnostics) {
    Refuser refuser(diagnostics);
    // A jail ends with the first process of its PID namespace: docs/explanation/decisions.md.
    refuser.refuse(jail.process.share_pid, "share pid");
}

}  // namespace ward::sandbox
