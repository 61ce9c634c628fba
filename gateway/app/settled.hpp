#pragma once

#include "gateway/app/call.hpp"

namespace postern::gateway {

// What there is to say about an operation at the deadline, or sooner: as soon as it is final and nothing of it is on
// its way back. "not_found" where the payment has no such operation.
Awaitable<Result<Answer>> await_settled(const Services& services, TenantId tenant, PaymentId payment,
                                        OperationId operation, Instant deadline);

}  // namespace postern::gateway
