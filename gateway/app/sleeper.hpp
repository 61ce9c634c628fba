#pragma once

#include <chrono>

#include "gateway/app/store.hpp"

namespace postern::gateway {

// Waiting, as an interface: tests move a clock instead of passing time.
class Sleeper {
public:
    virtual ~Sleeper() = default;
    virtual Awaitable<void> sleep(std::chrono::milliseconds pause) = 0;
};

// On a timer of the calling coroutine's executor.
class TimerSleeper final : public Sleeper {
public:
    Awaitable<void> sleep(std::chrono::milliseconds pause) override;
};

}  // namespace postern::gateway
