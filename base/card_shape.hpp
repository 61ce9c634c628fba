#pragma once

#include <span>
#include <string_view>

namespace postern {

// True where text holds what looks like a card number: 13 to 19 digits, bare or parted by single spaces, dashes or
// dots, with a brand's prefix for that length and a right check digit (Luhn). A longer run of digits is searched at
// every offset. The caller passes decoded text (percent, JSON and base64 forms are undone by whoever speaks them).
bool holds_card_number(std::string_view text);

// The same of digits written backwards, for a run of 14 to 19 digits taken whole: at every offset it would take
// ordinary numbers for cards too often.
bool holds_reversed_card_number(std::string_view text);
// True where `groups`, digits that commas part, make a card number in the way cards are printed:
// 4-4-4-4 (and up to three more), 4-6-5, 4-6-4. Thousands and other lists are no cards.
bool is_grouped_card_number(std::span<const std::string_view> groups);

}  // namespace postern
