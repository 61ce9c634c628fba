#pragma once

#include <cstdint>
#include <span>

namespace postern {

// Where unpredictable bytes come from: the machine (base/crypto/system_random.hpp) or a seeded stream in tests.
class Random {
public:
    virtual ~Random() = default;
    virtual void fill(std::span<std::uint8_t> bytes) = 0;  // thread safe
};

}  // namespace postern
