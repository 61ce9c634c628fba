#pragma once

#include <cstdint>
#include <string>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"

namespace postern::gateway {

// A new epoch for this start's processor identities: 40 bits, 32 of them seconds since 2025 and 8 random, durable in
// the database before the first identity is made. A row that is there already, another start within the same second or
// one of a clock that was set back, makes it draw again. Blocking; for the start.
Result<std::uint64_t> take_identity_epoch(const std::string& connection_string, const std::string& instance,
                                          Timestamp now, Random& random);

}  // namespace postern::gateway
