#pragma once

#include <chrono>
#include <string>

namespace postern {

// Wall time, UTC, microseconds: what is stored and shown.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;
// Monotonic time: what deadlines are measured with, so that a jump of the wall clock moves none of them.
using Instant = std::chrono::steady_clock::time_point;

// Time comes in through one of these, never from a global.
class Clock {
public:
    virtual ~Clock() = default;
    virtual Timestamp now() const = 0;
    virtual Instant instant() const = 0;
};

// The machine's clocks. In builds with POSTERN_FAULTS the wall clock is moved by the number of seconds that stands in
// the file named by POSTERN_CLOCK_OFFSET_FILE (read each time); other builds do not hold that code.
class SystemClock final : public Clock {
public:
    Timestamp now() const override;
    Instant instant() const override { return std::chrono::steady_clock::now(); }
};

// `2026-11-25T03:56:29.123456Z` (RFC 3339).
std::string to_rfc3339(Timestamp time);

}  // namespace postern
