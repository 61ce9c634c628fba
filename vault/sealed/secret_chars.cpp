#include "vault/sealed/secret_chars.hpp"

#include <algorithm>

namespace postern::vault::sealed {

Result<SecretChars> SecretChars::zeros(Arena& arena, std::size_t size) {
    auto cell = arena.take(size);
    if (!cell) return cell.error();
    return SecretChars{std::move(*cell), size};
}

Result<SecretChars> SecretChars::copy_of(Arena& arena, std::span<const char> characters) {
    auto secret = zeros(arena, characters.size());
    if (secret) secret->fill([&](std::span<char> out) { std::ranges::copy(characters, out.begin()); });
    return secret;
}

}  // namespace postern::vault::sealed
