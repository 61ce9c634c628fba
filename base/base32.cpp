#include "base/base32.hpp"

#include <algorithm>
#include <array>

namespace postern {
namespace {

constexpr std::string_view alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t group_characters = 8;

constexpr std::array<std::int8_t, 256> make_values() {
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
    return values;
}
constexpr auto character_values = make_values();

template <class Put>
void encode_each(std::span<const std::uint8_t> bytes, Put put) {
    std::uint32_t buffer = 0;
    int bits = 0;
    for (const std::uint8_t byte : bytes) {
        buffer = (buffer << 8) | byte;
        for (bits += 8; bits >= 5; bits -= 5) put(alphabet[(buffer >> (bits - 5)) & 31]);
    }
    if (bits > 0) put(alphabet[(buffer << (5 - bits)) & 31]);
}

}  // namespace

std::string base32_encode(std::span<const std::uint8_t> bytes) {
    std::string text;
    text.reserve((bytes.size() * 8 + 4) / 5);
    encode_each(bytes, [&](char character) { text.push_back(character); });
    return text;
}

std::optional<std::vector<std::uint8_t>> base32_decode(std::string_view text) {
    std::vector<std::uint8_t> bytes;
    bytes.reserve(text.size() * 5 / 8);
    std::uint32_t buffer = 0;
    int bits = 0;
    for (const char character : text) {
        const int value = character_values[static_cast<unsigned char>(character)];
        if (value < 0) return std::nullopt;
        buffer = (buffer << 5) | static_cast<std::uint32_t>(value);
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            bytes.push_back(static_cast<std::uint8_t>(buffer >> bits));
        }
    }
    const bool tail_is_zero = bits < 5 && (buffer & ((1U << bits) - 1)) == 0;
    if (!tail_is_zero) return std::nullopt;
    return bytes;
}

std::string base32_grouped(std::span<const std::uint8_t> bytes) {
    std::string text;
    const std::size_t characters = (bytes.size() * 8 + 4) / 5;
    text.reserve(characters + characters / group_characters);
    std::size_t in_group = 0;
    encode_each(bytes, [&](char character) {
        if (in_group == group_characters) {
            text.push_back('-');
            in_group = 0;
        }
        text.push_back(character);
        ++in_group;
    });
    return text;
}

std::optional<std::vector<std::uint8_t>> base32_ungrouped(std::string_view text) {
    std::string plain;
    plain.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool separator_due = i % (group_characters + 1) == group_characters;
        if (separator_due != (text[i] == '-')) return std::nullopt;
        if (!separator_due) plain.push_back(text[i]);
    }
    if (!text.empty() && text.back() == '-') return std::nullopt;
    return base32_decode(plain);
}

std::size_t longest_digit_run(std::string_view text) {
    std::size_t longest = 0;
    std::size_t run = 0;
    for (const char character : text) {
        run = character >= '0' && character <= '9' ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    return longest;
}

std::string stored_text(std::string_view text) {
    const bool as_it_is = !text.starts_with('~') && longest_digit_run(text) < 12;
    if (as_it_is) return std::string(text);
    return "~" + base32_grouped({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

std::string shown_text(std::string_view stored) {
    if (!stored.starts_with('~')) return std::string(stored);
    const auto bytes = base32_ungrouped(stored.substr(1));
    return bytes ? std::string(bytes->begin(), bytes->end()) : std::string(stored);
}

}  // namespace postern
