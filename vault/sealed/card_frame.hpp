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

// What an encrypting reader gave instead of a card; only its maker's and the processor's keys open it.
struct EncryptedFields {
    std::string_view format, source, block, key_serial;  // "MagneSafe", "Swiped", hexadecimal both
    bool is_given() const { return !block.empty(); }
};

// The secret part of a Tokenize frame, as the front writes it and the keeper reads it: one byte version (2), one byte
// month, two bytes year (big endian), then number, security code, name, address, postal code, both tracks, and the four
// fields of an encrypting reader, each two bytes length (big endian) and the characters; nothing after them. Empty: not
// given; with tracks or a block the expiry is 0. The views lie in the caller's or the frame's wiped memory: nothing is
// copied.
struct CardFields {
    int expiry_month = 0;
    int expiry_year = 0;
    std::string_view number, security_code, name, address, postal_code;
    std::string_view track1 = {}, track2 = {};
    EncryptedFields encrypted = {};
    bool is_keyed() const { return track1.empty() && track2.empty() && !encrypted.is_given(); }
};
constexpr std::size_t number_characters_max = 32;  // above any card's: the keeper says what is wrong with it
constexpr std::size_t security_code_characters_max = 8;
constexpr std::size_t name_bytes_max = 128;
constexpr std::size_t address_bytes_max = 256;
constexpr std::size_t postal_code_bytes_max = 16;
constexpr std::size_t track_characters_max = 128;  // above any track's: the keeper says what is wrong with it
constexpr std::size_t encrypted_word_characters_max = 32;
constexpr std::size_t encrypted_block_characters_max = 512;

// `invalid_request` "field_too_long" (with the field's pointer), "field_out_of_range" for the expiry (month 1..12, year
// 2000..2099; neither where no number is given).
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
