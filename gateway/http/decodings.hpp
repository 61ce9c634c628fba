#pragma once

#include <functional>
#include <string_view>

#include "base/wiped/wiped.hpp"

namespace postern::gateway {

// What proxies, clients and hiders put around a text, taken off in wiped memory; what is malformed stays as it is.

// `%34` and '+', which is a space.
wiped::Text percent_decoded(std::string_view text);
// `\u0034` as JSON within a text of JSON writes it, whatever the number of backslashes.
wiped::Text without_json_escapes(std::string_view text);
// Whether `test` holds for a word of base64 (either alphabet, any alignment) that may hold a card number's digits.
bool any_number_in_base64(std::string_view text, const std::function<bool(std::string_view)>& test);

}  // namespace postern::gateway
