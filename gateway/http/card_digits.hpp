#pragma once

#include <string_view>

namespace postern::gateway {

// Whether a text as it stands holds what looks like a card number: digits of any script, in groups parted as people do
// (a comma only in the groups that cards print), whole and backwards. A UUID (RFC 9562) is an id and not searched.
bool holds_card_digits(std::string_view text);

}  // namespace postern::gateway
