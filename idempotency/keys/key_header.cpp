#include <algorithm>

#include "idempotency/keys/keyed_command.hpp"

namespace postern::idempotency {
namespace {

constexpr std::size_t key_characters_max = 255;

const Error malformed{ErrorKind::invalid_request, "idempotency_key_malformed"};

bool is_visible(char c) { return c > ' ' && c <= '~'; }

std::string_view without_spaces_around(std::string_view text) {
    constexpr std::string_view spaces = " \t";
    const std::size_t first = text.find_first_not_of(spaces);
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(spaces) - first + 1);
}

// RFC 9651, 3.3.3: backslash escapes a quote and itself, nothing else. Parameters after the string are not taken.
Result<std::string> unquoted(std::string_view text) {
    if (text.size() < 2 || text.back() != '"') return malformed;
    const std::string_view inside = text.substr(1, text.size() - 2);
    std::string key;
    for (std::size_t i = 0; i < inside.size(); ++i) {
        if (inside[i] == '"') return malformed;
        if (inside[i] == '\\') {
            const bool escapes = i + 1 < inside.size() && (inside[i + 1] == '"' || inside[i + 1] == '\\');
            if (!escapes) return malformed;
            ++i;
        }
        key += inside[i];
    }
    return key;
}

}  // namespace

Result<std::string> parse_key(std::string_view header) {
    const std::string_view text = without_spaces_around(header);
    if (text.empty()) return Error{ErrorKind::invalid_request, "idempotency_key_missing"};
    const auto key = text.front() == '"' ? unquoted(text) : Result<std::string>{std::string(text)};
    if (!key) return key.error();
    const bool fits = !key->empty() && key->size() <= key_characters_max && std::ranges::all_of(*key, is_visible);
    if (!fits) return malformed;
    return *key;
}

}  // namespace postern::idempotency
