#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "base/result.hpp"

namespace postern::crypto {

// Raw evidence at rest in the gateway: zlib, then XChaCha20-Poly1305 under the gateway's evidence key, then grouped
// base32. The key comes from a file of 32 raw bytes. `context` is bound as associated data (the operation's id).
class EvidenceBox {
public:
    static Result<EvidenceBox> from_key_file(const std::string& path, Random& random);  // "key_file_unreadable"
    EvidenceBox(std::array<std::uint8_t, 32> key, Random& random) : key_{key}, random_{&random} {}
    std::string seal(std::string_view plain, std::string_view context) const;
    Result<std::string> open(std::string_view sealed, std::string_view context) const;  // "evidence_unreadable"

private:
    std::array<std::uint8_t, 32> key_;
    Random* random_;
};

}  // namespace postern::crypto
