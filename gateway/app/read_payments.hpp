#pragma once

#include "gateway/app/services.hpp"

namespace postern::gateway {

constexpr int page_size_max = 100;

// A tenant sees its own payments; another's is "not_found".
Awaitable<Result<PaymentView>> get_payment(const Services& services, TenantId tenant, PaymentId payment,
                                           Instant deadline);
// "page_size_out_of_range", "bad_page_token".
Awaitable<Result<ListPage>> list_payments(const Services& services, ListQuery query, Instant deadline);

}  // namespace postern::gateway
