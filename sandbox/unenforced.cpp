#include "sandbox/unenforced.hpp"

#include <string>
#include <string_view>

namespace ward::sandbox {
namespace {

using compiler::FileRule;
using compiler::Jail;
using compiler::LimitName;
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

void refuse_files(const Jail& jail, Refuser& refuser) {
    refuser.refuse(jail.root.origins, "root");
    for (const FileRule& rule : jail.files) {
        if (rule.kind == FileRule::Kind::overlay) refuser.refuse(rule.origins, "overlay");
        if (rule.kind == FileRule::Kind::directory) refuser.refuse(rule.origins, "directory");
    }
}

void refuse_network(const Jail& jail, Refuser& refuser) {
    for (const auto& ports : jail.network.connect) refuser.refuse(ports.origins, "connect");
    for (const auto& ports : jail.network.listen) refuser.refuse(ports.origins, "listen");
    for (const auto& socket : jail.network.unix_paths) refuser.refuse(socket.origins, "unix PATH");
    if (jail.network.resolve) refuser.refuse(jail.network.origins, "resolve");
}

void refuse_process(const Jail& jail, Refuser& refuser) {
    refuser.refuse(jail.process.group.origins, "group");
    refuser.refuse(jail.process.directory.origins, "directory");
    refuser.refuse(jail.process.share_pid, "share pid");
    refuser.refuse(jail.process.share_ipc, "share ipc");
    refuser.refuse(jail.process.share_uts, "share uts");
    refuser.refuse(jail.process.share_cgroup, "share cgroup");
    refuser.refuse(jail.process.nested, "nested");
    refuser.refuse(jail.process.debug, "debug");
}

void refuse_limits(const Jail& jail, Refuser& refuser) {
    if (const auto& io = jail.limit(LimitName::io)) refuser.refuse(io->origins, "io");
    if (const auto& priority = jail.limit(LimitName::priority)) refuser.refuse(priority->origins, "priority");
    if (jail.cpu_set) refuser.refuse(jail.cpu_set->origins, "cpu-set");
}

}  // namespace

void refuse_unenforced(const Jail& jail, policy::Diagnostics& diagnostics) {
    Refuser refuser(diagnostics);
    refuse_files(jail, refuser);
    refuse_network(jail, refuser);
    refuse_process(jail, refuser);
    refuse_limits(jail, refuser);
    if (jail.filter.abis.size() > 1) refuser.refuse({jail.origin}, "abi");
}

}  // namespace ward::sandbox
