#pragma once

#include "gateway/app/change_payment.hpp"

namespace postern::gateway {

// Gives captured money back, all that is left or a part of it; refunds together never exceed what was captured.
Awaitable<Result<Response>> refund_payment(const Services& services, CallContext context, ChangeInput input);

}  // namespace postern::gateway
