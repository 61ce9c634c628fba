#include "gateway/http/payment_calls.hpp"

#include "gateway/app/accept_payment.hpp"
#include "gateway/app/adjust_tip.hpp"
#include "gateway/app/capture_payment.hpp"
#include "gateway/app/increment_payment.hpp"
#include "gateway/app/read_payments.hpp"
#include "gateway/app/refund_payment.hpp"
#include "gateway/app/void_payment.hpp"

namespace postern::gateway {

Awaitable<Result<Response>> UseCases::create(CallContext context, NewPaymentInput input) {
    return create_payment(services_, std::move(context), std::move(input));
}

Awaitable<Result<Response>> UseCases::change(CallContext context, PaymentId payment, ChangeCommand command) {
    ChangeInput input{std::move(payment), command.amount, command.tip};
    switch (command.request) {
        case domain::Request::capture: return capture_payment(services_, std::move(context), std::move(input));
        case domain::Request::adjust_tip: return adjust_tip(services_, std::move(context), std::move(input));
        case domain::Request::increment: return increment_payment(services_, std::move(context), std::move(input));
        case domain::Request::refund: return refund_payment(services_, std::move(context), std::move(input));
        case domain::Request::void_payment:
            return void_payment(services_, std::move(context), std::move(input.payment_id));
        case domain::Request::accept:
            return accept_payment(services_, std::move(context), std::move(input.payment_id));
    }
    __builtin_unreachable();
}

Awaitable<Result<PaymentView>> UseCases::get(TenantId tenant, PaymentId payment, Instant deadline) {
    return get_payment(services_, std::move(tenant), std::move(payment), deadline);
}

Awaitable<Result<ListPage>> UseCases::list(ListQuery query, Instant deadline) {
    return list_payments(services_, std::move(query), deadline);
}

}  // namespace postern::gateway
