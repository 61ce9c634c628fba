#include "gateway/app/capture_payment.hpp"

#include "gateway/app/tip_terms.hpp"

namespace postern::gateway {
namespace {

// How far `wanted` goes over what is left, where its tip may carry it there.
Result<std::int64_t> above_left(const Services& services, const PaymentView& view, const ChangeInput& input,
                                domain::Money wanted) {
    const domain::Payment& payment = view.payment;
    const domain::Money tip = *input.tip;
    const auto refused = [](std::string_view code, std::string field) {
        return Error{ErrorKind::invalid_request, code, {}, std::move(field)};
    };
    if (tip.currency() != payment.requested.currency()) return refused("currency_mismatch", "/tip/currency");
    if (tip.amount_minor() >= wanted.amount_minor()) return refused("tip_exceeds_amount", "/tip/amount_minor");
    const std::int64_t over = wanted.amount_minor() - payment.capturable().amount_minor();
    if (over <= 0) return 0;
    if (over > tip.amount_minor()) return Error{ErrorKind::conflict, "amount_exceeds_capturable"};
    const std::int64_t ceiling = tip_ceiling_minor(services, view, input.rule);
    if (payment.approved.amount_minor() + over <= ceiling) return over;
    return refused_by_rule("tip_exceeds_tolerance", input.rule, "/tip/amount_minor");
}

Result<ChangePlan> plan_capture(const Services& services, const PaymentView& view, const ChangeInput& input) {
    const domain::Payment& payment = view.payment;
    const bool is_over = payment.expires_at && *payment.expires_at <= services.clock.now();
    if (is_over || payment.standing == domain::Standing::expired) {
        return Error{ErrorKind::conflict, "authorization_expired"};
    }
    // With nothing left, `may_start` says why; one minor unit stands for "anything".
    const auto least = domain::Money::of_minor(1, payment.requested.currency());
    const domain::Money wanted = input.amount.value_or(payment.capturable().is_zero() ? *least : payment.capturable());
    const auto above = input.tip ? above_left(services, view, input, wanted) : Result<std::int64_t>{0};
    const Status may = domain::may_start(payment, domain::Request::capture, wanted, above ? *above : 0);
    if (!may && (above || may.error().code != "amount_exceeds_capturable")) return may.error();
    if (!above) return above.error();
    const auto* original = latest_approved(view, {domain::Verb::authorize});
    if (original == nullptr) return Error{ErrorKind::conflict, "payment_not_capturable"};
    const bool has_tip = input.tip && !input.tip->is_zero();
    return ChangePlan{.request = domain::Request::capture, .verb = domain::Verb::capture, .amount = wanted,
                      .original = *original, .tip = has_tip ? input.tip : std::nullopt, .above_minor = *above};
}

}  // namespace

Awaitable<Result<Response>> capture_payment(const Services& services, CallContext context, ChangeInput input) {
    input.asks_rules = input.tip.has_value();
    co_return co_await change_payment(services, std::move(context), std::move(input), plan_capture);
}

}  // namespace postern::gateway
