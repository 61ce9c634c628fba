#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace postern::mercury::sandbox {

// A merchant's open batch: what came since the last close and still stands.
struct Batch {
    std::int64_t number = 1;
    std::optional<Timestamp> opened;  // when its first item came
    std::int64_t purchases = 0, purchased_minor = 0;
    std::int64_t returns = 0, returned_minor = 0;

    std::int64_t items() const { return purchases + returns; }
    std::int64_t net_minor() const { return purchased_minor - returned_minor; }
};

// When the host closes by itself: each day at a time of a zone's wall clock, also on the day that the clock changes.
struct ClosingTime {
    int minutes = 4 * 60;  // after midnight
    std::string_view zone = "America/New_York";
};
// "04:00"; the zone is fixed, as it is at the host. "bad_config".
Result<ClosingTime> parse_closing_time(std::string_view text);
Timestamp next_close(Timestamp after, const ClosingTime& closing);

}  // namespace postern::mercury::sandbox
