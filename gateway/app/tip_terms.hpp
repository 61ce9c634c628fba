#pragma once

#include "gateway/app/call.hpp"
#include "gateway/domain/tip_rules.hpp"

namespace postern::gateway {

// The rule of today that holds for a payment's tip or increment; null: none does. Errors are the directory's.
Awaitable<Result<const domain::TipRule*>> find_tip_rule(const Services& services, const PaymentView& view);

// What a card is paid with; told by its BIN where a table knows it.
domain::Funding funding_of(const domain::CardSummary& card);

// What the issuer was asked for and gave, increments included; what a tip added later does not count.
domain::Money authorized_amount(const PaymentView& view);

// Up to this much a whole capture may come with its tip: the authorized amount and what the rule and the processor allow.
std::int64_t tip_ceiling_minor(const Services& services, const PaymentView& view, const domain::TipRule* rule);

// A refusal by the table; its detail is the rule's name ("none": no row holds; "processor": it cannot do this).
Error refused_by_rule(std::string_view code, const domain::TipRule* rule, std::string field);

// "verb_not_supported" where the payment's processor has no such verb.
Status check_verb(const Services& services, const PaymentView& view, domain::Verb verb);

}  // namespace postern::gateway
