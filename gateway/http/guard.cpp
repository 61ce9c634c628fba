#include "gateway/http/guard.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/card_shape.hpp"
#include "base/utf8.hpp"
#include "gateway/http/request_context.hpp"

namespace postern::gateway {
namespace {

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// The zeros of decimal digits in scripts that keyboards and fonts offer; nine more stand behind each.
constexpr std::array<char32_t, 20> script_zeros{0x660,  0x6f0,  0x7c0,  0x966,  0x9e6,  0xa66,  0xae6,
                                                0xb66,  0xbe6,  0xc66,  0xce6,  0xd66,  0xe50,  0xed0,
                                                0xf20,  0x1040, 0x17e0, 0x1810, 0xff10, 0x1d7ce};
std::optional<char> digit_of(char32_t code) {
    if (code >= U'0' && code <= U'9') return static_cast<char>(code);
    for (const char32_t zero : script_zeros)
        if (code >= zero && code < zero + 10) return static_cast<char>('0' + (code - zero));
    return std::nullopt;
}

enum class Gap { none, space, mark, comma };  // what people and fonts put between groups of digits
Gap gap_of(char32_t code) {
    if (code == U' ' || code == U'\t' || code == 0xa0 || (code >= 0x2000 && code <= 0x200d) || code == 0x202f ||
        code == 0x205f || code == 0x2060 || code == 0x3000 || code == 0xfeff || code == 0xad)
        return Gap::space;
    if (code == U'-' || code == U'.' || code == U'_' || code == U'/' || code == U'+' || code == 0xb7 ||
        (code >= 0x2010 && code <= 0x2015) || code == 0x2212 || code == 0xfe58 || code == 0xfe63 || code == 0xff0d)
        return Gap::mark;
    if (code == U',' || code == 0x60c || code == 0x3001 || code == 0xff0c) return Gap::comma;
    return Gap::none;
}

// Neither a digit nor a gap: what most of a request is made of.
bool is_letter(char32_t code) { return (code | 0x20U) >= U'a' && (code | 0x20U) <= U'z'; }

constexpr std::size_t gap_characters_max = 3;
constexpr std::size_t card_digits_least = 13;

// The text's digits in plain form: those of other scripts as 0 to 9, a gap of up to three characters (spaces, at most
// one mark) as one dash, one with a comma as a comma, everything else as one letter a run.
wiped::Text in_plain_digits(std::string_view text) {
    wiped::Bytes out;
    out.reserve(text.size());
    std::size_t spaces = 0, marks = 0, commas = 0;
    while (!text.empty()) {
        const auto first = static_cast<unsigned char>(text.front());
        const auto character = first < 0x80 ? Utf8Character{first, 1}
                                            : first_utf8(text).value_or(Utf8Character{U'x', 1});
        text.remove_prefix(character.bytes);
        if (is_letter(character.code)) {  // by far the most, so they come first
            if (out.empty() || out.back() != 'x') out.push_back('x');
            spaces = marks = commas = 0;
            continue;
        }
        const Gap gap = gap_of(character.code);
        if (gap != Gap::none) {
            ++(gap == Gap::mark ? marks : gap == Gap::comma ? commas : spaces);
            continue;
        }
        const bool is_short = spaces + marks + commas <= gap_characters_max && marks + commas <= 1;
        if (spaces + marks + commas > 0) out.push_back(!is_short ? 'x' : commas > 0 ? ',' : '-');
        spaces = marks = commas = 0;
        out.push_back(digit_of(character.code).value_or('x'));
    }
    return wiped::Text{std::move(out)};
}

bool may_hold_digits(std::string_view text) {
    const auto fits = [](unsigned char c) { return (c >= '0' && c <= '9') || c >= 0x80; };
    return static_cast<std::size_t>(std::ranges::count_if(text, fits)) >= card_digits_least;
}

// "4111,1111,1111,1111", taken whole: a longer list of numbers is a list.
bool holds_comma_groups(std::string_view plain) {
    if (plain.find(',') == plain.npos) return false;
    constexpr std::size_t groups_max = 5;
    std::array<std::string_view, groups_max> groups;
    const auto is_card = [&](std::string_view list) {
        std::size_t count = 0;
        for (; !list.empty(); ++count) {
            if (count == groups_max) return false;
            groups[count] = list.substr(0, list.find(','));
            list.remove_prefix(std::min(list.size(), groups[count].size() + 1));
        }
        return is_grouped_card_number({groups.data(), count});
    };
    while (!plain.empty()) {
        const auto begin = std::min(plain.find_first_of("0123456789"), plain.size());
        plain.remove_prefix(begin);
        const auto list = plain.substr(0, plain.find_first_not_of("0123456789,"));
        if (is_card(list)) return true;
        plain.remove_prefix(list.size());
    }
    return false;
}

bool is_hex(char c) { return hex_value(c) >= 0; }

// A UUID as RFC 9562 writes it, with a letter in it: the commonest idempotency key there is. Its digits run into each
// other over its dashes, and one of 700 would be taken for a card.
constexpr std::size_t uuid_characters = 36;
bool begins_with_uuid(std::string_view text) {
    if (text.size() < uuid_characters) return false;
    constexpr std::string_view shape = "hhhhhhhh-hhhh-vhhh-rhhh-hhhhhhhhhhhh";
    bool has_letter = false;
    for (std::size_t i = 0; i < uuid_characters; ++i) {
        const char c = text[i];
        has_letter = has_letter || is_letter(static_cast<unsigned char>(c));
        const bool fits = shape[i] == '-'   ? c == '-'
                          : shape[i] == 'v' ? c >= '1' && c <= '8'
                          : shape[i] == 'r' ? std::string_view("89abAB").find(c) != std::string_view::npos
                                            : is_hex(c);
        if (!fits) return false;
    }
    return has_letter && (text.size() == uuid_characters || !(is_hex(text[uuid_characters]) || text[uuid_characters] == '-'));
}

// Where the next whole UUID begins, or the end of the text.
std::size_t find_uuid(std::string_view text) {
    const auto joins = [](char c) { return is_letter(static_cast<unsigned char>(c)) || (c >= '0' && c <= '9') || c == '-'; };
    for (std::size_t dash = text.find('-'); dash != text.npos; dash = text.find('-', dash + 1)) {
        constexpr std::size_t before_first_dash = 8;
        if (dash < before_first_dash) continue;
        const std::size_t begin = dash - before_first_dash;
        if (begins_with_uuid(text.substr(begin)) && (begin == 0 || !joins(text[begin - 1]))) return begin;
    }
    return text.size();
}

bool part_holds_card(std::string_view text) {
    if (!may_hold_digits(text)) return false;
    if (postern::holds_card_number(text)) return true;
    const wiped::Text plain = in_plain_digits(text);
    return postern::holds_card_number(plain.view()) || holds_reversed_card_number(plain.view()) ||
           holds_comma_groups(plain.view());
}

// What stands before, between and behind UUIDs.
bool holds_in_any_script(std::string_view text) {
    while (!text.empty()) {
        const auto uuid = find_uuid(text);
        if (part_holds_card(text.substr(0, uuid))) return true;
        text.remove_prefix(std::min(text.size(), uuid + uuid_characters));
    }
    return false;
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

// `\u0034` as JSON within a text of JSON writes it, whatever the number of backslashes; in wiped memory.
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

bool holds_in_any_form(std::string_view text, int decodings_left);

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

bool holds_in_base64(std::string_view text, int decodings_left) {
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
            if (holds_in_any_form(decoded.view(), std::min(decodings_left, 1))) return true;
        }
        begin = i + 1;
        leads = {};
        found = 0;
    }
    return false;
}

// As sent, and with what proxies, clients and hiders put around it taken off, several times.
bool holds_in_any_form(std::string_view text, int decodings_left) {
    if (holds_in_any_script(text)) return true;
    if (decodings_left == 0) return false;
    const int left = decodings_left - 1;
    if (text.find('%') != text.npos && holds_in_any_form(percent_decoded(text).view(), left)) return true;
    if (text.find("\\u") != text.npos && holds_in_any_form(without_json_escapes(text).view(), left)) return true;
    return holds_in_base64(text, left);
}
bool holds_in_any_decoding(std::string_view text) {
    constexpr int decodings_max = 3;
    return holds_in_any_form(text, decodings_max);
}

// A trace id may look like a card number by chance; what is no trace id is searched like any header.
bool is_traceparent(std::string_view name, std::string_view value) {
    return name == "traceparent" && parse_traceparent(value).has_value();
}

void wipe_text(wiped::Text& text) {
    wiped::wipe(text.bytes().data(), text.bytes().size());
    text.bytes().clear();
}

}  // namespace

bool holds_card_number(const net::HttpRequest& request) {
    if (holds_in_any_decoding(request.target.view())) return true;
    for (const auto& [name, value] : request.headers) {
        if (is_traceparent(name, value.view())) continue;
        if (holds_in_any_script(name) || holds_in_any_decoding(value.view())) return true;
    }
    return holds_in_any_decoding(request.body.view());
}

bool holds_card_number(const JsonNode& json) {
    if (holds_in_any_decoding(json.view())) return true;
    for (std::size_t i = 0; i < json.names.size(); ++i) {
        if (holds_in_any_decoding(json.name(i))) return true;
    }
    return std::ranges::any_of(json.children, [](const JsonNode& child) { return holds_card_number(child); });
}

bool pointer_holds_card_number(std::string_view pointer) {
    wiped::Bytes names;
    for (std::size_t i = 0; i < pointer.size(); ++i) {
        const bool escape = pointer[i] == '~' && i + 1 < pointer.size();
        names.push_back(escape ? (pointer[++i] == '1' ? '/' : '~') : pointer[i]);
    }
    return holds_in_any_decoding(wiped::Text{std::move(names)}.view());
}

void wipe_request(net::HttpRequest& request) {
    wipe_text(request.target);
    wipe_text(request.body);
    for (auto& [name, value] : request.headers) {
        wiped::wipe(name.data(), name.size());
        wipe_text(value);
    }
    request.headers.clear();
}

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

}  // namespace postern::gateway
