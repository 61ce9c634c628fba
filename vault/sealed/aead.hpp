#pragma once

#ifndef POSTERN_VAULT_PROCESS
#error "card data types compile only into the vault process"
#endif

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "vault/sealed/secret_chars.hpp"

// XChaCha20-Poly1305 (RFC 8439 with the 24-byte nonce of draft-irtf-cfrg-xchacha) with keys that stay in the arena.
namespace postern::vault::sealed::aead {

constexpr std::size_t key_bytes = 32;
constexpr std::size_t nonce_bytes = 24;
constexpr std::size_t tag_bytes = 16;

// Appends nonce, ciphertext and tag.
void seal(const SecretChars& key, std::span<const char> plain, std::string_view associated, Random& random,
          std::string& out);
// Writes `sealed.size() - nonce_bytes - tag_bytes` characters to `plain`; false where it is not authentic.
bool open(const SecretChars& key, std::string_view sealed, std::string_view associated, std::span<char> plain);
inline bool is_long_enough(std::string_view sealed) { return sealed.size() >= nonce_bytes + tag_bytes; }
inline std::size_t plain_bytes(std::string_view sealed) { return sealed.size() - nonce_bytes - tag_bytes; }

}  // namespace postern::vault::sealed::aead
