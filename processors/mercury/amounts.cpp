#include "processors/mercury/amounts.hpp"

#include <algorithm>

namespace postern::mercury {

std::string amount_text(std::int64_t amount_minor) {
    const std::string cents = std::to_string(amount_minor % 100);
    return std::to_string(amount_minor / 100) + (cents.size() == 1 ? ".0" : ".") + cents;
}

std::optional<std::int64_t> parse_amount(std::string_view text) {
    constexpr std::size_t characters_max = 10;
    text = trimmed(text);
    if (text.size() < 4 || text.size() > characters_max || text[text.size() - 3] != '.') return std::nullopt;
    std::int64_t minor = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i == text.size() - 3) continue;
        if (text[i] < '0' || text[i] > '9') return std::nullopt;
        minor = minor * 10 + (text[i] - '0');
    }
    return minor;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view white = " \t\r\n";
    const std::size_t first = text.find_first_not_of(white);
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(white) - first + 1);
}

}  // namespace postern::mercury
