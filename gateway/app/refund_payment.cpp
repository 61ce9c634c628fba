#include "gateway/app/refund_payment.hpp"

namespace postern::gateway {
namespace {

Result<ChangePlan> plan_refund(const Services&, const PaymentView& view, const ChangeInput& input) {
    const domain::Payment& payment = view.payment;
    const auto least = domain::Money::of_minor(1, payment.requested.currency());
    const domain::Money wanted = input.amount.value_or(payment.refundable().is_zero() ? *least : payment.refundable());
    if (const Status may = domain::may_start(payment, domain::Request::refund, wanted); !may) return may.error();
    const auto* original = latest_approved(view, {domain::Verb::sale, domain::Verb::capture});
    if (original == nullptr) return Error{ErrorKind::conflict, "payment_not_refundable"};
    return ChangePlan{domain::Request::refund, domain::Verb::refund, wanted, *original};
}

}  // namespace

Awaitable<Result<Response>> refund_payment(const Services& services, CallContext context, ChangeInput input) {
    co_return co_await change_payment(services, std::move(context), std::move(input), plan_refund);
}

}  // namespace postern::gateway
