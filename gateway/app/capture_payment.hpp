#pragma once

#include "gateway/app/change_payment.hpp"

namespace postern::gateway {

// Takes held money, all that is left or a part of it; never more than was approved.
Awaitable<Result<Response>> capture_payment(const Services& services, CallContext context, ChangeInput input);

}  // namespace postern::gateway
