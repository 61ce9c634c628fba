#pragma once

#include <string_view>

#include "base/net/http_types.hpp"
#include "gateway/http/json_tree.hpp"

namespace postern::gateway {

// The gateway's own door: text that looks like a card number (card_digits.hpp) is refused wherever a caller may have put
// it, neither stored nor logged, also behind percent, JSON escapes and base64 (decodings.hpp), up to three of them deep.
// A well-formed `traceparent` is an id and not searched.

// In the URL, header names and values, and the raw body.
bool holds_card_number(const net::HttpRequest& request);
// In the names, texts and numbers of a parsed body: what escapes hid from the raw look.
bool holds_card_number(const JsonNode& json);
// In a JSON pointer, which quotes names of a body that was refused before it became a tree.
bool pointer_holds_card_number(std::string_view pointer);
// Overwrites all that the caller wrote, before anything else is done with the refusal.
void wipe_request(net::HttpRequest& request);

}  // namespace postern::gateway
