#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"

namespace postern::idempotency {

// The value of an Idempotency-Key header, quoted (RFC 9651 string) or bare: 1 to 255 visible characters.
// "idempotency_key_missing", "idempotency_key_malformed".
Result<std::string> parse_key(std::string_view header);

// What a command means, field by field in a fixed order, parsed values in one normal form: two spellings of one
// meaning are equal, and a difference can be named. Never card data.
using Meaning = std::vector<std::pair<std::string, std::string>>;  // JSON pointer, value
std::string encode_meaning(const Meaning& meaning);
Meaning decode_meaning(std::string_view text);
// The first pointer whose values differ, "" where none does.
std::string first_difference(const Meaning& a, const Meaning& b);

struct KeyedCommand {
    TenantId tenant_id;
    std::string key;
    std::string path;         // the route with its ids: the same key elsewhere is another meaning
    std::string fingerprint;  // of version, path and meaning
    Meaning meaning;
};
KeyedCommand make_keyed_command(TenantId tenant, std::string key, std::string path, Meaning meaning);

}  // namespace postern::idempotency
