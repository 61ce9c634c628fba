#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace postern::vault {

// What this exchange put into the message and no reply may carry back. Empty where it was not used.
struct ExchangeSecrets {
    std::span<const char> number = {}, security_code = {}, password = {};
    std::array<std::span<const char>, 5> others = {};  // tracks, a block, processor tokens
};

// The reply as others may read it, of the same length: every masked byte is an 'X'. Masked are
//   - the text of XML elements and attributes and the values of JSON members with one of the names (local name, any
//     case), also inside documents that are carried escaped or in CDATA;
//   - the card number, the password, tracks, blocks and processor tokens wherever they stand, in every form that `tests/vault/keeper` lists;
//   - the security code beside a name for it or beside the card number: three digits alone are a coincidence.
// Nothing is masked for its shape, so references of any length survive byte for byte. What cannot be judged or
// rewritten is an error: "reply_withheld".
Result<std::string> scrub(std::string_view reply, const std::vector<std::string>& masked_fields,
                          const ExchangeSecrets& secrets);

// A longer reply is withheld unread.
constexpr std::size_t scrub_bytes_max = 64 * 1024;

}  // namespace postern::vault
