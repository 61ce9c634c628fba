#include "gateway/http/card_digits.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/card_shape.hpp"
#include "base/utf8.hpp"
#include "base/wiped/wiped.hpp"

namespace postern::gateway {
namespace {

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

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

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

}  // namespace

// Looks at what stands before, between and behind UUIDs.
bool holds_card_digits(std::string_view text) {
    while (!text.empty()) {
        const auto uuid = find_uuid(text);
        if (part_holds_card(text.substr(0, uuid))) return true;
        text.remove_prefix(std::min(text.size(), uuid + uuid_characters));
    }
    return false;
}

}  // namespace postern::gateway
