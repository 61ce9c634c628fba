#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/domain/funding.hpp"
#include "gateway/domain/money.hpp"

namespace postern::domain {

// What the card schemes allow a merchant, from a day on: one row of a table that operators keep (deploy/config/tips.toml).
// Empty conditions hold for everything.
struct TipRule {
    std::string name;        // told where it refuses
    std::string valid_from;  // a business date, 2026-11-25
    std::vector<std::string> brands, categories;  // of the card; of the merchant (four digits)
    std::optional<Funding> funding;
    std::optional<bool> after_partial_approval;
    int above_percent = 0;   // how far a tip may carry the amount above what was authorized
    bool may_adjust = false, may_increment = false;
};

struct TipQuestion {
    std::string_view business_date, brand, category;
    Funding funding = Funding::unknown;
    bool after_partial_approval = false;
};

class TipRules {
public:
    explicit TipRules(std::vector<TipRule> rules = {}) : rules_{std::move(rules)} {}
    // The newest row that holds; of one day, the row with the most conditions. Null: no row holds, nothing is allowed.
    const TipRule* find(const TipQuestion& question) const;

private:
    std::vector<TipRule> rules_;
};

// Minor units above `authorized` that the rule allows, rounded down.
std::int64_t above_minor(const TipRule& rule, Money authorized);

}  // namespace postern::domain
