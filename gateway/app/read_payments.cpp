#include "gateway/app/read_payments.hpp"

namespace postern::gateway {

Awaitable<Result<PaymentView>> get_payment(const Services& services, TenantId tenant, PaymentId payment,
                                           Instant deadline) {
    co_return co_await services.payments.find(std::move(tenant), std::move(payment), deadline);
}

Awaitable<Result<ListPage>> list_payments(const Services& services, ListQuery query, Instant deadline) {
    if (query.page_size < 1 || query.page_size > page_size_max) {
        co_return Error{ErrorKind::invalid_request, "page_size_out_of_range"};
    }
    co_return co_await services.payments.list(std::move(query), deadline);
}

}  // namespace postern::gateway
