#include "gateway/app/change_payment.hpp"

#include <algorithm>

#include "gateway/app/drive_live.hpp"
#include "gateway/app/keyed_answer.hpp"
#include "gateway/app/new_operation.hpp"
#include "gateway/app/tip_terms.hpp"

namespace postern::gateway {
namespace {

constexpr int edit_tries_max = 3;

// An unknown blocks its twin: the same asked for again, under another key, may be the same wish told twice.
Status check_twin(const PaymentView& view, domain::Verb verb) {
    const bool is_open = std::ranges::any_of(view.operations, [&](const domain::Operation& operation) {
        return operation.verb == verb && operation.status == domain::OperationStatus::unknown;
    });
    if (is_open) return Error{ErrorKind::conflict, "operation_unresolved"};
    return {};
}

bool is_edit(const ChangePlan& plan) {
    return plan.request == domain::Request::adjust_tip || plan.request == domain::Request::increment ||
           plan.above_minor > 0;
}

Status check_version(const CallContext& context, const PaymentView& view) {
    if (!context.if_versions || std::ranges::find(*context.if_versions, view.payment.version) != context.if_versions->end())
        return {};
    return Error{ErrorKind::conflict, "precondition_failed"};
}

}  // namespace

idempotency::KeyedCommand change_command(const CallContext& context, const ChangeInput& input) {
    idempotency::Meaning meaning{{"/amount", input.amount ? "given" : ""}};
    if (input.amount) {
        meaning = {{"/amount", "given"},
                   {"/amount/amount_minor", std::to_string(input.amount->amount_minor())},
                   {"/amount/currency", std::string(domain::alphabetic_code(input.amount->currency()))}};
    }
    if (input.tip) {
        meaning.emplace_back("/tip", "given");
        meaning.emplace_back("/tip/amount_minor", std::to_string(input.tip->amount_minor()));
        meaning.emplace_back("/tip/currency", std::string(domain::alphabetic_code(input.tip->currency())));
    }
    return idempotency::make_keyed_command(context.tenant_id, context.key, context.path, std::move(meaning));
}

const domain::Operation* first_operation(const PaymentView& view) {
    const domain::Operation* latest = nullptr;
    for (const domain::Operation& operation : view.operations) {
        if (operation.verb == domain::Verb::authorize || operation.verb == domain::Verb::sale) latest = &operation;
    }
    return latest;
}

const domain::Operation* latest_approved(const PaymentView& view, std::initializer_list<domain::Verb> verbs) {
    const domain::Operation* latest = nullptr;
    for (const domain::Operation& operation : view.operations) {
        const bool fits = std::ranges::find(verbs, operation.verb) != verbs.end();
        if (fits && operation.status == domain::OperationStatus::approved) latest = &operation;
    }
    return latest;
}

Awaitable<Result<Response>> change_read_payment(const Services& services, const CallContext& context,
                                                const idempotency::KeyedCommand& command, const PaymentView& view,
                                                ChangeInput input, ChangePlanner plan_of) {
    const auto version = check_version(context, view);
    if (!version) co_return co_await replay_or(services, context, command, version.error());
    if (input.asks_rules) {
        const auto rule = co_await find_tip_rule(services, view);
        if (!rule) co_return co_await replay_or(services, context, command, rule.error());
        input.rule = *rule;
    }
    const auto plan = plan_of(services, view, input);
    if (!plan) co_return co_await replay_or(services, context, command, plan.error());
    const auto twin = check_twin(view, plan->verb);
    if (!twin) co_return co_await replay_or(services, context, command, twin.error());
    const auto fits = check_operation(services, view.payment.processor, plan->verb, plan->amount);
    if (!fits) co_return co_await replay_or(services, context, command, fits.error());
    const auto pass = services.gates.enter(view.payment.account_id);
    if (!pass) co_return co_await replay_or(services, context, command, pass.error());
    const bool is_void = plan->request == domain::Request::void_payment;
    const OperationPlan operation_plan{plan->verb, plan->amount,
                                       is_void ? std::optional{plan->original.id} : std::nullopt, plan->tip};
    const bool at_version = context.if_versions.has_value() || is_edit(*plan);
    NextOperation next{command, plan->request,
                       new_operation(services, view.payment, operation_plan, context.deadline),
                       live_lease(services, context.deadline),
                       at_version ? std::optional{view.payment.version} : std::nullopt, plan->above_minor};
    auto result = co_await services.payments.prepare(std::move(next), context.deadline);
    if (!result) co_return result.error();
    auto* prepared = std::get_if<Prepared>(&*result);
    if (prepared == nullptr) co_return co_await answer_taken(services, context, command, std::move(*result));
    Work work{.payment = std::move(prepared->payment), .card = std::move(prepared->card),
              .operation = std::move(prepared->operation), .original = plan->original, .attempts = {}};
    co_return co_await drive_live(services, std::move(work), context.deadline);
}

Awaitable<Result<Response>> change_payment(const Services& services, CallContext context, ChangeInput input,
                                           ChangePlanner plan) {
    const auto command = change_command(context, input);
    const auto ticket = co_await services.flights.enter(context.tenant_id, context.key,
                                                        time_left(services, context.deadline));
    if (!ticket) co_return ticket.error();
    for (int tries = 0; tries < edit_tries_max; ++tries) {
        const auto view = co_await services.payments.find(context.tenant_id, input.payment_id, context.deadline);
        if (!view) co_return view.error();
        auto response = co_await change_read_payment(services, context, command, *view, input, plan);
        const bool has_moved = !response && response.error().code == "precondition_failed" && !context.if_versions;
        if (!has_moved) co_return response;
    }
    co_return co_await replay_or(services, context, command, Error{ErrorKind::conflict, "operation_in_progress"});
}

}  // namespace postern::gateway
