#include "gateway/http/decodings.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace postern::gateway {
namespace {

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

void append_utf8(std::uint32_t code, wiped::Bytes& out) {  // below 0x10000: what one escape says
    if (code < 0x80) return out.push_back(static_cast<char>(code));
    if (code < 0x800) {
        out.push_back(static_cast<char>(0xc0 | code >> 6));
    } else {
        out.push_back(static_cast<char>(0xe0 | code >> 12));
        out.push_back(static_cast<char>(0x80 | (code >> 6 & 0x3f)));
    }
    out.push_back(static_cast<char>(0x80 | (code & 0x3f)));
}

// Three digits are four characters of base64, and the first is always one of these (of a gap: I or L). So a number
// shows as three of them at a distance of four; only such words are decoded, from that place on.
constexpr bool is_digits_lead(char c) { return c == 'I' || (c >= 'L' && c <= 'O'); }
constexpr std::array<std::int8_t, 256> base64_values = [] {
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
    values['+'] = values['-'] = 62;
    values['/'] = values['_'] = 63;
    return values;
}();
int base64_value(char c) { return base64_values[static_cast<unsigned char>(c)]; }

wiped::Text base64_decoded(std::string_view word) {
    wiped::Bytes out;
    out.reserve(word.size() * 3 / 4 + 1);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < word.size(); ++i) {
        bits = bits << 6 | static_cast<std::uint32_t>(base64_value(word[i]));
        if (i % 4 != 0) out.push_back(static_cast<char>(bits >> (6 - 2 * (i % 4)) & 0xff));
    }
    return wiped::Text{std::move(out)};
}

}  // namespace

wiped::Text percent_decoded(std::string_view text) {
    wiped::Bytes out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escape = text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
                            hex_value(text[i + 2]) >= 0;
        if (escape) {
            out.push_back(static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2])));
            i += 2;
        } else {
            out.push_back(text[i] == '+' ? ' ' : text[i]);
        }
    }
    return wiped::Text{std::move(out)};
}

wiped::Text without_json_escapes(std::string_view text) {
    wiped::Bytes out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto slashes = std::min(text.find_first_not_of('\\'), text.size());
        const bool is_escape = slashes > 0 && slashes + 4 < text.size() && text[slashes] == 'u';
        std::uint32_t code = 0;
        bool is_hex = is_escape;
        for (std::size_t i = 1; is_hex && i <= 4; ++i) {
            const int value = hex_value(text[slashes + i]);
            is_hex = value >= 0;
            code = code * 16 + static_cast<std::uint32_t>(std::max(value, 0));
        }
        if (is_hex) {
            append_utf8(code, out);
            text.remove_prefix(slashes + 5);
        } else {
            const auto kept = slashes > 0 ? slashes : 1;
            out.insert(out.end(), text.begin(), text.begin() + static_cast<std::ptrdiff_t>(kept));
            text.remove_prefix(kept);
        }
    }
    return wiped::Text{std::move(out)};
}

bool any_number_in_base64(std::string_view text, const std::function<bool(std::string_view)>& test) {
    constexpr std::size_t characters_least = 18;  // of 13 digits
    constexpr int leads_least = 3;
    if (text.size() < characters_least || std::ranges::count_if(text, is_digits_lead) < leads_least) return false;
    std::size_t begin = 0;
    std::array<int, 4> leads{};
    unsigned found = 0;  // which of the four alignments showed enough
    for (std::size_t i = 0; i <= text.size(); ++i) {
        if (i < text.size() && base64_value(text[i]) >= 0) {
            const std::size_t alignment = (i - begin) % 4;
            leads[alignment] = is_digits_lead(text[i]) ? leads[alignment] + 1 : 0;
            if (leads[alignment] == leads_least) found |= 1U << alignment;
            continue;
        }
        for (std::size_t alignment = 0; found != 0 && alignment < 4; ++alignment) {
            if ((found >> alignment & 1U) == 0) continue;
            const wiped::Text decoded = base64_decoded(text.substr(begin + alignment, i - begin - alignment));
            if (test(decoded.view())) return true;
        }
        begin = i + 1;
        leads = {};
        found = 0;
    }
    return false;
}

}  // namespace postern::gateway
