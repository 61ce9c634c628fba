#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace postern::stripe::sandbox {

// The published test numbers and what charges to them end in; others are approved. A verdict is a decline code, or an
// error code of its own ("expired_card").
struct NumberRow { std::string_view number, verdict; };
std::span<const NumberRow> number_rows();
std::string_view verdict_of_number(std::string_view number);  // empty: approved
bool is_luhn(std::string_view digits);

// Payment methods that exist without being made.
struct MagicRow { std::string_view id, verdict; };
std::span<const MagicRow> magic_rows();

// Amounts that decide, whatever the card, so that a test needs but one: 4002 and so on, in minor units.
struct AmountRow { std::int64_t amount; std::string_view verdict; };
std::span<const AmountRow> amount_rows();
std::string_view verdict_of_amount(std::int64_t amount);

bool is_error_code(std::string_view verdict);  // else it is a decline code under "card_declined"
std::string_view brand_of(std::string_view number);

// Places of a currency (0, 2, 3) as the host counts them; nothing for one that it does not take.
std::optional<int> places_of(std::string_view currency);

}  // namespace postern::stripe::sandbox
