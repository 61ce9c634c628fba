#pragma once

#include <cstdint>
#include <mutex>
#include <random>

#include "base/random.hpp"

namespace postern::test {

// The same bytes in every run. Thread safe.
class SeededRandom final : public Random {
public:
    explicit SeededRandom(std::uint64_t seed = 1) : engine_{seed} {}
    void fill(std::span<std::uint8_t> bytes) override {
        const std::lock_guard lock(mutex_);
        for (auto& byte : bytes) byte = static_cast<std::uint8_t>(engine_() >> 32);
    }

private:
    std::mutex mutex_;
    std::mt19937_64 engine_;
};

}  // namespace postern::test
