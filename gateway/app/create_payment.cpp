#include "gateway/app/create_payment.hpp"

#include "gateway/app/drive_live.hpp"
#include "gateway/app/keyed_answer.hpp"
#include "gateway/app/new_operation.hpp"

namespace postern::gateway {
namespace {

idempotency::Meaning meaning_of(const NewPaymentInput& input) {
    idempotency::Meaning meaning{
            {"/intent", std::string(domain::to_text(input.verb))},
            {"/amount/amount_minor", std::to_string(input.amount.amount_minor())},
            {"/amount/currency", std::string(domain::alphabetic_code(input.amount.currency()))},
            {"/token", input.token.text()},
            {"/tender/store_id", input.tender.store_id.text()},
            {"/tender/device_id", input.tender.device_id.text()},
            {"/tender/tender_id", input.tender.tender_id},
            {"/order_reference", input.order_reference},
            {"/account_id", input.account_id ? input.account_id->text() : ""},
            {"/accepted_offline_at", input.accepted_offline_at ? to_rfc3339(*input.accepted_offline_at) : ""},
            {"/device_sequence", std::to_string(input.device_sequence)}};
    if (input.partial_approval) meaning.emplace_back("/partial_approval", "true");  // absent as in keys of before
    return meaning;
}

domain::Payment payment_of(const Services& services, const CallContext& context, const NewPaymentInput& input,
                           const Route& route, const domain::RouteAccount& account, std::string_view brand,
                           std::string business_date) {
    const Timestamp now = services.clock.now();
    const auto& capabilities = services.adapters.find(account.processor)->capabilities();
    const auto zero = domain::Money::zero(input.amount.currency());
    const auto& offline_at = input.accepted_offline_at;
    domain::Payment payment{.id = PaymentId::create(now, services.random),
                            .tenant_id = context.tenant_id,
                            .tender = input.tender,
                            .token = input.token,
                            .processor = account.processor,
                            .account_id = account.id,
                            .order_reference = input.order_reference,
                            .requested = input.amount,
                            .approved = zero, .captured = zero, .tip = zero, .refunded = zero, .released = zero,
                            .capture_reserved = zero, .refund_reserved = zero,
                            .last_event_hash = {},
                            .created_at = now,
                            .expires_at = {},
                            .accepted_offline_at = offline_at,
                            .device_sequence = input.device_sequence,
                            .late = offline_at && now - *offline_at > route.store.offline_limit,
                            .business_date = std::move(business_date),
                            .checks_policy = route.store.checks};
    const bool may_be_partial = input.partial_approval && capabilities.partial_approval;
    if (may_be_partial) payment.partial_approval = domain::PartialApproval::allowed;
    if (input.verb == domain::Verb::authorize) payment.expires_at = now + hold_life(capabilities, brand);
    payment.due_at = payment.expires_at;
    return payment;
}

Status check_input(const Services& services, const NewPaymentInput& input, const Route& route) {
    if (input.amount.currency() != route.store.currency) {
        return Error{ErrorKind::invalid_request, "currency_mismatch", {}, "/amount/currency"};
    }
    const auto latest = services.clock.now() + services.settings.offline_clock_skew;
    if (input.accepted_offline_at && *input.accepted_offline_at > latest) {
        return Error{ErrorKind::invalid_request, "accepted_offline_at_in_future", {}, "/accepted_offline_at"};
    }
    return {};
}

Result<std::string> order_day(const Services& services, const NewPaymentInput& input, const Route& route) {
    return ledger::business_date(input.accepted_offline_at.value_or(services.clock.now()), route.store.time_zone,
                                 route.store.cutoff_minutes);
}

Error about_token(Error error) {
    if (error.kind == ErrorKind::not_found) return {ErrorKind::invalid_request, "unknown_token", error.detail, "/token"};
    return error;
}

struct Ready {
    NewPayment command;
    vault::CardExtras extras;
    Itinerary itinerary;
};

// The BIN table knows brands by range; where it does not, the vault's word stands.
domain::CardSummary card_of(const vault::TokenSummary& token, const domain::BinTable& bins) {
    domain::BinFacts facts = bins.look_up(token.bin6);
    domain::CardSummary card{token.bin6, token.last4, token.brand, token.expiry_month, token.expiry_year};
    if (!facts.brand.empty()) card.brand = std::move(facts.brand);
    if (facts.funding != domain::Funding::unknown) card.funding = domain::to_text(facts.funding);
    card.country = std::move(facts.country);
    return card;
}

std::vector<domain::RouteAccount> accounts_for(const Services& services, const NewPaymentInput& input, const Route& route,
                                               const domain::CardSummary& card) {
    const domain::RouteQuestion question{input.tender.store_id, input.amount, card.bin6, card.brand,
                                         card.funding.empty() ? "unknown" : card.funding, services.clock.now()};
    return domain::choose_route(route.rules, route.accounts, question).accounts;
}

// All that can refuse before commit 1.
Awaitable<Result<Ready>> make_ready(const Services& services, const CallContext& context,
                                   const idempotency::KeyedCommand& command, const NewPaymentInput& input) {
    const auto route = co_await services.directory.route(context.tenant_id, input.tender.store_id,
                                                         input.tender.device_id, input.account_id);
    if (!route) co_return route.error();
    if (const Status fits = check_input(services, input, *route); !fits) co_return fits.error();
    auto day = order_day(services, input, *route);
    if (!day) co_return Error{ErrorKind::internal, day.error().code, day.error().detail};
    const auto token = co_await services.vault.describe(context.tenant_id, input.token);
    if (!token) co_return about_token(token.error());
    const auto bins = co_await services.directory.bins();
    domain::CardSummary card = card_of(*token, *bins);
    auto entered = enter_first(services, accounts_for(services, input, *route, card), input.verb, input.amount);
    if (!entered) co_return entered.error();
    auto& [account, itinerary] = *entered;
    domain::Payment payment = payment_of(services, context, input, *route, account, card.brand, std::move(*day));
    domain::Operation operation =
        new_operation(services, payment, {input.verb, input.amount, std::nullopt}, context.deadline);
    co_return Ready{{command, std::move(payment), std::move(card), std::move(operation),
                     live_lease(services, context.deadline)},
                    token->extras, std::move(itinerary)};
}

}  // namespace

Awaitable<Result<Response>> create_payment(const Services& services, CallContext context, NewPaymentInput input) {
    const auto command =
        idempotency::make_keyed_command(context.tenant_id, context.key, context.path, meaning_of(input));
    const auto ticket = co_await services.flights.enter(context.tenant_id, context.key,
                                                        time_left(services, context.deadline));
    if (!ticket) co_return ticket.error();
    auto ready = co_await make_ready(services, context, command, input);
    if (!ready) co_return co_await replay_or(services, context, command, ready.error());
    auto result = co_await services.payments.prepare(std::move(ready->command), context.deadline);
    if (!result) co_return result.error();
    auto* prepared = std::get_if<Prepared>(&*result);
    if (prepared == nullptr) co_return co_await answer_taken(services, context, command, std::move(*result));
    Work work{.payment = std::move(prepared->payment), .card = std::move(prepared->card),
              .operation = std::move(prepared->operation), .original = {}, .attempts = {},
              .extras = ready->extras};
    co_return co_await drive_charge(services, std::move(work), context.deadline, std::move(ready->itinerary));
}

}  // namespace postern::gateway
