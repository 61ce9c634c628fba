#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::mercury {

// `4.00`: exactly two places, no separators. Eight characters hold 99999.99 at most.
constexpr std::int64_t amount_minor_max = 9'999'999;
std::string amount_text(std::int64_t amount_minor);

// The same form back, at most ten characters, white space around it tolerated; nothing for any other spelling.
std::optional<std::int64_t> parse_amount(std::string_view text);

// Without white space at both ends.
std::string_view trimmed(std::string_view text);

}  // namespace postern::mercury
