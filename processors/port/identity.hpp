#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace postern::processors {

inline std::string base32_of(std::uint64_t value, int characters) {
    constexpr std::string_view alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    if (value >> (5 * characters) != 0) throw std::logic_error("processor identities of this epoch are used up");
    std::string out;
    for (int shift = 5 * (characters - 1); shift >= 0; shift -= 5) out.push_back(alphabet[(value >> shift) & 31]);
    return out;
}

// An identity of ours: eight base32 characters of epoch, 'p', seven of counter; never 12 digits in a row. An epoch past
// 40 or a counter past 35 bits is a bug (identities would repeat): throws std::logic_error.
inline std::string identity_of(std::uint64_t epoch, std::uint64_t counter) {
    return base32_of(epoch, 8) + 'p' + base32_of(counter, 7);
}

}  // namespace postern::processors
