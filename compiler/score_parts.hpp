// What each row of a score looks at; internal to it.
//
// A share must never be greater for a jail that allows less: ask what is granted, not what is written.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diff_points.hpp"
#include "compiler/facts.hpp"
#include "compiler/groups.hpp"
#include "compiler/jail.hpp"
#include "compiler/question_paths.hpp"
#include "policy/policy.hpp"

namespace ward::compiler {

// What one look at a jail finds.
struct Finding {
    double share = 0;
    std::string what;
    Origins origins;
};

enum class ExposureId {
#define WARD_EXPOSURE(id, weight, name, counts, advice) id,
#include "compiler/score_weights.inc"
#undef WARD_EXPOSURE
};

// ---- files

// What a jail reaches of the host's files, by paths that stand for all. The jail has to live as long.
class ScoredFiles {
public:
    // May throw TooManyPaths. `facts` say where the home folder is.
    ScoredFiles(const Jail& jail, const Facts& facts);

    // Of the places of the host that may be used so, the one nearest to `/`.
    [[nodiscard]] Finding widest(AccessBits access) const;
    [[nodiscard]] Finding readable_secrets() const;
    [[nodiscard]] Finding writable_starters() const;
    [[nodiscard]] Finding written_programs() const;

private:
    struct Reached {
        PathDecision decision;
        HostPath host;
        AccessBits access = 0;  // to the host's files, and with calls for it
    };
    [[nodiscard]] static const std::string& on_host(const Reached& reached, AccessBits access);
    [[nodiscard]] static Finding found(const Reached& reached, AccessBits access);
    [[nodiscard]] Finding at_places(const std::vector<std::string>& places, AccessBits access) const;

    PathModel model_;
    std::vector<std::string> secrets_, starters_;
    std::vector<Reached> reached_;
};

// The places that count, of this home folder.
[[nodiscard]] std::vector<std::string> secret_places(const Facts& facts);
[[nodiscard]] std::vector<std::string> starting_places(const Facts& facts);

// What runs later and outside of the jail; `~` stands for the home folder.
[[nodiscard]] std::span<const std::string_view> places_that_run();

// ---- system calls

struct DangerousCall {
    std::string_view name;
    unsigned weight;
};
// What exploits of the kernel and of other processes have needed.
[[nodiscard]] std::span<const DangerousCall> calls_that_are_dangerous();

// What a filter lets through, whatever the statements say that it was made from.
class ScoredCalls {
public:
    // May throw Diagram::TooLarge.
    explicit ScoredCalls(const Jail& jail);

    [[nodiscard]] Finding dangerous() const;
    [[nodiscard]] Finding all() const;
    [[nodiscard]] Finding programs() const;
    [[nodiscard]] Finding further_abis() const;

    // Of the groups that few programs need, the one with the most open calls; null if all are closed.
    [[nodiscard]] const CallGroup* rarely_needed() const;

    // The call and its later forms that are open: "mknod, mknodat".
    [[nodiscard]] std::string open_forms(const std::string& name) const;

    // As a `forbid` of the call and of its later forms would.
    void close(const std::string& name);
    void close(const CallGroup& group);
    void close_further_abis() { further_abis_ = 0; }

private:
    [[nodiscard]] Finding at(std::string_view name) const;
    [[nodiscard]] double share_of(std::uint32_t number) const;

    const Jail* jail_;
    Abi native_;
    std::map<std::uint32_t, double> openness_;  // by number: 0, 1, or between the two where arguments decide
    std::size_t further_abis_ = 0;
};

// ---- network

// The port range that has the most; null if none has more than one.
[[nodiscard]] const PortRange* widest(const std::vector<PortRange>& ranges);

// ---- advice

// What the advice of a row does; false if it says nothing that one statement could do.
[[nodiscard]] bool follow_for_files(ExposureId id, const Finding& found, const Facts& facts, Jail& jail);
[[nodiscard]] bool follow_for_calls(ExposureId id, const Finding& found, ScoredCalls& calls);
[[nodiscard]] bool follow_for_rest(ExposureId id, const Finding& found, Jail& jail);

}  // namespace ward::compiler
