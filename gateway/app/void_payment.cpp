#include "gateway/app/void_payment.hpp"

#include <algorithm>

#include "gateway/app/keyed_answer.hpp"
#include "gateway/app/outcome.hpp"
#include "gateway/app/settled.hpp"

namespace postern::gateway {
namespace {

constexpr int tries_max = 3;  // the first operation may end between reading and writing

// After the batch's close nothing can be taken out of it: what is left goes back as a refund.
Result<ChangePlan> plan_refund_of_rest(const domain::Payment& payment, const domain::Operation& taken) {
    const domain::Money rest = payment.refundable();
    const auto refused = Error{ErrorKind::conflict, "payment_not_voidable"};
    if (rest.is_zero()) return payment.refund_reserved.is_zero() ? refused : Error{ErrorKind::conflict, "operation_in_progress"};
    if (const Status may = domain::may_start(payment, domain::Request::refund, rest); !may) return may.error();
    return ChangePlan{domain::Request::refund, domain::Verb::refund, rest, taken};
}

Result<ChangePlan> plan_void(const Services& services, const PaymentView& view, const ChangeInput&) {
    const domain::Payment& payment = view.payment;
    const auto* charged = latest_approved(view, {domain::Verb::sale, domain::Verb::capture});
    const auto* adapter = services.adapters.find(payment.processor);
    const bool is_closed = charged != nullptr && adapter != nullptr && !payment.void_requested &&
                           !payment.is_partial() && payment.standing == domain::Standing::live &&
                           batch_has_closed(adapter->capabilities(), charged->created_at, services.clock.now());
    if (is_closed) return plan_refund_of_rest(payment, *charged);
    if (const Status may = domain::may_start(payment, domain::Request::void_payment, payment.approved); !may) {
        return may.error();
    }
    const auto* original = charged != nullptr ? charged : latest_approved(view, {domain::Verb::authorize});
    if (original == nullptr) return Error{ErrorKind::conflict, "payment_not_voidable"};
    // A reversal takes back one operation: what was captured in parts is refunded instead.
    const auto parts = std::ranges::count_if(view.operations, [](const domain::Operation& operation) {
        const bool takes = operation.verb == domain::Verb::sale || operation.verb == domain::Verb::capture;
        return takes && operation.status == domain::OperationStatus::approved;
    });
    const bool in_parts = parts > 1;
    if (in_parts) return Error{ErrorKind::conflict, "payment_not_voidable"};
    const domain::Money amount = charged != nullptr ? payment.captured : payment.approved;  // with tips and increments
    return ChangePlan{domain::Request::void_payment, domain::Verb::reverse, amount, *original};
}

// Nothing: the payment has moved on, read it again.
Awaitable<std::optional<Result<Response>>> void_unknown(const Services& services, const CallContext& context,
                                                        const idempotency::KeyedCommand& command,
                                                        const PaymentView& view, domain::Operation first) {
    domain::Payment payment = view.payment;
    payment.void_requested = true;
    ++payment.version;
    first.goal = domain::Goal::undo;
    UndoUnknown undo{command, payment.id, context.tenant_id, draw(services, payment, view.card, first)};
    auto result = co_await services.payments.undo_unknown(std::move(undo), context.deadline);
    if (!result) co_return result.error();
    if (std::holds_alternative<Refused>(*result)) co_return std::nullopt;
    if (!std::holds_alternative<Prepared>(*result)) {
        co_return co_await answer_taken(services, context, command, std::move(*result));
    }
    auto answer = co_await await_settled(services, context.tenant_id, payment.id, first.id, context.deadline);
    if (!answer) answer = draw(services, payment, view.card, first);
    co_return Response{std::move(*answer), false, payment.id};
}

}  // namespace

Awaitable<Result<Response>> void_payment(const Services& services, CallContext context, PaymentId payment_id) {
    const ChangeInput input{std::move(payment_id), std::nullopt};
    const auto command = change_command(context, input);
    const auto ticket = co_await services.flights.enter(context.tenant_id, context.key,
                                                        time_left(services, context.deadline));
    if (!ticket) co_return ticket.error();
    for (int tries = 0; tries < tries_max; ++tries) {
        const auto view = co_await services.payments.find(context.tenant_id, input.payment_id, context.deadline);
        if (!view) co_return view.error();
        const domain::Payment& payment = view->payment;
        const domain::Operation* first = first_operation(*view);
        const bool is_open = payment.standing == domain::Standing::pending && first != nullptr;
        const bool is_other_version = context.if_versions && !std::ranges::count(*context.if_versions, payment.version);
        if (!is_open || payment.void_requested || is_other_version) {
            co_return co_await change_read_payment(services, context, command, *view, input, plan_void);
        }
        if (auto done = co_await void_unknown(services, context, command, *view, *first)) co_return std::move(*done);
    }
    co_return co_await replay_or(services, context, command, Error{ErrorKind::conflict, "operation_in_progress"});
}

}  // namespace postern::gateway
