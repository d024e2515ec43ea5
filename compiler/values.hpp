// Numbers as policies write them: `512M`, `10m`, `64`, `1.5`, `0755`.
//
// Only the forms are known here. Which range makes sense is the caller's question.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ward::compiler {

// What a value measures; also the types of parameters that are numbers.
enum class Unit {
    size,      // bytes: `64K`, `512M`, `2G`, `1T`, powers of 1024; a bare number only for 0
    duration,  // milliseconds: `250ms`, `30s`, `10m`, `2h`
    count,     // pieces: `64`
    cpu,       // thousandths of one processor: `2`, `1.5`, at most three decimals
};

// Absent if the text has not the unit's form or does not fit 64 bits.
[[nodiscard]] std::optional<std::uint64_t> parse_value(Unit unit, std::string_view text);
// `7` or `3..7`, both ends included; the second may be the lesser. Absent if it is neither.
struct Range {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
};
[[nodiscard]] std::optional<Range> parse_range(std::string_view text);
// Permission bits of a folder: three or four octal digits.
[[nodiscard]] std::optional<unsigned> parse_mode(std::string_view text);

// The shortest text that parse_value() reads as the same value.
[[nodiscard]] std::string format_value(Unit unit, std::uint64_t value);

// Words for messages: "size", and "a number with a unit, for example `512M` or `1G`".
[[nodiscard]] std::string_view unit_name(Unit unit);
[[nodiscard]] std::string_view unit_form(Unit unit);

}  // namespace ward::compiler
