#pragma once

#ifndef POSTERN_VAULT_PROCESS
#error "card data types compile only into the vault process"
#endif

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

#include "vault/sealed/arena.hpp"

namespace postern::vault::sealed {

// A few secret characters in a cell of the arena: move-only (a copy is one more place to wipe), neither comparable
// nor printable.
class SecretChars {
public:
    static Result<SecretChars> copy_of(Arena& arena, std::span<const char> characters);
    // `size` characters, zero at first, to be written through `fill`.
    static Result<SecretChars> zeros(Arena& arena, std::size_t size);
    SecretChars(SecretChars&&) noexcept = default;
    SecretChars& operator=(SecretChars&&) noexcept = default;

    std::size_t size() const { return size_; }
    // The only way out: lends the characters to one callee for the length of one call.
    template <class Use>
    decltype(auto) lend(Use&& use) const {
        return std::forward<Use>(use)(std::span<const char>{cell_.bytes().data(), size_});
    }
    template <class Use>
    decltype(auto) fill(Use&& use) {
        return std::forward<Use>(use)(std::span<char>{cell_.bytes().data(), size_});
    }

private:
    SecretChars(Arena::Cell cell, std::size_t size) : cell_{std::move(cell)}, size_{size} {}
    Arena::Cell cell_;
    std::size_t size_ = 0;
};

}  // namespace postern::vault::sealed
