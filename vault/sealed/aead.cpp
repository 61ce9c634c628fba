#include "vault/sealed/aead.hpp"

#include <cstdint>
#include <sodium.h>

namespace postern::vault::sealed::aead {
namespace {

static_assert(nonce_bytes == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
static_assert(tag_bytes == crypto_aead_xchacha20poly1305_ietf_ABYTES);
static_assert(key_bytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

const unsigned char* raw(const char* bytes) { return reinterpret_cast<const unsigned char*>(bytes); }
unsigned char* raw(char* bytes) { return reinterpret_cast<unsigned char*>(bytes); }

}  // namespace

void seal(const SecretChars& key, std::span<const char> plain, std::string_view associated, Random& random,
          std::string& out) {
    const std::size_t start = out.size();
    out.resize(start + nonce_bytes + plain.size() + tag_bytes);
    char* const nonce = out.data() + start;
    random.fill({raw(nonce), nonce_bytes});
    key.lend([&](std::span<const char> key_chars) {
        crypto_aead_xchacha20poly1305_ietf_encrypt(raw(nonce + nonce_bytes), nullptr, raw(plain.data()), plain.size(),
                                                   raw(associated.data()), associated.size(), nullptr, raw(nonce),
                                                   raw(key_chars.data()));
    });
}

bool open(const SecretChars& key, std::string_view sealed, std::string_view associated, std::span<char> plain) {
    return key.lend([&](std::span<const char> key_chars) {
        return crypto_aead_xchacha20poly1305_ietf_decrypt(
                   raw(plain.data()), nullptr, nullptr, raw(sealed.data()) + nonce_bytes, sealed.size() - nonce_bytes,
                   raw(associated.data()), associated.size(), raw(sealed.data()), raw(key_chars.data())) == 0;
    });
}

}  // namespace postern::vault::sealed::aead
