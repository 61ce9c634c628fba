#pragma once

#include <string_view>

namespace postern {

// True where text holds what looks like a card number: 13 to 19 digits, bare or parted by single spaces, dashes or
// dots, with a brand's prefix for that length and a right check digit (Luhn). A longer run of digits is searched at
// every offset. The caller passes decoded text (percent, JSON and base64 forms are undone by whoever speaks them).
bool holds_card_number(std::string_view text);

}  // namespace postern
