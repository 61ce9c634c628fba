#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "base/result.hpp"

namespace postern::mercury::sandbox {

// What makes a request "seen before"; which of these the real host means is not public.
enum class DuplicateRule { merchant_code_invoice_card_amount, invoice_card_amount, off };
Result<DuplicateRule> parse_duplicate_rule(std::string_view text);  // "merchant+trancode+invoice+card+amount", …

struct Settings {
    std::map<std::string, std::string> merchants;  // id to password; starts with the published test ids
    DuplicateRule duplicate_rule = DuplicateRule::merchant_code_invoice_card_amount;
    std::chrono::milliseconds row_delay{0};     // how long a transaction stays out of CTranDetail
    std::chrono::milliseconds late_answer{3000};
    bool partial_without_asking = true;         // partial approvals come although PartialAuth was not sent
    bool repeated_void_is_refused = true;       // else it is answered like the first
    bool only_test_cards = false;               // the policy of the published test merchants
    bool shows_whole_number = false;            // AcctNo as older hosts sent it
};
Settings default_settings();

}  // namespace postern::mercury::sandbox
