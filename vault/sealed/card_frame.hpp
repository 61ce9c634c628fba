#pragma once

#ifndef POSTERN_VAULT_PROCESS
#error "card data types compile only into the vault process"
#endif

#include <cstddef>
#include <span>
#include <string_view>

#include "base/result.hpp"
#include "base/wiped/wiped.hpp"

namespace postern::vault::sealed {

// The secret part of a Tokenize frame, as the front writes it and the keeper reads it: one byte version (1), one byte
// month, two bytes year (big endian), then number, security code, name, address and postal code, each two bytes
// length (big endian) and the characters; nothing after them. Empty: not given. The views lie in the caller's or the
// frame's wiped memory: nothing is copied.
struct CardFields {
    int expiry_month = 0;
    int expiry_year = 0;
    std::string_view number, security_code, name, address, postal_code;
};
constexpr std::size_t number_characters_max = 32;  // above any card's: the keeper says what is wrong with it
constexpr std::size_t security_code_characters_max = 8;
constexpr std::size_t name_bytes_max = 128;
constexpr std::size_t address_bytes_max = 256;
constexpr std::size_t postal_code_bytes_max = 16;

// `invalid_request` "field_too_long" (with the field's pointer), "field_out_of_range" for the expiry (month 1..12, year
// 2000..2099).
Status encode_card_frame(const CardFields& fields, wiped::Bytes& out);
// "malformed_card_frame": any other bytes than what encode_card_frame writes.
Result<CardFields> parse_card_frame(std::span<const char> secret);

// What a token keeps beside the card (name, address, postal code), before it is sealed into one column: the same
// layout without number, code and expiry. Empty where none was given.
Status encode_details(const CardFields& fields, wiped::Bytes& out);
Result<CardFields> parse_details(std::span<const char> details);  // the other fields stay empty

// An account's credentials as AdminRequest.PutAccount carries them and as they are sealed: two bytes length and the
// merchant id, two bytes length and the password.
constexpr std::size_t credential_bytes_max = 128;
struct Credentials {
    std::string_view merchant_id, password;
};
Status encode_credentials(const Credentials& credentials, wiped::Bytes& out);
Result<Credentials> parse_credentials(std::span<const char> bytes);  // "malformed_credentials"

}  // namespace postern::vault::sealed
