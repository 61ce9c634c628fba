#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace postern::compliance {

// One byte string to look for, and what finding it means.
struct Needle {
    std::string bytes;
    std::size_t number = 0;  // index of the card number that it is a form of
    std::string form;        // "plain", "dashed", "hex", "base64+1", "bcd", "utf16le", …
};

// The names of all forms, in the order in which forms_of gives them.
std::vector<std::string> form_names();

// Every form in which a card number is known to survive a careless program: as it is, grouped by spaces or dashes,
// hex of its digits' ASCII in both cases, base64 at the three alignments, packed BCD with either nibble first, UTF-16 in
// both byte orders, percent- and entity-encoded, and reversed. "malformed_number" unless 12 to 19 digits.
Result<std::vector<Needle>> forms_of(std::string_view digits, std::size_t number);

// Security codes are three or four digits, which stand in any file by chance: they are looked for where a program
// would have written them, beside their field's name (JSON, form, Mercury's element). "malformed_code".
Result<std::vector<Needle>> code_forms_of(std::string_view digits, std::size_t number);

// Any other secret text, such as a track: as it is, hex in both cases, base64 at the three alignments, UTF-16 in both byte
// orders, percent- and entity-encoded, and reversed. "malformed_text" where it is shorter than 12 characters.
Result<std::vector<Needle>> text_forms_of(std::string_view text, std::size_t number);

// `400300******6781`: how a find is reported; of what is no number nothing is shown.
std::string masked(std::string_view digits);

}  // namespace postern::compliance
