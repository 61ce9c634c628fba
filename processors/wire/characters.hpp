#pragma once

#include <cstdint>
#include <string_view>

namespace postern::processors::wire {

// One character of UTF-8 text and how many bytes it took; length 0: malformed.
struct Utf8Character {
    std::uint32_t code_point = 0;
    std::size_t length = 0;
};
Utf8Character first_character(std::string_view text);

bool is_xml_character(std::uint32_t code_point);  // XML 1.0, production 2
// Well-formed UTF-8 whose every character XML 1.0 can carry.
bool is_xml_text(std::string_view text);
// A qualified name as we write them: ASCII letters, digits, '_', '-', '.', at most one ':'.
bool is_xml_name(std::string_view name);

constexpr char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool equal_ignoring_case(std::string_view a, std::string_view b);  // ASCII

}  // namespace postern::processors::wire
