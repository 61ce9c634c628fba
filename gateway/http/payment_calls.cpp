#include "gateway/http/payment_calls.hpp"

#include "gateway/app/accept_payment.hpp"
#include "gateway/app/capture_payment.hpp"
#include "gateway/app/read_payments.hpp"
#include "gateway/app/refund_payment.hpp"
#include "gateway/app/void_payment.hpp"

namespace postern::gateway {

Awaitable<Result<Response>> UseCases::create(CallContext context, NewPaymentInput input) {
    return create_payment(services_, std::move(context), std::move(input));
}

Awaitable<Result<Response>> UseCases::change(CallContext context, PaymentId payment, ChangeCommand command) {
    switch (command.request) {
        case domain::Request::capture:
            return capture_payment(services_, std::move(context), {std::move(payment), command.amount});
        case domain::Request::refund:
            return refund_payment(services_, std::move(context), {std::move(payment), command.amount});
        case domain::Request::void_payment: return void_payment(services_, std::move(context), std::move(payment));
        case domain::Request::accept: return accept_payment(services_, std::move(context), std::move(payment));
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
