#include "gateway/domain/tip_rules.hpp"

#include <algorithm>
#include <tuple>


namespace postern::domain {
namespace {

bool names(const std::vector<std::string>& all, std::string_view one) {
    return all.empty() || std::ranges::find(all, one) != all.end();
}

bool holds(const TipRule& rule, const TipQuestion& question) {
    return rule.valid_from <= question.business_date && names(rule.brands, question.brand) &&
           names(rule.categories, question.category) && (!rule.funding || *rule.funding == question.funding) &&
           (!rule.after_partial_approval || *rule.after_partial_approval == question.after_partial_approval);
}

int conditions(const TipRule& rule) {
    return static_cast<int>(!rule.brands.empty()) + static_cast<int>(!rule.categories.empty()) +
           static_cast<int>(rule.funding.has_value()) + static_cast<int>(rule.after_partial_approval.has_value());
}

}  // namespace

const TipRule* TipRules::find(const TipQuestion& question) const {
    const auto rank = [](const TipRule& rule) { return std::tuple{std::string_view{rule.valid_from}, conditions(rule)}; };
    const TipRule* best = nullptr;
    for (const TipRule& rule : rules_)
        if (holds(rule, question) && (best == nullptr || rank(rule) > rank(*best))) best = &rule;
    return best;
}

std::int64_t above_minor(const TipRule& rule, Money authorized) {
    return authorized.amount_minor() * rule.above_percent / 100;
}

}  // namespace postern::domain
