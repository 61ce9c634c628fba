#pragma once

#include "processors/mercury/switches.hpp"
#include "processors/port/adapter.hpp"

namespace postern::mercury {

// The TranCode of an operation of stored value; empty: it has none. A void's depends on what it takes back.
std::string_view gift_code(const processors::History& history);

// GiftTransaction. Errors: "verb_not_supported", "currency_not_supported", "amount_out_of_range", "reference_missing".
Result<vault::MessageTree> gift_message(const processors::History& history, const Switches& switches);
// CAllGiftDetail by the operation's own invoice, a void's too, without dates.
vault::MessageTree gift_inquiry(const processors::History& history);

}  // namespace postern::mercury
