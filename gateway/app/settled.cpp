#include "gateway/app/settled.hpp"

#include <algorithm>

#include "gateway/app/change_payment.hpp"
#include "gateway/app/outcome.hpp"

namespace postern::gateway {
namespace {

// An undo that came after the batch's close was refused, and a refund takes its place.
const domain::Operation& in_place_of(const PaymentView& view, const domain::Operation& operation) {
    const auto refund = std::ranges::find_if(view.operations, [&](const domain::Operation& other) {
        return other.cause == domain::Cause::batch_closed && other.undoes == operation.undoes;
    });
    const bool is_replaced = operation.undoes && operation.decline &&
                             operation.decline->reason == domain::DeclineReason::reversal_target_missing && refund != view.operations.end();
    return is_replaced ? *refund : operation;
}

}  // namespace

Awaitable<Result<Answer>> await_settled(const Services& services, TenantId tenant, PaymentId payment,
                                        OperationId operation, Instant deadline) {
    for (;;) {
        const auto view = co_await services.payments.find(tenant, payment, deadline);
        if (!view) co_return view.error();
        const auto found = std::ranges::find(view->operations, operation, &domain::Operation::id);
        if (found == view->operations.end()) co_return Error{ErrorKind::not_found, "unknown_operation"};
        const bool is_charge = found->verb == domain::Verb::authorize || found->verb == domain::Verb::sale;
        // The payment may go on elsewhere, a refund may take the place of a void.
        const domain::Operation& told = is_charge ? *first_operation(*view) : in_place_of(*view, *found);
        Answer answer = draw(services, view->payment, view->card, told);
        if (answer.is_final || time_left(services, deadline) <= services.settings.answer_reserve) co_return answer;
        co_await services.sleeper.sleep(services.settings.poll_pause);
    }
}

}  // namespace postern::gateway
