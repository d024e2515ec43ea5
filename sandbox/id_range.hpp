// A range of 65,536 host ids that belongs to one jail alone, for a launcher that runs as root.
//
// The kernel keeps two processes apart by their ids: two jails that shared a range could signal and
// read each other if a namespace failed. The range is free again when the object is gone, or its
// process. It is never given to two jails at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "policy/diagnostic.hpp"

namespace ward::sandbox {

class OwnIdRange {
public:
    static constexpr std::uint32_t first_id = 0x70000000;
    static constexpr std::uint32_t size = 65536;
    static constexpr std::uint32_t ranges = 4096;

    // Takes a free range: by default each look begins somewhere else, since many at once would all ask for the
    // same ones first. `folder` holds the lock file; it is made if it is not there, and
    // must belong to the caller and be closed to all others. Absent, with a diagnostic, if not.
    [[nodiscard]] static std::optional<OwnIdRange> take(policy::Diagnostics& diagnostics,
                                                        const std::string& folder = "/run/ward",
                                                        std::uint32_t first = any_number());

    OwnIdRange(OwnIdRange&& other) noexcept;
    OwnIdRange& operator=(OwnIdRange&& other) noexcept;
    OwnIdRange(const OwnIdRange&) = delete;
    OwnIdRange& operator=(const OwnIdRange&) = delete;
    ~OwnIdRange();

    [[nodiscard]] std::uint32_t base() const { return first_id + number_ * size; }

private:
    static std::uint32_t any_number();
    OwnIdRange(int descriptor, std::uint32_t number) : descriptor_(descriptor), number_(number) {}

    int descriptor_;  // of the lock file; byte `number_` is locked through it
    std::uint32_t number_;
};

}  // namespace ward::sandbox
