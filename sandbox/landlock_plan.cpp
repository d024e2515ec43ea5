#include "sandbox/landlock_plan.hpp"

#include <algorithm>

#include "sandbox/landlock.hpp"
#include "sandbox/network_plan.hpp"

namespace ward::sandbox {
namespace {

constexpr std::uint64_t dns_port = 53;

class LandlockPlanner {
public:
    LandlockPlanner(const LandlockRequest& request, PlanWriter& writer)
        : request_(&request), writer_(&writer), init_(writer.plan.init) {}

    Slot plan() {
        const compiler::Network& network = request_->jail.network;
        const std::uint64_t files = guards_streams() ? landlock::changes : 0;
        if (files == 0) tell_of_unguarded_streams();
        // Without the interface they were given up on the command line: check_network().
        const bool has_ports = limits_ports(network) && request_->host.landlock_abi >= landlock::port_abi;
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
        const auto& origins = request_->jail.network.origins;
        if (origins.empty()) return writer_->because_always();
        writer_->because(origins, "`network`");
    }

    // ---- scopes

    [[nodiscard]] std::uint64_t scopes_to_keep() const {
        if (request_->host.landlock_abi < landlock::scope_abi) return 0;
        if (!keeps_abstract_sockets_out(request_->jail.network)) return 0;
        return landlock::abstract_sockets | landlock::signals;
    }

    // ---- streams

    // A descriptor of a file can be opened again through /proc/self/fd, with rights that it does not have
    // itself (proc_pid_fd(5)). Namespaces of the program's own need mounts, which a ruleset about files refuses.
    [[nodiscard]] bool guards_streams() const {
        return has_stream_to_read() && request_->host.landlock_abi >= landlock::truncate_abi &&
               request_->jail.process.nested.empty();
    }

    // A file that the caller handed over for reading is to stay as it is.
    static bool is_to_read(const Stream& stream) { return stream.is_file && !stream.is_written; }

    [[nodiscard]] bool has_stream_to_read() const {
        const auto& streams = request_->host.streams;
        return std::any_of(std::begin(streams), std::end(streams), is_to_read);
    }

    // A weaker jail than that of a newer kernel, or of a policy without `nested`, and nobody has asked for it.
    void tell_of_unguarded_streams() {
        if (!has_stream_to_read()) return;
        const bool is_nested = !request_->jail.process.nested.empty();
        writer_->plan.notes.emplace_back(
            std::string(
                "a file that is a standard stream can be opened again, for writing too, if its mode allows that: ") +
            (is_nested ? "what prevents it would forbid the mounts that `nested allow` is for, and here a pipe does"
                       : "Landlock prevents it from Linux 6.2 on, and here a pipe does") +
            " (`cat FILE | ward ...`)");
    }

    void plan_files() {
        writer_->because_always();
        for (const auto& [path, entry] : request_->view.entries) allow_entry(entry);
        for (const DevicePlace& device : request_->devices) allow_path(device.path, landlock::changes_of_a_file);
        for (std::uint64_t stream = 0; stream < 3; ++stream) allow_stream(stream);
        enforced("landlock: files of the streams");
    }

    // What mounts let the program write, it may write here as well.
    void allow_entry(const ViewEntry& entry) {
        const bool is_private = entry.kind == ViewEntry::Kind::private_folder;
        if (entry.kind == ViewEntry::Kind::proc) return allow_path(entry.path, landlock::changes_of_a_file);
        if (entry.kind == ViewEntry::Kind::pin || (!is_private && !entry.is_writable_tree())) return;
        allow_path(entry.path, entry.is_folder() ? landlock::changes : landlock::changes_of_a_file);
    }

    void allow_path(const std::string& path, std::uint64_t rights) {
        writer_->add(init_, Operation::allow_path, {.slot = slot_, .path = path, .numbers = {rights}});
    }

    void allow_stream(std::uint64_t number) {
        if (is_to_read(request_->host.streams[number])) return;
        writer_->add(init_, Operation::allow_stream, {.slot = slot_, .numbers = {landlock::changes_of_a_file, number}});
    }

    // ---- ports

    void plan_ports() {
        const compiler::Network& network = request_->jail.network;
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

    const LandlockRequest* request_;
    PlanWriter* writer_;
    std::vector<Step>& init_;
    Slot slot_ = no_slot;
};

}  // namespace

Slot plan_landlock(const LandlockRequest& request, PlanWriter& writer) {
    return LandlockPlanner(request, writer).plan();
}

}  // namespace ward::sandbox
