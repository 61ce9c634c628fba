#include "gateway/app/settled.hpp"

#include <algorithm>

#include "gateway/app/change_payment.hpp"
#include "gateway/app/outcome.hpp"

namespace postern::gateway {

Awaitable<Result<Answer>> await_settled(const Services& services, TenantId tenant, PaymentId payment,
                                        OperationId operation, Instant deadline) {
    for (;;) {
        const auto view = co_await services.payments.find(tenant, payment, deadline);
        if (!view) co_return view.error();
        const auto found = std::ranges::find(view->operations, operation, &domain::Operation::id);
        if (found == view->operations.end()) co_return Error{ErrorKind::not_found, "unknown_operation"};
        const bool is_charge = found->verb == domain::Verb::authorize || found->verb == domain::Verb::sale;
        const domain::Operation& told = is_charge ? *first_operation(*view) : *found;  // the payment may go on elsewhere
        Answer answer = draw(services, view->payment, view->card, told);
        if (answer.is_final || time_left(services, deadline) <= services.settings.answer_reserve) co_return answer;
        co_await services.sleeper.sleep(services.settings.poll_pause);
    }
}

}  // namespace postern::gateway
