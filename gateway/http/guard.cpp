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

enum class Gap { none, space, mark };  // what people and fonts put between groups of digits
Gap gap_of(char32_t code) {
    if (code == U' ' || code == U'\t' || code == 0xa0 || (code >= 0x2000 && code <= 0x200d) || code == 0x202f ||
        code == 0x205f || code == 0x2060 || code == 0x3000 || code == 0xfeff || code == 0xad)
        return Gap::space;
    if (code == U'-' || code == U'.' || code == U'_' || code == U'/' || code == U'+' || code == 0xb7 ||
        (code >= 0x2010 && code <= 0x2015) || code == 0x2212 || code == 0xfe58 || code == 0xfe63 || code == 0xff0d)
        return Gap::mark;
    return Gap::none;
}

constexpr std::size_t gap_characters_max = 3;
constexpr std::size_t card_digits_least = 13;

// The text's digits in plain form: those of other scripts as 0 to 9, a gap of up to three characters (spaces, at most
// one mark) as one dash, everything else as a letter.
wiped::Text in_plain_digits(std::string_view text) {
    wiped::Bytes out;
    out.reserve(text.size());
    std::size_t spaces = 0, marks = 0;
    while (!text.empty()) {
        const auto character = first_utf8(text).value_or(Utf8Character{U'x', 1});
        text.remove_prefix(character.bytes);
        const Gap gap = gap_of(character.code);
        if (gap != Gap::none) {
            ++(gap == Gap::mark ? marks : spaces);
            continue;
        }
        if (spaces + marks > 0) out.push_back(spaces + marks <= gap_characters_max && marks <= 1 ? '-' : 'x');
        spaces = marks = 0;
        out.push_back(digit_of(character.code).value_or('x'));
    }
    return wiped::Text{std::move(out)};
}

bool may_hold_digits(std::string_view text) {
    const auto fits = [](unsigned char c) { return (c >= '0' && c <= '9') || c >= 0x80; };
    return static_cast<std::size_t>(std::ranges::count_if(text, fits)) >= card_digits_least;
}

bool holds_in_any_script(std::string_view text) {
    if (!may_hold_digits(text)) return false;
    return postern::holds_card_number(text) || postern::holds_card_number(in_plain_digits(text).view());
}

// As sent, decoded, and decoded again: proxies and clients encode twice by mistake.
bool holds_in_any_decoding(std::string_view text) {
    if (holds_in_any_script(text)) return true;
    if (text.find('%') == text.npos) return false;
    const wiped::Text once = percent_decoded(text);
    if (holds_in_any_script(once.view())) return true;
    return holds_in_any_script(percent_decoded(once.view()).view());
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
