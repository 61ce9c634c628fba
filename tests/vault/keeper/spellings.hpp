#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace postern::vault::test {

// The ways to write a number that the scrubber must find, written anew: nothing here is the scrubber's own code.
inline std::string base64(std::string_view bytes) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t bits = 0;
        for (std::size_t j = 0; j < 3; ++j)
            bits = (bits << 8) | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
        for (std::size_t j = 0; j < 4; ++j)
            out += i + j <= bytes.size() ? alphabet[(bits >> (18 - 6 * j)) & 63] : '=';
    }
    return out;
}

inline std::string each(std::string_view text, const std::function<std::string(char)>& spell) {
    std::string out;
    for (const char c : text) out += spell(c);
    return out;
}

inline std::string packed(std::string_view digits) {
    std::string out;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        out += static_cast<char>((digits[i] - '0') * 16 + (digits[i + 1] - '0'));
    return out;
}

inline std::string hex(std::string_view bytes) {
    return each(bytes, [](char c) { return fmt::format("{:02x}", static_cast<unsigned char>(c)); });
}

inline std::string escaped(std::string_view text) {
    return each(text, [](char c) {
        return c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string(1, c);
    });
}

inline std::string utf16(std::string_view text, bool big) {
    return each(text, [&](char c) { return big ? std::string{'\0', c} : std::string{c, '\0'}; });
}

// RFC 4648 without padding, in the alphabet given.
inline std::string base32(std::string_view bytes, std::string_view alphabet) {
    std::string out;
    std::uint32_t bits = 0;
    int held = 0;
    for (const char c : bytes) {
        bits = (bits << 8) | static_cast<unsigned char>(c);
        for (held += 8; held >= 5; held -= 5) out += alphabet[(bits >> (held - 5)) & 31];
    }
    if (held > 0) out += alphabet[(bits << (5 - held)) & 31];
    return out;
}
inline constexpr std::string_view base32_common = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
inline constexpr std::string_view base32_hex = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
inline constexpr std::string_view base32_crockford = "0123456789abcdefghjkmnpqrstvwxyz";

// Each digit as the character that stands that far behind a block's zero, as UTF-8.
inline std::string in_block(std::string_view number, std::string_view zero) {
    std::string out;
    for (const char c : number) {
        out += zero;
        out.back() = static_cast<char>(out.back() + (c - '0'));
    }
    return out;
}

// The number as one integer of eight bytes.
inline std::string value_bytes(std::string_view number, bool big) {
    const auto value = std::stoull(std::string(number));
    std::string out;
    for (int i = 0; i < 8; ++i) out += static_cast<char>(value >> (big ? 56 - 8 * i : 8 * i));
    return out;
}

inline std::string backwards(std::string text) { return {text.rbegin(), text.rend()}; }

inline std::string grouped(std::string_view number, std::string_view separator) {
    std::string out;
    for (std::size_t i = 0; i < number.size(); ++i) {
        if (i > 0 && i % 4 == 0) out += separator;
        out += number[i];
    }
    return out;
}

}  // namespace postern::vault::test
