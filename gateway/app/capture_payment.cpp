#include "gateway/app/capture_payment.hpp"

namespace postern::gateway {
namespace {

Result<ChangePlan> plan_capture(const Services& services, const PaymentView& view, std::optional<domain::Money> amount) {
    const domain::Payment& payment = view.payment;
    const bool is_over = payment.expires_at && *payment.expires_at <= services.clock.now();
    if (is_over || payment.standing == domain::Standing::expired) {
        return Error{ErrorKind::conflict, "authorization_expired"};
    }
    // With nothing left, `may_start` says why; one minor unit stands for "anything".
    const auto least = domain::Money::of_minor(1, payment.requested.currency());
    const domain::Money wanted = amount.value_or(payment.capturable().is_zero() ? *least : payment.capturable());
    if (const Status may = domain::may_start(payment, domain::Request::capture, wanted); !may) return may.error();
    const auto* original = latest_approved(view, {domain::Verb::authorize});
    if (original == nullptr) return Error{ErrorKind::conflict, "payment_not_capturable"};
    return ChangePlan{domain::Request::capture, domain::Verb::capture, wanted, *original};
}

}  // namespace

Awaitable<Result<Response>> capture_payment(const Services& services, CallContext context, ChangeInput input) {
    co_return co_await change_payment(services, std::move(context), std::move(input), plan_capture);
}

}  // namespace postern::gateway
