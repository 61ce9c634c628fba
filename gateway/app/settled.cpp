#include "gateway/app/settled.hpp"

#include <algorithm>

#include "gateway/app/outcome.hpp"

namespace postern::gateway {

Awaitable<Result<Answer>> await_settled(const Services& services, TenantId tenant, PaymentId payment,
                                        OperationId operation, Instant deadline) {
    for (;;) {
        const auto view = co_await services.payments.find(tenant, payment, deadline);
        if (!view) co_return view.error();
        const auto found = std::ranges::find(view->operations, operation, &domain::Operation::id);
        if (found == view->operations.end()) co_return Error{ErrorKind::not_found, "unknown_operation"};
        Answer answer = draw(services, view->payment, view->card, *found);
        if (answer.is_final || time_left(services, deadline) <= services.settings.answer_reserve) co_return answer;
        co_await services.sleeper.sleep(services.settings.poll_pause);
    }
}

}  // namespace postern::gateway
