#include "gateway/app/accept_payment.hpp"

#include <algorithm>

#include "gateway/app/keyed_answer.hpp"
#include "gateway/app/outcome.hpp"

namespace postern::gateway {
namespace {

constexpr int tries_max = 3;  // the payment may move between reading and writing

Status may_accept(const Services& services, const CallContext& context, const PaymentView& view) {
    const domain::Payment& payment = view.payment;
    if (context.if_versions && !std::ranges::count(*context.if_versions, payment.version))
        return Error{ErrorKind::conflict, "precondition_failed"};
    if (const Status may = domain::may_start(payment, domain::Request::accept, payment.approved); !may) return may;
    if (payment.due_at && *payment.due_at <= services.clock.now()) return Error{ErrorKind::conflict, "acceptance_expired"};
    return {};
}

AcceptPartial acceptance(const Services& services, const idempotency::KeyedCommand& command, const PaymentView& view,
                         const domain::Operation& first) {
    const Timestamp now = services.clock.now();
    domain::Payment payment = domain::accepted(view.payment);
    auto event = idempotency::make_event(EventId::create(now, services.random), "payment.accepted", payment, view.card,
                                         first, now);
    payment.event_version = event.version;
    payment.last_event_hash = event.hash;
    domain::Payment shown = payment;
    ++shown.version;  // what the store makes of it
    return {command, std::move(payment), view.card, first, std::move(event), draw(services, shown, view.card, first)};
}

}  // namespace

Awaitable<Result<Response>> accept_payment(const Services& services, CallContext context, PaymentId payment_id) {
    const auto command = change_command(context, {payment_id, std::nullopt});
    const auto ticket = co_await services.flights.enter(context.tenant_id, context.key,
                                                        time_left(services, context.deadline));
    if (!ticket) co_return ticket.error();
    for (int tries = 0; tries < tries_max; ++tries) {
        const auto view = co_await services.payments.find(context.tenant_id, payment_id, context.deadline);
        if (!view) co_return view.error();
        const Status may = may_accept(services, context, *view);
        if (!may) co_return co_await replay_or(services, context, command, may.error());
        AcceptPartial accept = acceptance(services, command, *view, *first_operation(*view));
        Answer answer = accept.answer;
        auto result = co_await services.payments.accept(std::move(accept), context.deadline);
        if (!result) co_return result.error();
        if (std::holds_alternative<Prepared>(*result)) co_return Response{std::move(answer), false, payment_id};
        if (!std::holds_alternative<Refused>(*result))
            co_return co_await answer_taken(services, context, command, std::move(*result));
    }
    co_return co_await replay_or(services, context, command, Error{ErrorKind::conflict, "operation_in_progress"});
}

}  // namespace postern::gateway
