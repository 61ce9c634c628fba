#pragma once

#include "gateway/app/change_payment.hpp"

namespace postern::gateway {

// Takes the whole payment back. While its first operation has no answer, the void is accepted all the same: it becomes
// that operation's goal, and whatever the processor turns out to have approved is reversed.
Awaitable<Result<Response>> void_payment(const Services& services, CallContext context, PaymentId payment_id);

}  // namespace postern::gateway
