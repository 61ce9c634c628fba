#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace postern::crypto {

using Sha256 = std::array<std::uint8_t, 32>;
Sha256 sha256(std::string_view bytes);
// Grouped base32 of SHA-256 (base/base32.hpp): the text form of every digest in a card-free zone.
std::string sha256_text(std::string_view bytes);
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace postern::crypto
