#pragma once

#include <atomic>
#include <chrono>

#include "base/clock.hpp"

namespace postern::test {

// A clock that stands still until it is told to move. Thread safe.
class ManualClock final : public Clock {
public:
    Timestamp now() const override { return Timestamp{std::chrono::microseconds{start_us + moved_us_.load()}}; }
    Instant instant() const override { return Instant{std::chrono::microseconds{start_us + moved_us_.load()}}; }
    void move(std::chrono::microseconds by) { moved_us_ += by.count(); }

private:
    static constexpr std::int64_t start_us = 1'795'000'000'000'000;  // November 2026
    std::atomic<std::int64_t> moved_us_{0};
};

}  // namespace postern::test
