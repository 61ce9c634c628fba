#include "vault/front/json_text.hpp"

namespace postern::vault {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

void append_utf8(wiped::Bytes& out, unsigned code) {
    const auto push = [&](unsigned byte) { out.push_back(static_cast<char>(byte)); };
    if (code < 0x80) return push(code);
    if (code < 0x800) return push(0xC0 | code >> 6), push(0x80 | (code & 0x3F));
    if (code < 0x10000) return push(0xE0 | code >> 12), push(0x80 | (code >> 6 & 0x3F)), push(0x80 | (code & 0x3F));
    push(0xF0 | code >> 18), push(0x80 | (code >> 12 & 0x3F)), push(0x80 | (code >> 6 & 0x3F)), push(0x80 | (code & 0x3F));
}

// Length of a UTF-8 sequence by its first byte and the least code that needs it; 0: no first byte.
struct Utf8Form {
    std::size_t length;
    unsigned bits, least;
};
Utf8Form utf8_form(unsigned char first) {
    if (first < 0x80) return {1, first, 0};
    if (first >= 0xC2 && first < 0xE0) return {2, first & 0x1FU, 0x80};
    if (first >= 0xE0 && first < 0xF0) return {3, first & 0x0FU, 0x800};
    if (first >= 0xF0 && first < 0xF5) return {4, first & 0x07U, 0x10000};
    return {0, 0, 0};
}

}  // namespace

void JsonReader::skip_space() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t' || rest_.front() == '\r' || rest_.front() == '\n'))
        rest_.remove_prefix(1);
}

char JsonReader::peek() {
    skip_space();
    return rest_.empty() ? '\0' : rest_.front();
}

bool JsonReader::take(char wanted) {
    if (peek() != wanted || rest_.empty()) return false;
    rest_.remove_prefix(1);
    return true;
}

bool JsonReader::at_end() {
    skip_space();
    return rest_.empty();
}

bool JsonReader::string(wiped::Bytes& out) {
    out.clear();
    out.reserve(64);
    if (!take('"')) return false;
    while (!rest_.empty()) {
        const char c = rest_.front();
        if (c == '"') {
            rest_.remove_prefix(1);
            return true;
        }
        if (static_cast<unsigned char>(c) < 0x20) return false;
        if (!(c == '\\' ? escape(out) : utf8(out))) return false;
    }
    return false;
}

bool JsonReader::utf8(wiped::Bytes& out) {
    const auto form = utf8_form(static_cast<unsigned char>(rest_.front()));
    if (form.length == 0 || form.length > rest_.size()) return false;
    unsigned code = form.bits;
    for (std::size_t i = 1; i < form.length; ++i) {
        const auto next = static_cast<unsigned char>(rest_[i]);
        if ((next & 0xC0) != 0x80) return false;
        code = code << 6 | (next & 0x3FU);
    }
    if (code < form.least || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return false;
    out.insert(out.end(), rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(form.length));
    rest_.remove_prefix(form.length);
    return true;
}

bool JsonReader::hex4(unsigned& out) {
    if (rest_.size() < 4) return false;
    out = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        const char c = rest_[i];
        const char lower = static_cast<char>(c | 0x20);
        if (is_digit(c)) out = out * 16 + static_cast<unsigned>(c - '0');
        else if (lower >= 'a' && lower <= 'f') out = out * 16 + static_cast<unsigned>(lower - 'a' + 10);
        else return false;
    }
    rest_.remove_prefix(4);
    return true;
}

bool JsonReader::escape(wiped::Bytes& out) {
    if (rest_.size() < 2) return false;
    const char kind = rest_[1];
    rest_.remove_prefix(2);
    constexpr std::string_view kinds = "\"\\/bfnrt", characters = "\"\\/\b\f\n\r\t";
    if (const auto at = kinds.find(kind); at != kinds.npos) {
        out.push_back(characters[at]);
        return true;
    }
    unsigned code = 0;
    if (kind != 'u' || !hex4(code)) return false;
    if (code >= 0xDC00 && code < 0xE000) return false;
    if (code >= 0xD800 && code < 0xDC00) {  // the first half of a pair
        unsigned second = 0;
        if (!rest_.starts_with("\\u")) return false;
        rest_.remove_prefix(2);
        if (!hex4(second) || second < 0xDC00 || second >= 0xE000) return false;
        code = 0x10000 + ((code - 0xD800) << 10) + (second - 0xDC00);
    }
    append_utf8(out, code);
    return true;
}

bool JsonReader::integer(int& out) {
    skip_space();
    auto digits = rest_;
    const bool negative = digits.starts_with('-');
    if (negative) digits.remove_prefix(1);
    std::size_t length = 0;
    int value = 0;
    for (; length < digits.size() && is_digit(digits[length]); ++length) {
        if (length == 9) return false;
        value = value * 10 + (digits[length] - '0');
    }
    if (length == 0 || (length > 1 && digits.front() == '0')) return false;
    if (length < digits.size() && (digits[length] == '.' || (digits[length] | 0x20) == 'e')) return false;
    out = negative ? -value : value;
    rest_ = digits.substr(length);
    return true;
}

bool JsonReader::other_scalar() {
    skip_space();
    for (const std::string_view word : {std::string_view("true"), std::string_view("false"), std::string_view("null")})
        if (rest_.starts_with(word)) {
            rest_.remove_prefix(word.size());
            return true;
        }
    const auto length = rest_.find_first_not_of("0123456789+-.eE");
    if (length == 0 || rest_.empty()) return false;
    rest_.remove_prefix(length == rest_.npos ? rest_.size() : length);
    return true;
}

}  // namespace postern::vault
