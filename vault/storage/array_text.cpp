#include "vault/storage/array_text.hpp"

namespace postern::vault {

void ArrayText::add(std::string_view text) {
    text_ += text_.empty() ? "{\"" : ",\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') text_ += '\\';
        text_ += c;
    }
    text_ += '"';
}

void ArrayText::add_binary(std::string_view bytes) { add(to_hex(bytes)); }

std::string to_hex(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    out.reserve(2 * bytes.size());
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out += digits[byte >> 4];
        out += digits[byte & 0xf];
    }
    return out;
}

}  // namespace postern::vault
