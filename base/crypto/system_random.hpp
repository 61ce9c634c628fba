#pragma once

#include "base/random.hpp"

namespace postern::crypto {

// The kernel's generator through libsodium; aborts where it is not to be had.
class SystemRandom final : public Random {
public:
    SystemRandom();
    void fill(std::span<std::uint8_t> bytes) override;
};

}  // namespace postern::crypto
