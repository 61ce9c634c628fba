#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>

#include "base/clock.hpp"

namespace postern::stripe::sandbox {

// What the book holds. Never a card number: brand, last four, and what the number decides.
struct Card {
    std::string id, account, brand, last4;
    std::int64_t exp_month = 0, exp_year = 0;
    std::string verdict;  // why charges to it are declined; empty: they are approved
    std::string carried;  // optional fields that held something: "cvc name line1 postal_code"
};
struct Intent {
    std::string id, account, card, status, capture_method, currency, charge;
    std::map<std::string, std::string> metadata;
    std::int64_t amount = 0, capturable = 0, received = 0, refunded = 0;
    std::string verdict;  // why the last try was declined
    Timestamp created;
};
struct Refund {
    std::string id, account, intent, charge, currency, status;
    std::map<std::string, std::string> metadata;
    std::int64_t amount = 0;
    Timestamp created;
};
// The answer that a key's first request got, and a keyed hash of what that request was.
struct Kept {
    std::string account, key, fingerprint, body;
    int status = 0;
};
using Change = std::variant<Card, Intent, Refund, Kept>;

}  // namespace postern::stripe::sandbox
