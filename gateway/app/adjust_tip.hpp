#pragma once

#include "gateway/app/change_payment.hpp"

namespace postern::gateway {

// A captured payment's tip becomes `input.tip`, whatever it was; zero takes it away. Until the batch is closed at the
// processor, whose refusal then is an outcome (declined, "batch_closed").
Awaitable<Result<Response>> adjust_tip(const Services& services, CallContext context, ChangeInput input);

}  // namespace postern::gateway
