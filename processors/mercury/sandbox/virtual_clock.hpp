#pragma once

#include <optional>
#include <string_view>

#include "base/clock.hpp"

namespace postern::mercury::sandbox {

// The sandbox's day: the clock that it was given, ahead by what its owner asked for. Delays of answers stay real.
class VirtualClock final : public Clock {
public:
    VirtualClock(const Clock& real, std::chrono::microseconds ahead) : real_{real}, ahead_{ahead} {}
    Timestamp now() const override { return real_.now() + ahead_; }
    Instant instant() const override { return real_.instant(); }
    std::chrono::microseconds ahead() const { return ahead_; }
    std::chrono::microseconds ahead_at(Timestamp now) const { return now - real_.now(); }
    void move_ahead(std::chrono::microseconds ahead) { ahead_ = ahead; }

private:
    const Clock& real_;
    std::chrono::microseconds ahead_;
};

// `2026-11-25T03:56:29Z`, seconds with or without a fraction; UTC alone.
std::optional<Timestamp> parse_rfc3339(std::string_view text);

}  // namespace postern::mercury::sandbox
