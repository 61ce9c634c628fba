#include "base/utf8.hpp"

namespace postern {

std::optional<Utf8Character> first_utf8(std::string_view text) {
    if (text.empty()) return std::nullopt;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned first = byte(0);
    if (first < 0x80) return Utf8Character{first, 1};
    const std::size_t bytes = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < bytes) return std::nullopt;
    char32_t code = first & (0x7fU >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return std::nullopt;
        code = (code << 6) | (byte(i) & 0x3fU);
    }
    constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
    if (code < least[bytes] || code > 0x10ffff || is_surrogate) return std::nullopt;
    return Utf8Character{code, bytes};
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const auto character = first_utf8(text);
        if (!character) return false;
        text.remove_prefix(character->bytes);
    }
    return true;
}

}  // namespace postern
