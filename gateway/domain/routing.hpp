#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "gateway/domain/money.hpp"

namespace postern::domain {

struct RouteRuleTag { static constexpr std::string_view prefix = "rule_"; };
using RouteRuleId = Id<RouteRuleTag>;

// A processor account that a store's payments may go to.
struct RouteAccount {
    AccountId id;
    std::string processor;
    bool is_enabled = true;
    friend bool operator==(const RouteAccount&, const RouteAccount&) = default;
};

// A rule as it is written down and kept: lists are words with commas between them, empty means any.
struct RouteRuleText {
    std::string id, name, priority = "100", store, brands, fundings, bins, currency, amount_min, amount_max;
    std::string from, until;  // seconds since 1970; empty: always
    std::string accounts;     // in order: an account's id, or a processor's name for the store's first account there
    bool is_enabled = true;
};

// Which accounts take a payment, first choice first. Everything that a rule names must be so; what it leaves open is any.
struct RouteRule {
    RouteRuleId id;
    std::string name;
    int priority = 100;            // the least is asked first
    std::optional<StoreId> store;  // absent: every store of the merchant
    std::vector<std::string> brands, fundings;
    std::vector<std::string> bins;  // beginnings of a card number, 1 to 6 digits
    std::optional<Currency> currency;
    std::optional<std::int64_t> amount_min, amount_max;  // minor units of `currency`, both included
    std::optional<Timestamp> from, until;                // from included, until not
    std::vector<std::string> accounts;
    bool is_enabled = true;

    // An error of kind `invalid_request` names the field: "bad_priority", "bad_brand", "bad_funding", "bad_bin",
    // "unknown_currency", "bad_amount", "amount_needs_currency", "bad_validity", "bad_account", "malformed_id".
    static Result<RouteRule> parse(const RouteRuleText& text);
};

// What is asked: a payment before it is made.
struct RouteQuestion {
    StoreId store;
    Money amount;
    std::string bin6, brand, funding;  // funding: "unknown" where nobody can tell
    Timestamp at;
};

// Why the rule does not fit the payment, in a word of its fields: "disabled", "store", "not_yet", "over", "brand",
// "funding", "bin", "currency", "amount"; empty: it fits.
std::string_view mismatch(const RouteRule& rule, const RouteQuestion& question);

// Of the rule's accounts those that may be used now, each once. `accounts`: all of the payment's store, oldest first.
std::vector<RouteAccount> usable(const RouteRule& rule, std::span<const RouteAccount> accounts);

struct RouteChoice {
    std::vector<RouteAccount> accounts;  // first choice, then where to go when it is proven that nothing was sent
    const RouteRule* rule = nullptr;     // none: the store's first account that is enabled
};
// The first rule by priority, then id, that fits and has an account to use decides alone.
RouteChoice choose_route(std::span<const RouteRule> rules, std::span<const RouteAccount> accounts,
                         const RouteQuestion& question);

// In the order in which they are asked.
void sort_rules(std::vector<RouteRule>& rules);

}  // namespace postern::domain
