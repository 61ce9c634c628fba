#pragma once

#include "gateway/app/call.hpp"
#include "gateway/http/commands.hpp"

namespace postern::gateway {

// The use cases as the routes see them; in front of them, so that routes can be tested without a payment.
class PaymentCalls {
public:
    virtual ~PaymentCalls() = default;
    virtual Awaitable<Result<Response>> create(CallContext context, NewPaymentInput input) = 0;
    virtual Awaitable<Result<Response>> change(CallContext context, PaymentId payment, ChangeCommand command) = 0;
    virtual Awaitable<Result<PaymentView>> get(TenantId tenant, PaymentId payment, Instant deadline) = 0;
    virtual Awaitable<Result<ListPage>> list(ListQuery query, Instant deadline) = 0;
};

// Those of gateway/app.
class UseCases final : public PaymentCalls {
public:
    explicit UseCases(const Services& services) : services_{services} {}
    Awaitable<Result<Response>> create(CallContext context, NewPaymentInput input) override;
    Awaitable<Result<Response>> change(CallContext context, PaymentId payment, ChangeCommand command) override;
    Awaitable<Result<PaymentView>> get(TenantId tenant, PaymentId payment, Instant deadline) override;
    Awaitable<Result<ListPage>> list(ListQuery query, Instant deadline) override;

private:
    const Services& services_;
};

// Whether this process can take payments now: a commit came back and the vault answers.
class Readiness {
public:
    virtual ~Readiness() = default;
    virtual Awaitable<Status> check(Instant deadline) = 0;
};

}  // namespace postern::gateway
