#include "gateway/app/adjust_tip.hpp"

#include <algorithm>

#include "gateway/app/tip_terms.hpp"

namespace postern::gateway {
namespace {

using domain::Verb;

// A tip belongs to one item of the batch: what was captured in parts has several.
const domain::Operation* only_taking(const PaymentView& view) {
    const auto takes = [](const domain::Operation& operation) {
        return (operation.verb == Verb::sale || operation.verb == Verb::capture) &&
               operation.status == domain::OperationStatus::approved;
    };
    const auto found = std::ranges::find_if(view.operations, takes);
    return std::ranges::count_if(view.operations, takes) == 1 ? &*found : nullptr;
}

Result<domain::Money> whole_amount(const domain::Payment& payment, domain::Money tip) {
    const auto bought = payment.captured.minus(payment.tip);
    const auto whole = bought ? bought->plus(tip) : bought;
    if (whole) return *whole;
    const bool foreign = whole.error().code == "currency_mismatch";
    return Error{ErrorKind::invalid_request, whole.error().code, {}, foreign ? "/tip/currency" : "/tip/amount_minor"};
}

Result<ChangePlan> plan_adjust(const Services& services, const PaymentView& view, const ChangeInput& input) {
    const domain::Payment& payment = view.payment;
    if (const Status able = check_verb(services, view, Verb::adjust_tip); !able) return able.error();
    const auto whole = whole_amount(payment, *input.tip);
    if (!whole) return whole.error();
    const domain::Money asked = whole->is_zero() ? payment.requested : *whole;  // nothing is captured: refused for that
    if (const Status may = domain::may_start(payment, domain::Request::adjust_tip, asked); !may) return may.error();
    const auto* original = only_taking(view);
    if (original == nullptr) return Error{ErrorKind::conflict, "tip_not_adjustable"};
    if (input.rule == nullptr || !input.rule->may_adjust) return refused_by_rule("tip_not_allowed", input.rule, "/tip");
    const bool rises = whole->amount_minor() > payment.captured.amount_minor();
    if (rises && whole->amount_minor() > tip_ceiling_minor(services, view, input.rule)) {
        return refused_by_rule("tip_exceeds_tolerance", input.rule, "/tip/amount_minor");
    }
    return ChangePlan{.request = domain::Request::adjust_tip, .verb = Verb::adjust_tip, .amount = *whole,
                      .original = *original, .tip = *input.tip};
}

}  // namespace

Awaitable<Result<Response>> adjust_tip(const Services& services, CallContext context, ChangeInput input) {
    input.asks_rules = true;
    co_return co_await change_payment(services, std::move(context), std::move(input), plan_adjust);
}

}  // namespace postern::gateway
