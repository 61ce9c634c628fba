#pragma once

#include <optional>
#include <string_view>

#include "base/clock.hpp"

namespace postern::gateway {

// `2026-11-25T03:56:29Z`, with up to 9 digits of a fraction (what is finer than microseconds is cut) and any offset.
std::optional<Timestamp> parse_rfc3339(std::string_view text);

}  // namespace postern::gateway
