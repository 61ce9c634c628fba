#pragma once

#include "gateway/app/call.hpp"
#include "gateway/domain/tip_rules.hpp"

namespace postern::gateway {

struct ChangeInput {
    PaymentId payment_id;
    std::optional<domain::Money> amount;
    std::optional<domain::Money> tip = {};
    bool asks_rules = false;                // of tips and increments
    const domain::TipRule* rule = nullptr;  // the one that holds, looked up on the way; null: none does
};

// What a capture, tip, increment, refund or void will be, decided on a payment as it was read.
struct ChangePlan {
    domain::Request request;
    domain::Verb verb;
    domain::Money amount;
    domain::Operation original;  // what it builds on
    std::optional<domain::Money> tip = {};
    std::int64_t above_minor = 0;  // how far a capture goes over what is left, by its tip
};
// No amount means all that is left. Errors refuse; nothing has happened.
using ChangePlanner = Result<ChangePlan> (*)(const Services&, const PaymentView&, const ChangeInput& input);

idempotency::KeyedCommand change_command(const CallContext& context, const ChangeInput& input);

// The common way of all of them: read, plan, commit 1, drive. Edits (tips, increments) happen at the version that they
// were planned on; where it has moved, they are planned again.
Awaitable<Result<Response>> change_payment(const Services& services, CallContext context, ChangeInput input,
                                           ChangePlanner plan);
// Its part after the key's ticket was taken.
Awaitable<Result<Response>> change_read_payment(const Services& services, const CallContext& context,
                                                const idempotency::KeyedCommand& command, const PaymentView& view,
                                                ChangeInput input, ChangePlanner plan);

// The authorization or sale that began the payment: by its verb, for clocks of two machines may disagree about order.
const domain::Operation* first_operation(const PaymentView& view);
// The latest approved operation of one of these verbs; null where there is none.
const domain::Operation* latest_approved(const PaymentView& view, std::initializer_list<domain::Verb> verbs);

}  // namespace postern::gateway
