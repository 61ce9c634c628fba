#include "base/crypto/digest.hpp"

#include <sodium.h>

#include "base/base32.hpp"

namespace postern::crypto {

Sha256 sha256(std::string_view bytes) {
    Sha256 digest;
    crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    return digest;
}

std::string sha256_text(std::string_view bytes) { return base32_grouped(sha256(bytes)); }

bool equal_in_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace postern::crypto
