#pragma once

#include <cstddef>
#include <string_view>

namespace postern::vault {

// Of a page, as browsers write it (RFC 6454, 6.2): scheme, host in lower case, and the port where it is not the scheme's.
// https alone, since a card typed into another page is no secret; http for a developer's own machine. Never "null".
bool is_browser_origin(std::string_view text);

constexpr std::size_t browser_origins_max = 64;  // of one key

}  // namespace postern::vault
