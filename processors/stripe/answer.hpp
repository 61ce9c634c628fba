#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace postern::stripe {

// Objects of the API, read: what stood in them, and nothing concluded yet. Unknown members are left out.
struct ErrorObject {
    std::string type, code, decline_code;
    std::string intent_id, intent_status;  // of the intent that it carries
};
struct Intent {
    std::string id, status, capture_method, currency, identity;  // identity: our metadata
    std::string charge;                                          // latest_charge, an id or an object
    std::optional<std::int64_t> amount, amount_capturable, amount_received;
    std::optional<ErrorObject> last_error;
};
struct Refund {
    std::string id, status, currency, identity, intent, failure_reason;
    std::optional<std::int64_t> amount;
};
struct Card { std::string id; };  // a payment method
struct List {
    std::vector<Intent> intents;
    std::vector<Refund> refunds;
    bool has_more = false;
};
using Answer = std::variant<ErrorObject, Intent, Refund, Card, List>;

// From a reply's body. Errors, none of which proves anything: "malformed_json", "name_repeated", "json_too_large",
// "object_unknown".
Result<Answer> parse_answer(std::string_view body);

constexpr std::string_view identity_key = "postern_operation";  // of our metadata

}  // namespace postern::stripe
