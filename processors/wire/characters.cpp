#include "processors/wire/characters.hpp"

#include <algorithm>

namespace postern::processors::wire {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name_tail(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.'; }

bool is_plain_name(std::string_view name) {
    return !name.empty() && is_letter(name.front()) && std::ranges::all_of(name, is_name_tail);
}

// How many bytes the first one announces, and the smallest code point that may need so many.
struct Announced {
    std::size_t length = 0;
    std::uint32_t bits = 0, least = 0;
};
Announced announced_by(unsigned char first) {
    if (first < 0x80) return {1, first, 0};
    if ((first & 0xE0) == 0xC0) return {2, first & 0x1Fu, 0x80};
    if ((first & 0xF0) == 0xE0) return {3, first & 0x0Fu, 0x800};
    if ((first & 0xF8) == 0xF0) return {4, first & 0x07u, 0x10000};
    return {};
}

}  // namespace

Utf8Character first_character(std::string_view text) {
    if (text.empty()) return {};
    const Announced announced = announced_by(static_cast<unsigned char>(text.front()));
    if (announced.length == 0 || text.size() < announced.length) return {};
    std::uint32_t code_point = announced.bits;
    for (std::size_t i = 1; i < announced.length; ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if ((byte & 0xC0) != 0x80) return {};
        code_point = (code_point << 6) | (byte & 0x3Fu);
    }
    if (code_point < announced.least) return {};  // overlong
    return {code_point, announced.length};
}

bool is_xml_character(std::uint32_t c) {
    return c == 0x9 || c == 0xA || c == 0xD || (c >= 0x20 && c <= 0xD7FF) || (c >= 0xE000 && c <= 0xFFFD) ||
           (c >= 0x10000 && c <= 0x10FFFF);
}

bool is_xml_text(std::string_view text) {
    while (!text.empty()) {
        const Utf8Character next = first_character(text);
        if (next.length == 0 || !is_xml_character(next.code_point)) return false;
        text.remove_prefix(next.length);
    }
    return true;
}

bool is_xml_name(std::string_view name) {
    const std::size_t colon = name.find(':');
    if (colon == name.npos) return is_plain_name(name);
    return is_plain_name(name.substr(0, colon)) && is_plain_name(name.substr(colon + 1));
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}

}  // namespace postern::processors::wire
