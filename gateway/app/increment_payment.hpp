#pragma once

#include "gateway/app/change_payment.hpp"

namespace postern::gateway {

// Holds `input.amount` more on an authorized payment, before anything of it is captured.
Awaitable<Result<Response>> increment_payment(const Services& services, CallContext context, ChangeInput input);

}  // namespace postern::gateway
