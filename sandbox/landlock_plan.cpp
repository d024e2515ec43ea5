#include "sandbox/landlock_plan.hpp"

#include <algorithm>

#include "sandbox/landlock.hpp"
#include "sandbox/network_plan.hpp"

namespace ward::sandbox {
namespace {

constexpr std::uint64_t dns_port = 53;

class LandlockPlanner {
public:
    LandlockPlanner(const compiler::Jail& jail, const Host& host, PlanWriter& writer)
        : jail_(&jail), host_(&host), writer_(&writer), init_(writer.plan.init) {}

    Slot plan() {
        const compiler::Network& network = jail_->network;
        const std::uint64_t files = guards_streams() ? landlock::changes : 0;
        if (files == 0) tell_of_unguarded_streams();
        // Without the interface they were given up on the command line: check_network().
        const bool has_ports = limits_ports(network) && host_->landlock_abi >= landlock::port_abi;
        const std::uint64_t ports = has_ports ? landlock::bind_tcp | landlock::connect_tcp : 0;
        const std::uint64_t scopes = scopes_to_keep();
        if ((files | ports | scopes) == 0) return no_slot;
        slot_ = writer_->new_slot();
        because_of_network();
        writer_->add(init_, Operation::new_ruleset, {.into = slot_, .numbers = {files, ports, scopes}});
        if (files != 0) plan_files();
        if (ports != 0) plan_ports();
        if (scopes != 0) enforced("landlock: scopes");
        return slot_;
    }

private:
    void enforced(std::string feature) { writer_->plan.enforced.push_back(std::move(feature)); }

    void because_of_network() {
        const auto& origins = jail_->network.origins;
        if (origins.empty()) return writer_->because_always();
        writer_->because(origins, "`network`");
    }

    // ---- scopes

    [[nodiscard]] std::uint64_t scopes_to_keep() const {
        if (host_->landlock_abi < landlock::scope_abi) return 0;
        if (!keeps_abstract_sockets_out(jail_->network)) return 0;
        return landlock::abstract_sockets | landlock::signals;
    }

    // ---- streams

    // A descriptor of a file can be opened again through /proc/self/fd, with rights that it does not have
    // itself (proc_pid_fd(5)). Namespaces of the program's own need mounts, which a ruleset about files refuses.
    [[nodiscard]] bool guards_streams() const {
        return has_stream_to_read() && host_->landlock_abi >= landlock::truncate_abi && jail_->process.nested.empty();
    }

    // A file that the caller handed over for reading is to stay as it is.
    static bool is_to_read(const Stream& stream) { return stream.is_file && !stream.is_written; }

    [[nodiscard]] bool has_stream_to_read() const {
        return std::any_of(std::begin(host_->streams), std::end(host_->streams), is_to_read);
    }

    // A weaker jail than that of a newer kernel, and nobody has asked for it.
    void tell_of_unguarded_streams() {
        if (!has_stream_to_read() || host_->landlock_abi >= landlock::truncate_abi) return;
        writer_->plan.notes.emplace_back(
            "a file that is a standard stream can be opened again, for writing too, if its mode allows that: Landlock "
            "prevents it from Linux 6.2 on, and here a pipe does (`cat FILE | ward ...`)");
    }

    // Whatever is below the root is as writable as its mount. What is not below it stays shut: the caller's own mounts,
    // on which the files of streams lie.
    void plan_files() {
        writer_->because_always();
        writer_->add(init_, Operation::allow_path, {.slot = slot_, .path = "/", .numbers = {landlock::changes}});
        for (std::uint64_t stream = 0; stream < 3; ++stream) allow_stream(stream);
        enforced("landlock: files of the streams");
    }

    void allow_stream(std::uint64_t number) {
        if (is_to_read(host_->streams[number])) return;
        writer_->add(init_, Operation::allow_stream, {.slot = slot_, .numbers = {landlock::changes_of_a_file, number}});
    }

    // ---- ports

    void plan_ports() {
        const compiler::Network& network = jail_->network;
        for (const auto& range : network.connect) allow_range(landlock::connect_tcp, range, "`connect tcp`");
        for (const auto& range : network.listen) allow_range(landlock::bind_tcp, range, "`listen tcp`");
        if (network.resolve) {
            writer_->because(network.resolve_origins, "`resolve`");
            allow(landlock::connect_tcp, dns_port, dns_port);
        }
        enforced("landlock: tcp ports");
    }

    void allow_range(std::uint64_t right, const compiler::PortRange& range, const std::string& purpose) {
        writer_->because(range.origins, purpose);
        allow(right, range.first, range.last);
    }

    void allow(std::uint64_t right, std::uint64_t first, std::uint64_t last) {
        writer_->add(init_, Operation::allow_ports, {.slot = slot_, .numbers = {right, first, last}});
    }

    const compiler::Jail* jail_;
    const Host* host_;
    PlanWriter* writer_;
    std::vector<Step>& init_;
    Slot slot_ = no_slot;
};

}  // namespace

Slot plan_landlock(const compiler::Jail& jail, const Host& host, PlanWriter& writer) {
    return LandlockPlanner(jail, host, writer).plan();
}

}  // namespace ward::sandbox
