#include "gateway/app/keyed_answer.hpp"

#include "gateway/app/change_payment.hpp"
#include "gateway/app/outcome.hpp"
#include "gateway/app/settled.hpp"

namespace postern::gateway {
namespace {

Error refusal_of(const OtherMeaning& other) {
    return {ErrorKind::invalid_request, "idempotency_key_reused", {}, other.field};
}

class TakenAnswer {
public:
    TakenAnswer(const Services& services, const CallContext& context, const idempotency::KeyedCommand& command)
        : services_{services}, context_{context}, command_{command} {}

    Awaitable<Result<Response>> answer(PrepareResult result) {
        if (const auto* other = std::get_if<OtherMeaning>(&result)) co_return refusal_of(*other);
        if (const auto* refused = std::get_if<Refused>(&result)) co_return Error{ErrorKind::conflict, refused->code};
        if (const auto* tender = std::get_if<TenderTaken>(&result)) co_return co_await first_of(*tender);
        if (const auto* replay = std::get_if<Replay>(&result)) co_return co_await replayed(*replay);
        if (std::holds_alternative<StillRunning>(result)) co_return co_await wait_for_twin();
        co_return Error{ErrorKind::internal, "unexpected_prepare_result"};
    }

private:
    Awaitable<Result<Response>> wait_for_twin() {
        while (time_left(services_, context_.deadline) > services_.settings.answer_reserve) {
            co_await services_.sleeper.sleep(services_.settings.poll_pause);
            const auto found = co_await services_.payments.find_key(command_, context_.deadline);
            if (!found) continue;  // a reader that fails says nothing about the twin; the deadline ends this
            if (const auto* replay = std::get_if<Replay>(&*found)) co_return co_await replayed(*replay);
            if (const auto* other = std::get_if<OtherMeaning>(&*found)) co_return refusal_of(*other);
        }
        co_return Error{ErrorKind::conflict, "request_in_progress"};
    }

    // The second identity: a client that made a new key for the same tender gets the first payment, told as it is.
    Awaitable<Result<Response>> first_of(const TenderTaken& tender) {
        if (!tender.same_meaning) co_return Error{ErrorKind::invalid_request, "tender_meaning_differs", {}, "/tender/tender_id"};
        auto answer = co_await await_settled(services_, context_.tenant_id, tender.payment_id, tender.operation_id,
                                             context_.deadline);
        if (!answer) co_return answer.error();
        co_return Response{std::move(*answer), true, tender.payment_id};
    }

    // A pending answer of a payment whose approval has been taken back since: the undo's end is this key's end too.
    Awaitable<Result<Response>> replayed(const Replay& replay) {
        Response response{replay.answer, true, replay.payment_id};
        if (response.answer.is_final) co_return response;
        const auto view = co_await services_.payments.find(context_.tenant_id, replay.payment_id, context_.deadline);
        const domain::Operation* first = view ? first_operation(*view) : nullptr;
        if (first == nullptr) co_return response;
        for (const domain::Operation& other : view->operations) {
            if (other.undoes != first->id || !domain::is_final(other.status)) continue;
            response.answer = draw(services_, view->payment, view->card, *first);
        }
        co_return response;
    }

    const Services& services_;
    const CallContext& context_;
    const idempotency::KeyedCommand& command_;
};

}  // namespace

Awaitable<Result<Response>> answer_taken(const Services& services, const CallContext& context,
                                         const idempotency::KeyedCommand& command, PrepareResult result) {
    TakenAnswer taken{services, context, command};
    co_return co_await taken.answer(std::move(result));
}

Awaitable<Result<Response>> replay_or(const Services& services, const CallContext& context,
                                      const idempotency::KeyedCommand& command, Error refusal) {
    auto found = co_await services.payments.find_key(command, context.deadline);
    if (!found) co_return refusal;  // not_found, or no reader: the refusal stands, nothing has happened under it
    co_return co_await answer_taken(services, context, command, std::move(*found));
}

}  // namespace postern::gateway
