#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern {

// Lower-case Crockford base32 (0-9 a-z without i, l, o, u), most significant bit first, no padding.
std::string base32_encode(std::span<const std::uint8_t> bytes);
// The bytes again; nothing where a character is foreign or the tail bits are not zero.
std::optional<std::vector<std::uint8_t>> base32_decode(std::string_view text);

// The text form of any binary value in a card-free zone (digests, foreign references, sealed evidence, event
// payloads): base32 in groups of eight joined by '-', so that no run of 12 digits, which a scanner would take for a
// card number, can come up by chance.
std::string base32_grouped(std::span<const std::uint8_t> bytes);
std::optional<std::vector<std::uint8_t>> base32_ungrouped(std::string_view text);

// Length of the longest run of decimal digits: values of a card-free zone stay below 12.
std::size_t longest_digit_run(std::string_view text);

// A caller's or processor's text as a card-free zone keeps it: as it is, or, where it holds 12 or more digits in a row
// or begins with '~', as '~' and grouped base32. `shown_text` gives the original back; what is malformed comes back as
// it is.
std::string stored_text(std::string_view text);
std::string shown_text(std::string_view stored);

}  // namespace postern
