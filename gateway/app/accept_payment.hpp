#pragma once

#include "gateway/app/change_payment.hpp"

namespace postern::gateway {

// Keeps the part of a payment that was approved, while it is offered; nothing is sent. Against the deadline that takes
// the offer back, exactly one wins: both name the version that they saw. "nothing_to_accept", "acceptance_expired".
Awaitable<Result<Response>> accept_payment(const Services& services, CallContext context, PaymentId payment_id);

}  // namespace postern::gateway
