#pragma once

#ifndef POSTERN_VAULT_PROCESS
#error "card data types compile only into the vault process"
#endif

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "base/result.hpp"
#include "vault/sealed/secret_chars.hpp"

namespace postern::vault::sealed {

// What a key is for; each purpose has a key of its own. `kek` is wrapped by the root key (a file), all others by the
// kek, so that changing the root or the kek re-wraps a handful of rows and touches no card.
enum class KeyPurpose { kek, card, index, account, reply };
std::string_view to_text(KeyPurpose purpose);
Result<KeyPurpose> parse_key_purpose(std::string_view text);

// A key as the vault's database keeps it (vault/storage's StoredKey has the same fields as text).
struct WrappedKey {
    KeyPurpose purpose = KeyPurpose::kek;
    int version = 1;
    std::string wrapped;  // nonce, ciphertext, tag
};

// What a sealed row is bound to: moved to another row, tenant, purpose or key version it does not open.
struct SealContext {
    KeyPurpose purpose = KeyPurpose::card;
    std::string_view tenant_id;
    std::string_view row_id;   // card id, token, account id, "op_…/2"
    std::string_view column;   // "number", "details", "credentials", "reply"
};

// All keys of the vault, in the arena. Seals rows with XChaCha20-Poly1305 under the newest key of the purpose (random
// nonce; format, key version and context as associated data) and opens rows of any version. Its const calls are thread
// safe while none of `create_missing` and `create_version` runs.
class KeyRing {
public:
    // "root_key_unreadable": not 32 bytes, or not the file's owner alone can read it.
    static Result<SecretChars> read_root_key(Arena& arena, const std::string& path);
    // "keys_unreadable": a stored key does not open under this root; "keys_incomplete": keys without their kek.
    static Result<KeyRing> open(Arena& arena, Random& random, const SecretChars& root,
                                std::span<const WrappedKey> stored);
    KeyRing(KeyRing&&) = default;

    // Makes a first version of each purpose that has none (all of them at the first start). To be stored before use.
    Result<std::vector<WrappedKey>> create_missing(const SecretChars& root);
    // A further version, used by `seal` and `card_index` from now on; not for the kek. To be stored before use.
    Result<WrappedKey> create_version(KeyPurpose purpose);

    Result<std::string> seal(std::span<const char> plain, const SealContext& context) const;
    // Into the arena: "sealed_row_unreadable" (audit it), "arena_full", "secret_too_large" (above a large cell).
    Result<SecretChars> open_secret(std::string_view sealed, const SealContext& context) const;
    // For what is not secret enough for the arena and may be large (scrubbed replies).
    Result<std::string> open_text(std::string_view sealed, const SealContext& context) const;

    // The keyed index of a whole card number: HMAC-SHA-256 (FIPS 198-1) under a key derived for the tenant. Raw.
    Result<std::string> card_index(std::string_view tenant_id, std::span<const char> digits) const;
    int index_version() const;

private:
    using Keys = std::map<std::pair<KeyPurpose, int>, SecretChars>;
    KeyRing(Arena& arena, Random& random) : arena_{&arena}, random_{&random} {}
    Status unwrap(const WrappedKey& stored, const SecretChars& wrapping);
    Result<WrappedKey> create(KeyPurpose purpose, int version, const SecretChars& wrapping);
    Keys::const_iterator newest(KeyPurpose purpose) const;  // end(): none

    Arena* arena_;
    Random* random_;
    Keys keys_;
};

}  // namespace postern::vault::sealed
