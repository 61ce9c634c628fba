#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/wiped/wiped.hpp"

namespace postern::vault {

// The body of POST /v1/tokens. Text lies in wiped memory; what the caller left out is empty. A card is given in one of
// three ways: number and expiry, tracks, or what an encrypting reader made of it.
struct TokenBody {
    wiped::Text number, security_code, name, address, postal_code;
    int expiry_month = 0, expiry_year = 0;
    wiped::Text track1, track2;
    wiped::Text encrypted_format, encrypted_source, encrypted_block, encrypted_key_serial;
};

// What is wrong with a body: a pointer to the field and a code, never the value. A pointer names known fields only,
// since a card number may have been sent as a field's name.
struct FieldError {
    std::string field;
    std::string_view code;
    friend bool operator==(const FieldError&, const FieldError&) = default;
};

// One JSON object (RFC 8259), flat but for `encrypted`, strictly: no other fields, none twice, integers without fraction or exponent, valid
// UTF-8, no control characters, nothing behind it. Nothing of the body is copied outside wiped memory. All fields'
// errors at once: "field_missing", "field_repeated", "field_excluded" (by another way of giving the card),
// "wrong_type", "text_not_allowed"; with an empty pointer
// "malformed_json", "unknown_field".
std::variant<TokenBody, std::vector<FieldError>> parse_token_body(std::string_view json);

}  // namespace postern::vault
