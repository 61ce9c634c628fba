#include "vault/keeper/reply_view.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

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

char character_of(char c) { return c; }
char character_of(const Seen& seen) { return seen.character; }

template <class AnyView>
bool begins_with(const AnyView& view, std::size_t at, std::string_view text) {
    if (at + text.size() > view.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (character_of(view[at + i]) != text[i]) return false;
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

constexpr std::array<std::pair<std::uint32_t, char>, 5> lone_digits{
    {{0xB2, '2'}, {0xB3, '3'}, {0xB9, '1'}, {0x24EA, '0'}, {0x24FF, '0'}}};
constexpr std::uint32_t mathematical_first = 0x1D7CE, mathematical_last = 0x1D7FF;  // five alphabets

// The digit that a character stands for, in any script; nothing for ASCII and for what is none.
std::optional<char> dressed_digit(std::uint32_t code) {
    if (code >= mathematical_first && code <= mathematical_last)
        return static_cast<char>('0' + (code - mathematical_first) % 10);
    for (const auto& [lone, digit] : lone_digits)
        if (code == lone) return digit;
    const auto behind = std::ranges::upper_bound(zeros, code);
    if (behind == zeros.begin() || code - behind[-1] > 9) return std::nullopt;
    return static_cast<char>('0' + (code - behind[-1]));
}

// The first byte of a character above ASCII as UTF-8.
constexpr unsigned char utf8_lead(std::uint32_t code) {
    return static_cast<unsigned char>(code < 0x800 ? 0xC0 | (code >> 6) : code < 0x10000 ? 0xE0 | (code >> 12)
                                                                                         : 0xF0 | (code >> 18));
}

// Digits come down to ASCII; other characters above Latin-1 hold none and become '?'.
char narrow(std::uint32_t code) {
    if (code < 0x80) return static_cast<char>(code);
    if (const auto digit = dressed_digit(code)) return *digit;
    return code <= 0xFF ? static_cast<char>(code) : '?';
}

template <class AnyView>
std::optional<Escape> numeric_entity(const AnyView& view, std::size_t at) {
    const bool hex = begins_with(view, at, "&#x") || begins_with(view, at, "&#X");
    std::size_t next = at + (hex ? 3 : 2);
    std::uint32_t code = 0;
    std::size_t digits = 0;
    for (; next < view.size() && digits < 32; ++next, ++digits) {  // leading zeros may be many
        const int value = hex_value(character_of(view[next]));
        if (value < 0 || (!hex && value > 9)) break;
        code = std::min<std::uint32_t>(code * (hex ? 16U : 10U) + static_cast<std::uint32_t>(value), 0x110000);
    }
    if (digits == 0) return std::nullopt;
    if (next < view.size() && character_of(view[next]) == ';') ++next;  // some readers forgive its absence
    return Escape{next - at, narrow(code)};
}

template <class AnyView>
std::optional<Escape> named_entity(const AnyView& view, std::size_t at) {
    constexpr std::array<std::pair<std::string_view, char>, 5> names{
        {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}}};
    for (const auto& [name, character] : names)
        if (begins_with(view, at, name)) return Escape{name.size(), character};
    return std::nullopt;
}

template <class AnyView>
std::optional<Escape> hex_escape(const AnyView& view, std::size_t at, std::size_t prefix, std::size_t digits) {
    if (at + prefix + digits > view.size()) return std::nullopt;
    std::uint32_t code = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        const int value = hex_value(character_of(view[at + prefix + i]));
        if (value < 0) return std::nullopt;
        code = code * 16 + static_cast<std::uint32_t>(value);
    }
    return Escape{prefix + digits, narrow(code)};
}

// A digit of another script, as UTF-8.
template <class AnyView>
std::optional<Escape> dressed_digit_at(const AnyView& view, std::size_t at) {
    const auto lead = static_cast<unsigned char>(character_of(view[at]));
    const std::size_t length = lead < 0xC0 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (length == 0 || at + length > view.size()) return std::nullopt;
    std::uint32_t code = lead & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        const auto next = static_cast<unsigned char>(character_of(view[at + i]));
        if ((next & 0xC0) != 0x80) return std::nullopt;
        code = (code << 6) | (next & 0x3FU);
    }
    const auto digit = dressed_digit(code);
    return digit ? std::optional{Escape{length, digit}} : std::nullopt;
}

template <class AnyView>
std::optional<Escape> escape_at(const AnyView& view, std::size_t at) {
    switch (character_of(view[at])) {
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
        default: return is_ascii(character_of(view[at])) ? std::nullopt : dressed_digit_at(view, at);
    }
}

// One element for all from `first` to `last`.
char joined(char, char, char character) { return character; }
Seen joined(const Seen& first, const Seen& last, char character) {
    // A view may run backwards.
    return {character, std::min(first.begin, last.begin), std::max(first.end, last.end)};
}

template <class AnyView>
void append(AnyView& out, const AnyView& view, std::size_t first, std::size_t last) {
    out.insert(out.end(), view.data() + first, view.data() + last);
}

constexpr auto escape_starts = [] {
    std::array<bool, 256> starts{};
    for (const char c : std::string_view("&<]%\\\0", 6)) starts[static_cast<unsigned char>(c)] = true;
    for (const auto zero : zeros) starts[utf8_lead(zero)] = starts[utf8_lead(zero + 9)] = true;
    for (const auto& lone : lone_digits) starts[utf8_lead(lone.first)] = true;
    starts[utf8_lead(mathematical_first)] = true;
    return starts;
}();

// The first escape from `at` on.
struct EscapeFound {
    std::size_t at = 0;
    Escape escape;
};
template <class AnyView>
std::optional<EscapeFound> find_escape(const AnyView& view, std::size_t at) {
    for (; at < view.size(); ++at) {
        if (!escape_starts[static_cast<unsigned char>(character_of(view[at]))]) continue;
        if (const auto escape = escape_at(view, at)) return EscapeFound{at, *escape};
    }
    return std::nullopt;
}

template <class AnyView>
bool tag_begins(const AnyView& view, std::size_t at) {
    return character_of(view[at]) == '<' && at + 1 < view.size() && !is_space(character_of(view[at + 1]));
}

// What a character is to a run: a digit of the encoding, or a separator that may stand between digits.
enum class Role : unsigned char { none, separator, digit };
using Roles = std::array<Role, 256>;
constexpr Roles roles(const DigitValues& values, std::string_view separators) {
    Roles out{};
    for (const char c : separators) out[static_cast<unsigned char>(c)] = Role::separator;
    for (std::size_t c = 0; c < out.size(); ++c)
        if (values[c] >= 0) out[c] = Role::digit;
    return out;
}

// The first place at or behind `from` where at least `least` characters with a role begin, or the end of the view.
// Looks at few characters: one without a role rules out every place less than `least` before it.
template <class AnyView, class RoleAt>
std::size_t find_row(const AnyView& view, std::size_t from, std::size_t least, RoleAt role_at) {
    while (from + least <= view.size()) {
        std::size_t end = from + least;
        while (end > from && role_at(end - 1) != Role::none) --end;
        if (end == from) return from;
        from = end;
    }
    return view.size();
}

template <class AnyView>
std::vector<Run> runs(const AnyView& view, std::size_t least, const Roles& roles) {
    const auto role_at = [&](std::size_t at) { return roles[static_cast<unsigned char>(character_of(view[at]))]; };
    std::vector<Run> out;
    for (auto at = find_row(view, 0, least, role_at); at < view.size(); at = find_row(view, at, least, role_at)) {
        while (at < view.size() && role_at(at) == Role::separator) ++at;
        const std::size_t first = at;
        std::size_t digits = 0;
        for (; at < view.size() && role_at(at) != Role::none; ++at) digits += role_at(at) == Role::digit;
        if (digits >= least) out.push_back({first, at});
    }
    return out;
}

}  // namespace

View raw_view(std::string_view reply) {
    View view(reply.size());
    for (std::uint32_t i = 0; i < reply.size(); ++i) view[i] = {reply[i], i, i + 1};
    return view;
}

PlainView plain_view(const View& view) {
    PlainView out(view.size());
    std::ranges::transform(view, out.begin(), &Seen::character);
    return out;
}

template <class AnyView>
bool decode_escapes(const AnyView& view, AnyView& out) {
    auto found = find_escape(view, 0);
    if (!found) return false;
    out.clear();
    out.reserve(view.size());
    std::size_t copied = 0;
    for (; found; found = find_escape(view, copied)) {
        append(out, view, copied, found->at);
        copied = found->at + found->escape.length;
        if (found->escape.character) out.push_back(joined(view[found->at], view[copied - 1], *found->escape.character));
    }
    append(out, view, copied, view.size());
    return true;
}

template <class AnyView>
bool drop_tags(const AnyView& view, AnyView& out) {
    const auto closes = [](const auto& seen) { return character_of(seen) == '>'; };
    const auto last_close = std::find_if(view.rbegin(), view.rend(), closes).base();  // an unclosed '<' hides nothing
    const auto end = static_cast<std::size_t>(last_close - view.begin());
    std::size_t copied = 0;
    bool dropped = false;
    for (std::size_t i = 0; i < end; ++i) {
        if (!tag_begins(view, i)) continue;
        if (!dropped) out.clear();
        dropped = true;
        append(out, view, copied, i);
        while (!closes(view[i])) ++i;
        copied = i + 1;
    }
    if (dropped) append(out, view, copied, view.size());
    return dropped;
}

template <class AnyView>
void decode_base64(Part<AnyView> run, AnyView& out) {
    out.resize(run.size() * 3 / 4);
    auto* held = out.data();
    std::size_t digits = 0, before = 0;
    unsigned bits = 0;
    for (std::size_t i = 0; i < run.size(); ++i) {
        const int value = base64_value(character_of(run[i]));
        if (value < 0) continue;  // a separator
        bits = (bits << 6) | static_cast<unsigned>(value);
        // A byte ends in each digit but the first of four.
        if (const auto place = digits++ % 4; place > 0)
            *held++ = joined(run[before], run[i], static_cast<char>(bits >> (6 - 2 * place)));
        before = i;
    }
    out.resize(static_cast<std::size_t>(held - out.data()));
}

template <class AnyView>
void decode_hex(Part<AnyView> run, AnyView& out) {
    out.clear();
    out.reserve(run.size() / 2 + 1);
    int high = -1;
    std::size_t began = 0;
    for (std::size_t i = 0; i < run.size(); ++i) {
        const int value = hex_value(character_of(run[i]));
        if (value < 0) continue;
        if (high < 0) {
            high = value;
            began = i;
            continue;
        }
        out.push_back(joined(run[began], run[i], static_cast<char>(high * 16 + value)));
        high = -1;
    }
}

template <class AnyView>
std::vector<Run> base64_runs(const AnyView& view, std::size_t least) {
    static constexpr auto base64_roles = roles(base64_values(), " \t\r\n");
    return runs(view, least, base64_roles);
}

template <class AnyView>
std::vector<Run> hex_runs(const AnyView& view, std::size_t least) {
    static constexpr auto hex_roles = roles(hex_values(), " \t\r\n:-,x\\");
    return runs(view, least, hex_roles);
}

template bool decode_escapes(const View&, View&);
template bool decode_escapes(const PlainView&, PlainView&);
template bool drop_tags(const View&, View&);
template bool drop_tags(const PlainView&, PlainView&);
template void decode_base64(Part<View>, View&);
template void decode_base64(Part<PlainView>, PlainView&);
template void decode_hex(Part<View>, View&);
template void decode_hex(Part<PlainView>, PlainView&);
template std::vector<Run> base64_runs(const View&, std::size_t);
template std::vector<Run> base64_runs(const PlainView&, std::size_t);
template std::vector<Run> hex_runs(const View&, std::size_t);
template std::vector<Run> hex_runs(const PlainView&, std::size_t);

}  // namespace postern::vault
