#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "processors/mercury/sandbox/batch.hpp"

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
    std::optional<ClosingTime> closes_at = ClosingTime{};  // by itself; none: only when asked
    bool duplicates_end_with_batch = true;      // a repeat after the close is a charge of its own
    bool close_wants_every_figure = false;      // a BatchClose repeats all of the summary, not only number, count, net
    std::chrono::days record_one_time{183}, record_recurring{730};  // a record's life from its last use
    bool used_records_stay = true;              // an older record is good beside the one that its use brought
    std::chrono::days hold_life{7};             // until the issuer lets an authorization go
    std::int64_t card_limit_minor = 0;          // a charge that would hold more on a card is declined; 0: no limit
    bool only_test_cards = false;               // the policy of the published test merchants
    bool shows_whole_number = false;            // AcctNo as older hosts sent it
};
Settings default_settings();

}  // namespace postern::mercury::sandbox
