#include "base/crypto/system_random.hpp"

#include <cstdlib>
#include <sodium.h>

namespace postern::crypto {

SystemRandom::SystemRandom() {
    if (sodium_init() < 0) std::abort();
}

void SystemRandom::fill(std::span<std::uint8_t> bytes) { randombytes_buf(bytes.data(), bytes.size()); }

}  // namespace postern::crypto
