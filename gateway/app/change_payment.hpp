#pragma once

#include "gateway/app/call.hpp"

namespace postern::gateway {

// What a capture, refund or void will be, decided on a payment as it was read.
struct ChangePlan {
    domain::Request request;
    domain::Verb verb;
    domain::Money amount;
    domain::Operation original;  // what it builds on
};
// No amount means all that is left. Errors refuse; nothing has happened.
using ChangePlanner = Result<ChangePlan> (*)(const Services&, const PaymentView&, std::optional<domain::Money> amount);

struct ChangeInput {
    PaymentId payment_id;
    std::optional<domain::Money> amount;
};
idempotency::KeyedCommand change_command(const CallContext& context, const ChangeInput& input);

// The common way of capture, refund and void: read, plan, commit 1, drive.
Awaitable<Result<Response>> change_payment(const Services& services, CallContext context, ChangeInput input,
                                           ChangePlanner plan);
// Its part after the key's ticket was taken.
Awaitable<Result<Response>> change_read_payment(const Services& services, const CallContext& context,
                                                const idempotency::KeyedCommand& command, const PaymentView& view,
                                                const ChangeInput& input, ChangePlanner plan);

// The authorization or sale that began the payment: by its verb, for clocks of two machines may disagree about order.
const domain::Operation* first_operation(const PaymentView& view);
// The latest approved operation of one of these verbs; null where there is none.
const domain::Operation* latest_approved(const PaymentView& view, std::initializer_list<domain::Verb> verbs);

}  // namespace postern::gateway
