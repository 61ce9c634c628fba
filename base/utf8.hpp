#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace postern {

// One character of UTF-8 (RFC 3629) and how many bytes it takes.
struct Utf8Character {
    char32_t code;
    std::size_t bytes;
};
// The first character of `text`; nothing where it is empty or malformed (overlong, surrogate, cut).
std::optional<Utf8Character> first_utf8(std::string_view text);

bool is_utf8(std::string_view text);

}  // namespace postern
