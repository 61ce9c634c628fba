#include "gateway/app/increment_payment.hpp"

#include "gateway/app/new_operation.hpp"
#include "gateway/app/tip_terms.hpp"

namespace postern::gateway {
namespace {

using domain::Verb;

Result<ChangePlan> plan_increment(const Services& services, const PaymentView& view, const ChangeInput& input) {
    const domain::Payment& payment = view.payment;
    if (const Status able = check_verb(services, view, Verb::increment); !able) return able.error();
    if (payment.expires_at && *payment.expires_at <= services.clock.now()) {
        return Error{ErrorKind::conflict, "authorization_expired"};
    }
    const Status may = domain::may_start(payment, domain::Request::increment, *input.amount);
    if (!may) return may.error();
    const auto* original = latest_approved(view, {Verb::authorize});
    if (original == nullptr) return Error{ErrorKind::conflict, "payment_not_incrementable"};
    const auto whole = payment.approved.plus(*input.amount);
    if (!whole) return Error{ErrorKind::invalid_request, whole.error().code, {}, "/amount/amount_minor"};
    if (input.rule == nullptr || !input.rule->may_increment) {
        return refused_by_rule("increment_not_allowed", input.rule, "/amount");
    }
    const Status fits = check_operation(services, payment.processor, Verb::increment, *whole);
    if (!fits) return fits.error();
    return ChangePlan{.request = domain::Request::increment, .verb = Verb::increment, .amount = *input.amount,
                      .original = *original};
}

}  // namespace

Awaitable<Result<Response>> increment_payment(const Services& services, CallContext context, ChangeInput input) {
    input.asks_rules = true;
    co_return co_await change_payment(services, std::move(context), std::move(input), plan_increment);
}

}  // namespace postern::gateway
