#include "vault/keeper/reply_view.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace postern::vault {
namespace {

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

constexpr std::string_view standard_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// The value of each character as a digit, or -1.
using DigitValues = std::array<signed char, 256>;
constexpr DigitValues base64_values() {
    DigitValues values{};
    values.fill(-1);
    for (std::size_t i = 0; i < standard_digits.size(); ++i)
        values[static_cast<unsigned char>(standard_digits[i])] = static_cast<signed char>(i);
    values['-'] = values['+'];  // RFC 4648, the alphabet for URLs
    values['_'] = values['/'];
    return values;
}
constexpr DigitValues hex_values() {
    DigitValues values{};
    values.fill(-1);
    for (unsigned char i = 0; i < 10; ++i) values['0' + i] = static_cast<signed char>(i);
    for (unsigned char i = 0; i < 6; ++i) values['a' + i] = values['A' + i] = static_cast<signed char>(10 + i);
    return values;
}
int base64_value(char c) {
    static constexpr auto values = base64_values();
    return values[static_cast<unsigned char>(c)];
}
int hex_value(char c) {
    static constexpr auto values = hex_values();
    return values[static_cast<unsigned char>(c)];
}

bool begins_with(const View& view, std::size_t at, std::string_view text) {
    if (at + text.size() > view.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (view[at + i].character != text[i]) return false;
    return true;
}

// A character written in more than one: how many it took, and which it is (nothing: it vanishes).
struct Escape {
    std::size_t length = 0;
    std::optional<char> character;
};

// Where the decimal digits of Unicode's blocks begin, and before the first of those that have no zero beside the others
// (circled and the like).
constexpr std::array<std::uint32_t, 69> zeros{
    0x0660,  0x06F0,  0x07C0,  0x0966,  0x09E6,  0x0A66,  0x0AE6,  0x0B66,  0x0BE6,  0x0C66,  0x0CE6,  0x0D66,
    0x0DE6,  0x0E50,  0x0ED0,  0x0F20,  0x1040,  0x1090,  0x17E0,  0x1810,  0x1946,  0x19D0,  0x1A80,  0x1A90,
    0x1B50,  0x1BB0,  0x1C40,  0x1C50,  0x2070,  0x2080,  0x245F,  0x2473,  0x2487,  0x2775,  0x277F,  0x2789,
    0xA620,  0xA8D0,  0xA900,  0xA9D0,  0xA9F0,  0xAA50,  0xABF0,  0xFF10,  0x104A0, 0x10D30, 0x11066, 0x110F0,
    0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50,
    0x11DA0, 0x16A60, 0x16AC0, 0x16B50, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E950, 0x1FBF0};

// The digit that a character stands for, in any script; nothing for ASCII and for what is none.
std::optional<char> dressed_digit(std::uint32_t code) {
    if (code >= 0x1D7CE && code <= 0x1D7FF) return static_cast<char>('0' + (code - 0x1D7CE) % 10);  // five alphabets
    switch (code) {
        case 0x24EA: case 0x24FF: return '0';
        case 0xB9: return '1';
        case 0xB2: return '2';
        case 0xB3: return '3';
        default: break;
    }
    const auto behind = std::ranges::upper_bound(zeros, code);
    if (behind == zeros.begin() || code - behind[-1] > 9) return std::nullopt;
    return static_cast<char>('0' + (code - behind[-1]));
}

// Digits come down to ASCII; other characters above Latin-1 hold none and become '?'.
char narrow(std::uint32_t code) {
    if (code < 0x80) return static_cast<char>(code);
    if (const auto digit = dressed_digit(code)) return *digit;
    return code <= 0xFF ? static_cast<char>(code) : '?';
}

std::optional<Escape> numeric_entity(const View& view, std::size_t at) {
    const bool hex = begins_with(view, at, "&#x") || begins_with(view, at, "&#X");
    std::size_t next = at + (hex ? 3 : 2);
    std::uint32_t code = 0;
    std::size_t digits = 0;
    for (; next < view.size() && digits < 32; ++next, ++digits) {  // leading zeros may be many
        const int value = hex_value(view[next].character);
        if (value < 0 || (!hex && value > 9)) break;
        code = std::min<std::uint32_t>(code * (hex ? 16U : 10U) + static_cast<std::uint32_t>(value), 0x110000);
    }
    if (digits == 0) return std::nullopt;
    if (next < view.size() && view[next].character == ';') ++next;  // some readers forgive its absence
    return Escape{next - at, narrow(code)};
}

std::optional<Escape> named_entity(const View& view, std::size_t at) {
    constexpr std::array<std::pair<std::string_view, char>, 5> names{
        {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}}};
    for (const auto& [name, character] : names)
        if (begins_with(view, at, name)) return Escape{name.size(), character};
    return std::nullopt;
}

std::optional<Escape> hex_escape(const View& view, std::size_t at, std::size_t prefix, std::size_t digits) {
    if (at + prefix + digits > view.size()) return std::nullopt;
    std::uint32_t code = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        const int value = hex_value(view[at + prefix + i].character);
        if (value < 0) return std::nullopt;
        code = code * 16 + static_cast<std::uint32_t>(value);
    }
    return Escape{prefix + digits, narrow(code)};
}

// A digit of another script, as UTF-8.
std::optional<Escape> dressed_digit_at(const View& view, std::size_t at) {
    const auto lead = static_cast<unsigned char>(view[at].character);
    const std::size_t length = lead < 0xC0 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (length == 0 || at + length > view.size()) return std::nullopt;
    std::uint32_t code = lead & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        const auto next = static_cast<unsigned char>(view[at + i].character);
        if ((next & 0xC0) != 0x80) return std::nullopt;
        code = (code << 6) | (next & 0x3FU);
    }
    const auto digit = dressed_digit(code);
    return digit ? std::optional{Escape{length, digit}} : std::nullopt;
}

std::optional<Escape> escape_at(const View& view, std::size_t at) {
    switch (view[at].character) {
        case '&': return begins_with(view, at, "&#") ? numeric_entity(view, at) : named_entity(view, at);
        case '<':
            if (begins_with(view, at, "<![CDATA[")) return Escape{9, std::nullopt};
            if (begins_with(view, at, "<!---->")) return Escape{7, std::nullopt};
            return std::nullopt;
        case ']': return begins_with(view, at, "]]>") ? std::optional{Escape{3, std::nullopt}} : std::nullopt;
        case '%': return hex_escape(view, at, 1, 2);
        case '\\':
            if (begins_with(view, at, "\\u")) return hex_escape(view, at, 2, 4);
            if (begins_with(view, at, "\\x")) return hex_escape(view, at, 2, 2);
            return std::nullopt;
        case '\0': return Escape{1, std::nullopt};
        default: return is_ascii(view[at].character) ? std::nullopt : dressed_digit_at(view, at);
    }
}

Seen joined(const View& view, std::size_t first, std::size_t last, char character) {
    // A view may run backwards.
    return {character, std::min(view[first].begin, view[last].begin), std::max(view[first].end, view[last].end)};
}

template <class IsMember, class IsFiller>
std::vector<Run> runs(const View& view, std::size_t least, IsMember is_member, IsFiller is_filler) {
    std::vector<Run> out;
    std::size_t first = 0, members = 0;
    for (std::size_t i = 0; i <= view.size(); ++i) {
        const bool member = i < view.size() && is_member(view[i].character);
        if (member && members++ == 0) first = i;
        if (member || (i < view.size() && is_filler(view[i].character))) continue;
        if (members >= least) out.push_back({first, i});
        members = 0;
    }
    return out;
}

}  // namespace

View raw_view(std::string_view reply) {
    View view;
    view.reserve(reply.size());
    for (std::uint32_t i = 0; i < reply.size(); ++i) view.push_back({reply[i], i, i + 1});
    return view;
}

View decoded(const View& view) {
    View out;
    out.reserve(view.size());
    for (std::size_t i = 0; i < view.size();) {
        const auto escape = escape_at(view, i);
        if (!escape) {
            out.push_back(view[i++]);
            continue;
        }
        if (escape->character) out.push_back(joined(view, i, i + escape->length - 1, *escape->character));
        i += escape->length;
    }
    return out;
}

View without_tags(const View& view) {
    View out;
    out.reserve(view.size());
    for (std::size_t i = 0; i < view.size(); ++i) {
        const bool tag = view[i].character == '<' && i + 1 < view.size() && !is_space(view[i + 1].character);
        if (!tag) {
            out.push_back(view[i]);
            continue;
        }
        std::size_t end = i;
        while (end < view.size() && view[end].character != '>') ++end;
        if (end == view.size()) out.push_back(view[i]);  // an unclosed '<' hides nothing
        else i = end;
    }
    return out;
}

View base64_decoded(const View& view, std::size_t first, std::size_t last) {
    View out;
    out.reserve((last - first) * 3 / 4 + 1);
    std::uint32_t bits = 0;
    int held = 0;
    std::size_t previous = first;
    for (std::size_t i = first; i < last; ++i) {
        const int value = base64_value(view[i].character);
        if (value < 0) continue;
        bits = (bits << 6) | static_cast<std::uint32_t>(value);
        held += 6;
        if (held >= 8) {
            held -= 8;
            out.push_back(joined(view, previous, i, static_cast<char>(bits >> held)));
        }
        previous = held > 0 ? i : std::min(i + 1, last - 1);
    }
    return out;
}

View hex_decoded(const View& view, std::size_t first, std::size_t last) {
    View out;
    out.reserve((last - first) / 2 + 1);
    int high = -1;
    std::size_t began = first;
    for (std::size_t i = first; i < last; ++i) {
        const int value = hex_value(view[i].character);
        if (value < 0) continue;
        if (high < 0) {
            high = value;
            began = i;
            continue;
        }
        out.push_back(joined(view, began, i, static_cast<char>(high * 16 + value)));
        high = -1;
    }
    return out;
}

std::vector<Run> base64_runs(const View& view, std::size_t least) {
    return runs(view, least, [](char c) { return base64_value(c) >= 0; }, is_space);
}

std::vector<Run> hex_runs(const View& view, std::size_t least) {
    return runs(view, least, [](char c) { return hex_value(c) >= 0; },
                [](char c) { return is_space(c) || c == ':' || c == '-' || c == ',' || c == 'x' || c == '\\'; });
}

View reversed(const View& view) { return {view.rbegin(), view.rend()}; }

bool same_characters(const View& a, const View& b) {
    return std::ranges::equal(a, b, {}, &Seen::character, &Seen::character);
}

}  // namespace postern::vault
